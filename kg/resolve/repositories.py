"""Addresses of code to repositories: every spelling of one address is one repository."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from schema.ids import EntityId, entity_id, repository_key

_FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_HUB_KINDS = frozenset({"datasets", "spaces"})


def repository_url(printed: str) -> str | None:
    """The plain address of a repository: https, no www, no `.git`, no branch or file; None where it is no address.

    >>> repository_url("http://www.github.com/a/b.git"), repository_url("github.com/A/b/tree/main/x")
    ('https://github.com/a/b', 'https://github.com/A/b')
    >>> repository_url("upon request") is None
    True
    """
    text = printed.strip().rstrip(".,;)")
    if re.match(r"git@[\w.-]+:", text):
        text = "https://" + text[4:].replace(":", "/", 1)
    text = re.sub(r"^(?:git\+)?(?:https?|git|ssh)://(?:git@)?", "", text, flags=re.IGNORECASE)
    try:
        parts = urlsplit(f"https://{text}")
        host = (parts.hostname or "").casefold().removeprefix("www.")
    except ValueError:
        return None
    if not re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", host):
        return None
    path = [p for p in parts.path.split("/") if p]
    if host in _FORGES:
        path = path[:2]
    elif host == "huggingface.co":
        path = path[: 3 if path and path[0] in _HUB_KINDS else 2]
    path = [re.sub(r"\.git$", "", p, flags=re.IGNORECASE) for p in path]
    query = f"?{parts.query}" if parts.query and host not in _FORGES else ""
    return quote("/".join([f"https://{host}", *path]) + query, safe=":/?=&%~+@,;!$*()'#")


def repository_id(url: str) -> EntityId:
    """The id of a repository by an address that `repository_url` made."""
    return entity_id("repository", repository_key(url))


def repository_label(url: str) -> str:
    """What a repository is called in lists: owner and name, or the address without its scheme."""
    plain = url.removeprefix("https://")
    host, _, path = plain.partition("/")
    return path if host in _FORGES and path else plain
