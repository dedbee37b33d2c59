"""Orders of a list: any field, count of a relation or relevance, always down to a total order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.index import StringColumn
from kg.index.columns import present_numbers
from kg.query.fields import accepted, counts
from kg.query.plan import Plan
from kg.query.values import Path
from schema.errors import BadFilter, did_you_mean

DIRECTIONS: Final = ("ASC", "DESC")
RELEVANCE: Final = "relevance"
_SORTABLE: Final = ("id", "label", "string", "int", "float", "bool", "date", "enum")

OrderBy = Sequence[Mapping[str, str]] | Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a literal (`field`), the count along a path, or relevance (neither)."""

    descending: bool
    field: str = ""
    path: Path | None = None


def orderable(cls: str) -> list[str]:
    """The names that `orderBy` takes for a class."""
    literal = [n for n, f in accepted(cls).items() if f.kind in _SORTABLE and not f.many and f.literal != "abstract"]
    return [*literal, *counts(cls), RELEVANCE]


def read_order(cls: str, order_by: OrderBy, min_confidence: float = 0.0) -> tuple[Key, ...]:
    """The sort keys of an `orderBy`: a list of {name: ASC or DESC}, the first the strongest.

    Raises `BadFilter` for an unknown name or direction.
    """
    if not order_by:
        return ()
    pairs = [pair for part in ([order_by] if isinstance(order_by, Mapping) else order_by) for pair in part.items()]
    return tuple(_key(cls, name, direction, min_confidence) for name, direction in pairs)


def _key(cls: str, name: str, direction: str, at_least: float) -> Key:
    if direction not in DIRECTIONS:
        raise BadFilter(f"{name!r} is ordered ASC or DESC, not {direction!r}.")
    descending = direction == "DESC"
    if name == RELEVANCE:
        return Key(descending)
    if name in counts(cls):
        field = counts(cls)[name]
        return Key(descending, path=Path(field.relation, field.inverse, field.wide, at_least))
    if name not in orderable(cls):
        hint = did_you_mean(name, orderable(cls)) or f" It can be ordered by {', '.join(sorted(orderable(cls)))}."
        raise BadFilter(f"{cls} cannot be ordered by {name!r}.{hint}")
    field = accepted(cls)[name]
    return Key(descending, field=field.literal or field.kind)


def in_order(plan: Plan, cls: str, rows: npt.NDArray[Any], keys: tuple[Key, ...]) -> npt.NDArray[Any]:
    """Ascending rows in the order of the keys; absent values last, ties in the default order."""
    if not keys:
        return rows
    columns: list[npt.NDArray[Any]] = []
    for key in keys:
        values, present = _values(plan, cls, rows, key)
        columns += [~present, -values if key.descending else values]
    return rows[np.lexsort(columns[::-1])]


def _values(plan: Plan, cls: str, rows: npt.NDArray[Any], key: Key) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    every = np.ones(len(rows), dtype=bool)
    if key.path is not None:
        return plan.counts(key.path)[rows].astype(np.int64), every
    if not key.field:
        return (np.zeros(len(rows)) if plan.scores is None else plan.scores[rows]), every
    column = plan.index.column(cls, key.field)
    if column is None:
        return np.zeros(len(rows), dtype=np.int64), every
    if isinstance(column, StringColumn):
        return _ranks(column.lower.firsts(rows.tolist())), column.present[rows]
    return column[rows].astype(np.float64), present_numbers(column)[rows]


def _ranks(texts: list[str]) -> npt.NDArray[Any]:
    rank = {text: i for i, text in enumerate(sorted(set(texts)))}
    return np.array([rank[t] for t in texts], dtype=np.int64)
