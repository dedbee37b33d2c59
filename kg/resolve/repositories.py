"""Addresses of code to repositories: every spelling of one address is one repository."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from schema.ids import EntityId, digest, entity_id, entity_iri, repository_key
from schema.node import Node

_FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})
_HUB_KINDS = frozenset({"datasets", "spaces"})


@dataclass(frozen=True, slots=True)
class Address:
    """One mention of a repository: the id of its own address, the address (None where none is given), a label then."""

    own: EntityId
    url: str | None
    label: str = ""


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
    bare, mark, query = url.partition("?")
    key = repository_key(bare)
    return entity_id("repository", f"{key}-{digest(query, 6)}" if mark else key)


def repository_label(url: str) -> str:
    """What a repository is called in lists: owner and name, or the address without its scheme."""
    plain = url.removeprefix("https://")
    host, _, path = plain.partition("/")
    return path if host in _FORGES and path else plain


def repository_node(id_: EntityId, found: list[Address], base: str) -> Node:
    """The node of a repository by everything that was said of it: its commonest address, and where it moved from."""
    urls = [a.url for a in found if a.url and a.own == id_] or [a.url for a in found if a.url]
    if not urls:
        return Node(id_, "Repository", commonest(a.label for a in found))
    url = commonest(urls)
    former = sorted({a.own for a in found} - {id_})
    moved = {"sameAs": tuple(entity_iri(base, f) for f in former)} if former else {}
    return Node(id_, "Repository", repository_label(url), {"repositoryUrl": url, **moved})


def commonest(forms: Iterable[str]) -> str:
    """The form met most often, the first in sort order among equals."""
    counts = Counter(forms)
    return min(counts, key=lambda f: (-counts[f], f))
