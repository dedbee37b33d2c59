"""Batches of row numbers: what a caller needs that answers level by level, without a query per row.

Rows are numbered per class in its default order, from 0; they are valid for
one snapshot only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.index import Index, StringColumn, row_numbers
from kg.index.builder import IN_RECORD_ALONE
from kg.index.columns import END, NO_INT, values_of
from kg.index.csr import Csr, Ints
from kg.query.facets import FacetValue, facet_values, most_frequent
from kg.query.fields import is_wide
from kg.query.filters import read_filter
from kg.query.names import resolve
from kg.query.order import OrderBy, in_order, read_order
from kg.query.plan import Plan, threshold
from schema.errors import BadFilter, NotFound, did_you_mean
from schema.ids import EntityId
from schema.node import Edge
from schema.vocabulary import CLASS, EDGE, LITERALS, EdgeTerm, edges_into

_MANY: Final = frozenset(t.field for t in LITERALS if t.many)
_USES: Final = {
    "Dataset": "usesDataset", "Method": "usesMethod", "Task": "addressesTask", "Modality": "targetsModality",
    "Condition": "studiesCondition", "Repository": "releasesCode", "Person": "creator", "Venue": "publishedIn",
}  # fmt: skip
"""The relation by which a paper uses a member of each class, for `co_used`."""

Rows = Sequence[int] | Ints


class RowAccess:
    """Row-level questions over one index; `Graph` adds those about ids."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def size(self, cls: str) -> int:
        """How many members a class has."""
        return self.index.counts[known_class(cls)]

    def row_of(self, id_: str) -> tuple[str, int]:
        """The class and row of an id; raises `NotFound`."""
        place = self.index.find(id_)
        if place is None:
            raise NotFound(f"there is no {id_!r} in this graph; ids look like 'modality/ct'.")
        return place

    def ids(self, cls: str, rows: Rows) -> list[EntityId]:
        """The ids of many rows."""
        return self.index.ids(cls, rows)

    def labels(self, cls: str, rows: Rows) -> list[str]:
        """The labels of many rows."""
        return self.index.labels(cls, rows)

    def values(self, cls: str, field: str, rows: Rows) -> list[Any]:
        """A literal of many rows: a value or None; for a literal that repeats a tuple, perhaps empty."""
        if field in IN_RECORD_ALONE:
            return [self.index.properties(cls, row).get(field) for row in _numbers(rows)]
        column, many = self.index.column(cls, field), field in _MANY
        if column is None:
            return [() if many else None for _ in rows]
        if isinstance(column, StringColumn):
            cells = column.cells(rows)
            if many:
                return [tuple(cell.split(END)[:-1]) for cell in cells]
            return [cell.partition(END)[0] if cell else None for cell in cells]
        return values_of(field, column[np.asarray(rows, dtype=np.int64)])

    # -- relations ------------------------------------------------------

    def adjacent(
        self, relation: str, rows: Rows, inverse: bool = False, min_confidence: float = 0.0, exactly: bool = False
    ) -> tuple[Ints, Ints]:
        """The rows at the far end for many rows at once: `targets[offsets[i]:offsets[i + 1]]` belong to `rows[i]`.

        In the default order of the far class (authors as printed). Asked from a
        concept, papers and results of narrower concepts count, unless `exactly`.
        """
        csr = self.csr(relation, inverse, exactly)
        near = np.asarray(rows, dtype=np.int64)
        places = csr.places(near)
        targets = csr.items[places].astype(np.int64)
        whose = np.repeat(np.arange(len(near)), csr.ptr[near + 1] - csr.ptr[near])
        if min_confidence > 0 and csr.confidence is not None:
            sure = csr.confidence[places] >= threshold(min_confidence)
            targets, whose = targets[sure], whose[sure]
        if not inverse and not EDGE[relation].in_order:
            targets = targets[np.lexsort((targets, whose))]
        offsets = np.zeros(len(near) + 1, dtype=np.int64)
        np.cumsum(np.bincount(whose, minlength=len(near)), out=offsets[1:])
        return offsets, targets

    def degrees(
        self, relation: str, inverse: bool, rows: Rows, min_confidence: float = 0.0, exactly: bool = False
    ) -> Ints:
        """How many nodes stand at the far end for each of many rows (`usedByCount` …)."""
        near = np.asarray(rows, dtype=np.int64)
        csr = self.csr(relation, inverse, exactly)
        if min_confidence <= 0 or csr.confidence is None:
            return np.asarray(csr.ptr[near + 1] - csr.ptr[near])
        return csr.degrees(threshold(min_confidence))[near]

    def csr(self, relation: str, inverse: bool = False, exactly: bool = False) -> Csr:
        """The whole adjacency of a relation in one direction; raises `BadFilter` for an unknown relation."""
        known_relation(relation)
        return self.index.relation(relation, inverse, is_wide(relation, inverse) and not exactly)

    def years(self, cls: str, rows: Rows) -> list[tuple[int | None, int | None]]:
        """The first and the last year of each row's papers; of a paper, its own year twice."""
        first, last = self._years[cls] if cls in self._years else self._years.setdefault(cls, self._years_of(cls))
        near = np.asarray(rows, dtype=np.int64)
        pairs = zip(first[near].tolist(), last[near].tolist(), strict=True)
        return [(None, None) if a == NO_INT else (a, b) for a, b in pairs]

    def co_used(
        self, cls: str, row: int, with_cls: str, first: int | None = 10, min_confidence: float = 0.0
    ) -> list[tuple[int, int]]:
        """What the papers that use a thing use as well: rows of `with_cls` with the number of papers, most first.

        Raises `BadFilter` for a class that papers do not use.
        """
        sure = threshold(min_confidence)
        here, there = used_by(cls), used_by(with_cls)
        papers = np.unique(self.csr(here, inverse=True).sure_of(row, sure))
        counts = np.bincount(self.csr(there).gather(papers, sure), minlength=self.size(with_cls))
        if cls == with_cls:
            counts[row] = 0
        return [(other, int(counts[other])) for other in most_frequent(counts, first)]

    def edges(self, cls: str, rows: Rows) -> list[tuple[Edge, ...]]:
        """The edges of many nodes with what supports them."""
        return [self.index.node(cls, row).edges for row in _numbers(rows)]

    # -- sets -----------------------------------------------------------

    def mask(
        self, cls: str, where: Mapping[str, Any] | None, min_confidence: float = 0.0
    ) -> npt.NDArray[np.bool_] | None:
        """Which rows of a class match a filter; None where nothing is asked. Raises `BadFilter`."""
        if not where:
            return None
        found = np.zeros(self.size(cls), dtype=bool)
        found[row_numbers(Plan(self.index).rows(cls, read_filter(cls, where, self.resolve, min_confidence)))] = True
        return found

    def rank(
        self, cls: str, order_by: OrderBy, min_confidence: float = 0.0, where: Mapping[str, Any] | None = None
    ) -> Ints | None:
        """The place of every row of a class in an order (a total one); None for the default order.

        `where` is needed for the order by relevance alone: it holds the `matches`.
        """
        keys = read_order(cls, order_by, min_confidence)
        if not keys:
            return None
        plan = Plan(self.index)
        if where:
            plan.rows(cls, read_filter(cls, where, self.resolve, min_confidence))
        order = in_order(plan, cls, np.arange(self.size(cls)), keys)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return place

    def facet(
        self, cls: str, rows: Rows, name: str, first: int | None = None, min_confidence: float = 0.0
    ) -> list[FacetValue]:
        """Counts of rows (numbers, or a mask) by the values of a relation or literal, most frequent first."""
        chosen = np.asarray(rows)
        near = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        return facet_values(self.index, cls, near, name, first, min_confidence)

    def resolve(self, cls: str, name: str) -> EntityId:
        """The entity that an id, key, label or other name means, in any case; raises `BadFilter` with the nearest."""
        return resolve(self.index, known_class(cls), name)

    @cached_property
    def _years(self) -> dict[str, tuple[Ints, Ints]]:
        return {}

    def _years_of(self, cls: str) -> tuple[Ints, Ints]:
        years = self.index.column("Paper", "year")
        size = self.size(cls)
        none = np.full(size, NO_INT, dtype=np.int64)
        if years is None or isinstance(years, StringColumn):
            return none, none
        if cls == "Paper":
            return years, years
        first, last = np.full(size, 9999, dtype=np.int64), none.copy()
        for term in edges_into(cls):
            if term.domain == "Paper":
                csr = self.csr(term.name, inverse=True)
                whose = np.repeat(np.arange(size), np.diff(csr.ptr))
                when = years[csr.items].astype(np.int64)
                np.maximum.at(last, whose, when)
                np.minimum.at(first, whose[when != NO_INT], when[when != NO_INT])
        return np.where(last == NO_INT, NO_INT, first), last


def known_class(cls: str) -> str:
    """The class's name; raises `BadFilter` where there is none."""
    if cls not in CLASS:
        raise BadFilter(f"there is no class {cls!r}.{did_you_mean(cls, CLASS)}")
    return cls


def known_relation(name: str) -> EdgeTerm:
    """The relation's term; raises `BadFilter` where there is none."""
    if name not in EDGE:
        raise BadFilter(f"there is no relation {name!r}.{did_you_mean(name, EDGE)}")
    return EDGE[name]


def used_by(cls: str) -> str:
    """The relation by which papers use a class; raises `BadFilter` where there is none."""
    if cls not in _USES:
        raise BadFilter(f"papers do not use the class {cls!r}; co-use is asked of {', '.join(_USES)}.")
    return _USES[cls]


def _numbers(rows: Rows) -> list[int]:
    numbers: list[int] = rows.tolist() if isinstance(rows, np.ndarray) else list(rows)
    return numbers
