"""When two names mean the same edge: the rules by which annotated papers are compared.

Names meet when they are equal after folding case, punctuation, plural s, leading articles and trailing
type words. Names of tasks and conditions also meet on a token overlap (Jaccard) of 0.6, or when one's
words contain the other's and both end in the same word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from kg.extract.words import TYPE_WORDS

LENIENT = frozenset({"addressesTask", "studiesCondition"})
ALIASES_READ = 5
"""Of a claim; more would let it guess."""

_ARTICLES = frozenset({"the", "a", "an", "our"})
_OVERLAP = 0.6

Tokens = tuple[str, ...]


@lru_cache(maxsize=100_000)
def tokens(name: str) -> Tokens:
    """The folded words of a name.

    >>> tokens("The CT-RATE datasets"), tokens("VAEs")
    (('ct', 'rate'), ('vae',))
    """
    text = re.sub(r"[$^{}\\]", "", unicodedata.normalize("NFKC", name).casefold())
    words = [_singular(w) for w in re.findall(r"[^\W_]+", text.replace("&", " and ").replace("++", "plusplus"))]
    while len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    while len(words) > 1 and words[-1] in TYPE_WORDS:
        del words[-1]
    return tuple(words)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def names_of(edge: Mapping[str, Any], most: int | None = None) -> list[Tokens]:
    """The folded names of an edge: its name and its (first) aliases."""
    names = [edge.get("name") or "", *(edge.get("aliases") or [])[:most]]
    return [t for t in map(tokens, names) if t]


def meet(golds: Sequence[Tokens], claims: Sequence[Tokens], *, lenient: bool) -> bool:
    """Whether any name of one side means any of the other's."""
    if {"".join(g) for g in golds} & {"".join(c) for c in claims}:
        return True
    return lenient and any(_close(g, c) for g in golds for c in claims)


def _close(gold: Tokens, claim: Tokens) -> bool:
    a, b = set(gold), set(claim)
    shared = len(a & b)
    if not shared:
        return False
    if shared / len(a | b) >= _OVERLAP:
        return True
    return gold[-1] == claim[-1] and (a <= b or b <= a) and min(len(a), len(b)) >= 2


def required_first(edges: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Edges with the optional ones last, so that an optional twin takes no match away."""
    return sorted(edges, key=lambda e: bool(e.get("optional")))


def fold_title(title: str) -> str:
    """The key by which papers are paired."""
    return "".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title).casefold()))


def fold_url(url: str) -> str:
    """An address without scheme, www, .git and trailing marks."""
    bare = re.sub(r"^https?://(www\.)?", "", url.strip().casefold())
    return re.sub(r"(\.git)?[).,;:\s]*/*$", "", bare)
