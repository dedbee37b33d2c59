"""Which format a client gets: the Accept header read with its q-values, and entity tags."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from kg.store.formats import Format

T = TypeVar("T")


def ranked(accept: str | None, formats: Sequence[Format]) -> tuple[str, ...]:
    """The names of the formats that a client takes, best first; without a header all, in our order.

    The most specific range that fits decides (RFC 9110, 12.5.1); a format
    asked for under another of its names comes after one asked for under its own.

    >>> from kg.store.formats import GRAPHS
    >>> ranked("text/turtle;q=0.5, application/ld+json, */*;q=0.1", GRAPHS)[:2]
    ('jsonld', 'turtle')
    """
    return _ranked(accept or "*/*", tuple(formats))


def quality(accept: str | None, media_type: str) -> float:
    """How much a client wants one media type, 0 to 1.

    >>> quality("text/html, */*;q=0.5", "text/html"), quality("text/html", "text/turtle")
    (1.0, 0.0)
    """
    return _quality(_ranges(accept or "*/*"), media_type)[0]


def etag(*parts: str) -> str:
    """A weak entity tag of whatever an answer depends on."""
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}"'


def is_fresh(if_none_match: str | None, tag: str) -> bool:
    """Whether the client holds this version already (RFC 9110, 13.1.2: compared weakly)."""
    if not if_none_match:
        return False
    bare = tag.removeprefix("W/")
    return any(t.strip().removeprefix("W/") in (bare, "*") for t in if_none_match.split(","))


@lru_cache(maxsize=1024)
def _ranked(accept: str, formats: tuple[Format, ...]) -> tuple[str, ...]:
    ranges = _ranges(accept)
    scored = []
    for place, one in enumerate(formats):
        q, specific = _quality(ranges, one.media_type)
        for alias in one.aliases:
            alias_q, alias_specific = _quality(ranges, alias)
            if alias_specific == _EXACT and specific != _EXACT:
                q, specific = alias_q * 0.999, _EXACT
        if q > 0:
            scored.append((-q, place, one.name))
    return tuple(name for *_, name in sorted(scored))


_EXACT = 2


@lru_cache(maxsize=1024)
def _ranges(accept: str) -> tuple[tuple[str, float], ...]:
    found = []
    for part in accept.split(","):
        media_range, *parameters = (p.strip() for p in part.split(";"))
        if media_range:
            found.append((media_range.lower(), _q(parameters)))
    return tuple(found)


def _q(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(ranges: tuple[tuple[str, float], ...], media_type: str) -> tuple[float, int]:
    """The q-value of the most specific range that fits, and how specific it is; -1 where none fits."""
    best = (0.0, -1)
    kind = media_type.partition("/")[0]
    for media_range, q in ranges:
        specific = {media_type: _EXACT, f"{kind}/*": 1, "*/*": 0, "*": 0}.get(media_range, -1)
        if specific > best[1]:
            best = (q, specific)
    return best
