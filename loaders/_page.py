"""The page of sources, made from the table of loaders."""

from __future__ import annotations

from loaders.base import Loader
from loaders.table import LOADERS

_TOP = """# Sources

Paper Atlas reads these formats. None has to be named: the first bytes of a source tell which one it is. Each can be
plain or packed (gzip, bzip2, xz, zstd, zip), a file, a folder of files or standard input.

| format | what | files | licence of the data | cite | example |
| --- | --- | --- | --- | --- | --- |
"""
_END = """
The examples are invented by us, in the true format of each source; they lie in `loaders/samples/`. What a source
states beside title and abstract (a repository, a subject heading, a result) becomes an edge with the source as its
evidence. This page is made from the code by `make docs`.
"""


def sources_page() -> str:
    """The text of docs/sources.md."""
    return _TOP + "".join(map(_row, LOADERS.values())) + _END


def _row(loader: Loader) -> str:
    what = f"[{loader.label}]({loader.homepage})" if loader.homepage else loader.label
    cells = (
        f"`{loader.name}`", what, " ".join(f"`{s}`" for s in loader.suffixes), loader.licence or "yours",
        loader.citation or "–", f"[{loader.sample}](../loaders/samples/{loader.sample})",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"
