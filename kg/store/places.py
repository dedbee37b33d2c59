"""What `--store` names: a folder or a server."""

from __future__ import annotations


def is_remote(where: str) -> bool:
    """Whether this names a SPARQL server rather than a folder.

    >>> is_remote("https://db.example.org/query"), is_remote("./kg-data")
    (True, False)
    """
    return where.startswith(("http://", "https://"))
