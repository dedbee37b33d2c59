"""Answering a filter with sets of rows: bitmaps for targets, batch operations over adjacency for nested filters."""

from __future__ import annotations

from functools import reduce
from math import floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from kg.index import Index, StringColumn, bitmap, relation_ends, row_numbers
from kg.index.columns import ENUMS, present_numbers
from kg.query.values import (
    Counted,
    Either,
    Every,
    Filter,
    Linked,
    Not,
    Path,
    Present,
    Related,
    Tested,
)
from schema.vocabulary import EDGE

_MANY_TEXTS = 32
"""More texts than this are looked for in one pass over the rows."""
_FEW = 64
_SPARSE = 4
"""Related rows of less than one in so many are joined through their adjacency, more by one pass over the relation."""

Mask = npt.NDArray[np.bool_]


class Plan:
    """Evaluates filters over one index; `scores` gathers the relevance of full-text matches."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.scores: npt.NDArray[np.float64] | None = None

    def rows(self, cls: str, where: Filter) -> BitMap:
        """The rows of a class that match; treat them as frozen."""
        if _is_kept(where):
            return self.index.kept.get((cls, where), lambda: self._rows(cls, where))
        return self._rows(cls, where)

    def _rows(self, cls: str, where: Filter) -> BitMap:
        match where:
            case Every(parts):
                return self._every(cls, parts)
            case Either(parts):
                return BitMap.union(BitMap(), *(self.rows(cls, part) for part in parts))
            case Not(part):
                return self.all(cls) - self.rows(cls, part)
            case Linked(path, targets):
                return self._linked(path, targets)
            case Related():
                return self._related(cls, where)
            case Counted(path, tests, inner):
                counts = self._counts(path, inner)
                return _marked(reduce(np.logical_and, (compare(counts, op, values) for op, values in tests)))
            case Present(field):
                return _marked(self._present(cls, field))
            case Tested():
                return self._tested(cls, where)

    def all(self, cls: str) -> BitMap:
        """Every row of a class."""
        return BitMap(range(self.index.counts[cls]))

    def counts(self, path: Path) -> npt.NDArray[Any]:
        """For each row at the near end of a path, how many nodes stand at its far end."""
        return self.index.relation(path.relation, path.inverse, path.wide).degrees(threshold(path.at_least))

    def _every(self, cls: str, parts: tuple[Filter, ...]) -> BitMap:
        found: BitMap | None = None
        for part in parts:
            rows = self.rows(cls, part)
            found = rows if found is None else found & rows
            if not found and self.scores is None:
                break
        return self.all(cls) if found is None else found

    def _linked(self, path: Path, targets: tuple[str, ...]) -> BitMap:
        postings = []
        for target in targets:
            place = self.index.find(target)
            if place is not None:
                postings.append(
                    self.index.posting(
                        path.relation, not path.inverse, path.wide, place[1], threshold(path.at_least)
                    )
                )  # fmt: skip
        return postings[0] if len(postings) == 1 else BitMap.union(BitMap(), *postings)

    def _related(self, cls: str, where: Related) -> BitMap:
        path, inner = where.path, where.where
        if where.quantifier == "every":
            counts, all_counts = self._counts(path, inner), self.counts(path)
            return _marked((all_counts > 0) & (counts == all_counts))
        if inner == Every():
            some = _marked(self.counts(path) > 0)
        else:
            some = self._some(path, self.rows(relation_ends(path.relation, path.inverse)[1], inner))
        return self.all(cls) - some if where.quantifier == "none" else some

    def _some(self, path: Path, far: BitMap) -> BitMap:
        at_least = threshold(path.at_least)
        near_cls, far_cls = relation_ends(path.relation, path.inverse)
        back = self.index.relation(path.relation, not path.inverse, path.wide)
        if len(far) <= _FEW:
            return bitmap(np.unique(back.gather(row_numbers(far), at_least)))
        if len(far) * _SPARSE < self.index.counts[far_cls]:
            marked = np.zeros(self.index.counts[near_cls], dtype=bool)
            marked[back.gather(row_numbers(far), at_least)] = True
            return _marked(marked)
        there = self.index.relation(path.relation, path.inverse, path.wide)
        return _marked(there.sums(self._hits(path, far)) > 0)

    def _counts(self, path: Path, inner: Filter) -> npt.NDArray[Any]:
        if inner == Every():
            return self.counts(path)
        near_cls, far_cls = relation_ends(path.relation, path.inverse)
        far = self.rows(far_cls, inner)
        if len(far) * _SPARSE < self.index.counts[far_cls]:
            back = self.index.relation(path.relation, not path.inverse, path.wide)
            near = back.gather(row_numbers(far), threshold(path.at_least))
            return np.bincount(near, minlength=self.index.counts[near_cls])
        return self.index.relation(path.relation, path.inverse, path.wide).sums(self._hits(path, far))

    def _hits(self, path: Path, far: BitMap) -> Mask:
        """Which items of a relation lead to a row of `far`, surely enough."""
        there = self.index.relation(path.relation, path.inverse, path.wide)
        wanted = np.zeros(self.index.counts[relation_ends(path.relation, path.inverse)[1]], dtype=bool)
        wanted[row_numbers(far)] = True
        hit: Mask = wanted[there.items]
        sure = there.sure(threshold(path.at_least))
        return hit if sure is None else hit & sure

    # -- literals -------------------------------------------------------

    def _present(self, cls: str, field: str) -> Mask:
        column = self.index.column(cls, field)
        if column is None:
            return np.zeros(self.index.counts[cls], dtype=bool)
        return column.present if isinstance(column, StringColumn) else present_numbers(column)

    def _tested(self, cls: str, test: Tested) -> BitMap:
        if test.op == "matches":
            return self._matches(cls, test)
        if test.field == "id":
            places = (self.index.find(str(id_)) for id_ in test.values)
            return BitMap(row for found, row in filter(None, places) if found == cls)
        column = self.index.column(cls, test.field)
        if column is None:
            return BitMap()
        if isinstance(column, StringColumn):
            return self._string(column, test)
        wanted = tuple(ENUMS[test.field].index(str(v)) for v in test.values) if test.kind == "enum" else test.values
        return _marked(present_numbers(column) & compare(column, test.op, wanted))

    def _string(self, column: StringColumn, test: Tested) -> BitMap:
        texts = [str(v) for v in test.values]
        if len(texts) > _MANY_TEXTS:
            known = frozenset(texts)
            return BitMap(row for row in range(len(column)) if not known.isdisjoint(column.values(row)))
        if test.op in ("eq", "in"):
            return BitMap.union(BitMap(), *(bitmap(column.find(text, whole=True)) for text in texts))
        if test.op in ("contains", "startsWith"):
            folded = column.lower.find(texts[0].lower(), at_start=test.op == "startsWith")
            return bitmap(folded)
        if test.op == "ne":
            return _marked(column.present) - bitmap(column.find(texts[0], whole=True))
        values = np.array(column.firsts(range(len(column))), dtype=object)
        return _marked(column.present & compare(values, test.op, tuple(texts)))

    def _matches(self, cls: str, test: Tested) -> BitMap:
        where = {"text": ("title", "body"), "abstract": ("body",)}.get(test.field, ("title",))
        numbers, scores = self.index.text.matching(str(test.values[0]), cls, where)
        rows = self.index.rows_at_arrivals(numbers)
        if self.scores is None:
            self.scores = np.zeros(self.index.counts[cls])
        if len(self.scores) == self.index.counts[cls]:
            self.scores[rows] += scores
        return bitmap(np.sort(rows))


def _is_kept(where: Filter) -> bool:
    """Whether the answer of a condition is small to keep and likely to be asked again."""
    match where:
        case Tested(op=op):
            return op != "matches"
        case Related(where=inner):
            return inner == Every()
        case Linked(targets=targets):
            return len(targets) > 1
        case _:
            return isinstance(where, Present)


def compare(values: npt.NDArray[Any], op: str, wanted: tuple[Any, ...]) -> Mask:
    """Which values pass a comparison."""
    found: Any
    match op:
        case "eq":
            found = values == wanted[0]
        case "ne":
            found = values != wanted[0]
        case "lt":
            found = values < wanted[0]
        case "lte":
            found = values <= wanted[0]
        case "gt":
            found = values > wanted[0]
        case "gte":
            found = values >= wanted[0]
        case "between":
            found = (values >= wanted[0]) & (values <= wanted[1])
        case _:
            found = np.isin(values, np.array(wanted)) if wanted else np.zeros(len(values), dtype=bool)
    return np.asarray(found, dtype=bool)


def threshold(at_least: float) -> float:
    """The least stored confidence (four significant digits, single precision) that is `at_least` or more."""
    if at_least <= 0:
        return 0.0
    step = 10.0 ** (floor(log10(at_least)) - 3)
    rounded = float(f"{at_least:.4g}")
    if rounded < at_least:
        rounded = float(f"{rounded + step:.4g}")
    return float(np.float32(rounded))


def _marked(mask: npt.NDArray[Any]) -> BitMap:
    return bitmap(np.flatnonzero(mask))


def path_of(relation: str, inverse: bool, wide: bool, at_least: float) -> Path:
    """A path; narrower concepts count only where the relation leads to concepts."""
    return Path(relation, inverse, wide and EDGE[relation].range in ("Task", "Modality", "Condition"), at_least)
