"""The answer to a filter: how many, which, in what order, and counts by facet."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from kg.index import row_numbers
from kg.query.facets import FacetValue, facet_field, facet_values
from kg.query.order import Key, in_order
from kg.query.plan import Plan
from kg.query.values import EVERYTHING, Every, Filter
from schema.ids import EntityId

if TYPE_CHECKING:
    from kg.query.graph import Graph


class Selection:
    """Members of one class that match a filter, in an order; lazy and immutable."""

    def __init__(
        self,
        graph: Graph,
        cls: str,
        found: BitMap,
        plan: Plan,
        where: Filter = EVERYTHING,
        keys: tuple[Key, ...] = (),
        min_confidence: float = 0.0,
    ) -> None:
        self.graph = graph
        self.cls = cls
        self.found = found
        self.where = where
        self.min_confidence = min_confidence
        self._keys = keys
        self._plan = plan

    @property
    def total(self) -> int:
        """How many match."""
        return len(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @cached_property
    def rows(self) -> npt.NDArray[Any]:
        """The row numbers of all that match, in order."""
        return in_order(self._plan, self.cls, row_numbers(self.found), self._keys)

    def page(self, first: int | None = None, offset: int = 0) -> list[int]:
        """The row numbers of one page."""
        end = self.total if first is None else min(offset + first, self.total)
        if first is None or "rows" in self.__dict__:
            return self._numbers(self.rows[offset:end])
        if self._keys:
            best = in_order(self._plan, self.cls, row_numbers(self.found), self._keys, first=end)
            return self._numbers(best[offset:end])
        # In the default order a page is a slice of the set: nothing is sorted.
        return list(self.found[offset:end]) if offset < end else []

    @staticmethod
    def _numbers(rows: npt.NDArray[Any]) -> list[int]:
        numbers: list[int] = rows.tolist()
        return numbers

    def ids(self, first: int | None = None, offset: int = 0) -> list[EntityId]:
        """The ids of one page; all without `first`."""
        return self.graph.index.ids(self.cls, self.page(first, offset))

    def position(self, id_: str) -> int | None:
        """Where an id stands in the order, from 0; None where it is not among those found."""
        place = self.graph.index.find(id_)
        if place is None or place[0] != self.cls or place[1] not in self.found:
            return None
        if not self._keys:
            return int(self.found.rank(place[1])) - 1
        return int(np.flatnonzero(self.rows == place[1])[0])

    def facet(self, name: str, first: int | None = None, own_filter: bool = True) -> list[FacetValue]:
        """Counts by value of a relation or literal, most frequent first.

        Narrower concepts count for the wider ones: a paper on low-dose CT counts
        for CT. `own_filter=False` leaves out the filter's own conditions on that
        name, so that the other choices keep their counts. Raises `BadFilter` for
        an unknown name.
        """
        field = facet_field(self.cls, name)
        found = self.found if own_filter else self.without(frozenset({field.relation or field.literal}))
        return facet_values(self.graph.index, self.cls, row_numbers(found), name, first, self.min_confidence)

    def without(self, names: frozenset[str]) -> BitMap:
        """The rows found when conditions on some relations or literals (by vocabulary name) are left out."""
        parts = self.where.parts if isinstance(self.where, Every) else (self.where,)
        kept = tuple(p for p in parts if not (_names(p) and _names(p) <= names))
        return self.found if kept == parts else Plan(self.graph.index).rows(self.cls, Every(kept))


def _names(part: Filter) -> frozenset[str]:
    """The relations or literals that a condition asks about at its own level."""
    path, field = getattr(part, "path", None), getattr(part, "field", None)
    if path is not None:
        return frozenset({path.relation})
    if field is not None:
        return frozenset({field})
    inner = getattr(part, "parts", None) or ((part.part,) if hasattr(part, "part") else ())
    return frozenset[str]().union(*(_names(p) for p in inner))
