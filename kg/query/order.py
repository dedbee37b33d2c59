"""Orders of a list: any field, count of a relation or relevance, always down to a total order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.index import StringColumn
from kg.index.columns import ENUMS, present_numbers
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


def in_order(
    plan: Plan, cls: str, rows: npt.NDArray[Any], keys: tuple[Key, ...], first: int | None = None
) -> npt.NDArray[Any]:
    """Ascending rows in the order of the keys; absent values last, ties in the default order.

    With `first` the best so many: what cannot be among them is set aside before
    the sort.
    """
    if not keys:
        return rows[:first]
    columns = [_sort_values(plan, cls, rows, key) for key in keys]
    if first is not None and 0 < first < len(rows):
        worst = np.partition(columns[0], first - 1)[first - 1]
        kept = np.flatnonzero(columns[0] <= worst)
        rows, columns = rows[kept], [column[kept] for column in columns]
    return rows[np.lexsort(columns[::-1])][:first]


def _sort_values(plan: Plan, cls: str, rows: npt.NDArray[Any], key: Key) -> npt.NDArray[Any]:
    """Numbers that ascend in the wanted order; infinite where there is no value."""
    values, present = _values(plan, cls, rows, key)
    signed = (-values if key.descending else values).astype(np.float64)
    return signed if present is None else np.where(present, signed, np.inf)


def _values(
    plan: Plan, cls: str, rows: npt.NDArray[Any], key: Key
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
    if key.path is not None:
        return plan.counts(key.path)[rows].astype(np.int64), None
    if key.field == "label":
        return plan.index.label_ranks(cls)[rows], None
    if not key.field:
        return (np.zeros(len(rows)) if plan.scores is None else plan.scores[rows]), None
    column = plan.index.column(cls, key.field)
    if column is None:
        return np.zeros(len(rows)), None
    if isinstance(column, StringColumn):
        return column.ranks[rows], column.present[rows]
    if key.field in ENUMS:
        by_name = np.argsort(np.argsort(ENUMS[key.field]))
        return by_name[column[rows]], present_numbers(column)[rows]
    return column[rows].astype(np.float64), present_numbers(column)[rows]
