"""Search over every class: full text with typing errors forgiven, ranked by closeness and by how often it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from kg.index import Index
from kg.index.names import fold
from schema.ids import EntityId
from schema.vocabulary import edges_into

_READ_AHEAD = 8
_LEAST_READ = 100
_EXACT, _EXACT_START = 4.0, 1.5


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; a higher score is better, and comparable within one answer only."""

    id: EntityId
    label: str
    cls: str
    score: float


def search(index: Index, text: str, classes: Sequence[str], first: int) -> list[Hit]:
    """The best hits for a text; names that equal or begin with it come first, then what is used more."""
    near = index.text.near(text, classes, max(_LEAST_READ, first * _READ_AHEAD))
    places = index.at_arrivals([n for n, _ in near])
    wanted = fold(text)
    hits = [_hit(index, cls, row, score, wanted) for (cls, row), (_, score) in zip(places, near, strict=True)]
    return sorted(hits, key=lambda h: (-h.score, h.id))[:first]


def _hit(index: Index, cls: str, row: int, score: float, wanted: str) -> Hit:
    label = index.label(cls, row)
    used = sum(len(index.relation(e.name, inverse=True).of(row)) for e in edges_into(cls))
    names = [fold(label), *(fold(n) for n in _aliases(index, cls, row))]
    factor = _EXACT if wanted in names else _EXACT_START if any(n.startswith(wanted) for n in names) else 1.0
    return Hit(index.id(cls, row), label, cls, round(score * factor * (1 + 0.1 * log2(1 + used)), 4))


def _aliases(index: Index, cls: str, row: int) -> list[str]:
    from kg.index import StringColumn

    aliases = index.column(cls, "aliases")
    return aliases.values(row) if isinstance(aliases, StringColumn) else []
