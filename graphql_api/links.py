"""Following relations: the columns of single entities, plain lists, connections and counts.

A filter on a list is read and evaluated once for all parents, then met with
each parent's list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from graphql_api.batch import Column, Context, Rows, run, run_rows, split
from graphql_api.connections import Page, Window, check_size, window
from graphql_api.definitions import ObjectType
from graphql_api.naming import Link
from graphql_api.plan import Call
from kg.index import bitmap, row_numbers
from kg.query.fields import is_wide
from kg.query.filters import read_filter
from kg.query.order import Key, in_order, read_order
from kg.query.plan import Plan, threshold
from kg.query.selection import Selection
from kg.query.values import EVERYTHING, Filter
from schema.errors import BadFilter

Ints = npt.NDArray[Any]
_MANY = 2000
"""From so many targets on it is quicker to mark every row that matches than to look each target up."""


@dataclass(frozen=True)
class Asked:
    """What the arguments of a list ask, read once for all parents."""

    context: Context
    cls: str
    filter: Filter
    keys: tuple[Key, ...]
    at_least: float

    @classmethod
    def of(cls, context: Context, target: str, arguments: dict[str, Any]) -> Asked:
        """Read `where`, `orderBy` and `minConfidence`; raises `BadFilter`."""
        context.count_conditions(arguments.get("where"))
        at_least = arguments.get("minConfidence")
        sure = context.min_confidence if at_least is None else float(at_least)
        if not 0 <= sure <= 1:
            raise BadFilter(f"'minConfidence' must be from 0 to 1, not {sure!r}.")
        filter_ = read_filter(target, arguments.get("where"), context.graph.resolve, sure)
        return cls(context, target, filter_, read_order(target, arguments.get("orderBy"), sure), sure)

    @cached_property
    def plan(self) -> Plan:
        """The evaluation, with the relevance of full-text matches after `matching`."""
        return Plan(self.context.index)

    @cached_property
    def matching(self) -> BitMap | None:
        """Every row of the class that matches; None where all do."""
        return None if self.filter == EVERYTHING else self.plan.rows(self.cls, self.filter)

    def kept(self, targets: Ints) -> npt.NDArray[np.bool_] | None:
        """Which of many targets match; None where all do."""
        if self.matching is None:
            return None
        if len(targets) > _MANY:
            marked = np.zeros(self.context.graph.size(self.cls), dtype=bool)
            marked[row_numbers(self.matching)] = True
            return np.asarray(marked[targets])
        found = row_numbers(bitmap(targets) & self.matching)
        if not len(found):
            return np.zeros(len(targets), dtype=bool)
        places = np.minimum(np.searchsorted(found, targets), len(found) - 1)
        mask: npt.NDArray[np.bool_] = found[places] == targets
        return mask

    def ordered(self, rows: Ints) -> Ints:
        """Ascending rows in the order that is asked for."""
        return in_order(self.plan, self.cls, rows, self.keys) if self.keys else rows


def targets_of(parents: Rows, link: Link, asked: Asked, printed: bool = False) -> tuple[Ints, Ints]:
    """The far ends of all parents' edges, parent after parent, and how many each has, filtered and sure enough.

    Within a parent they ascend (the default order), or stand as printed where
    the relation keeps its order and `printed` is set.
    """
    csr = asked.context.index.relation(link.edge.name, link.inverse, is_wide(link.edge.name, link.inverse))
    places = csr.places(parents.rows)
    found = csr.items[places].astype(np.int64)
    lengths = csr.ptr[parents.rows + 1].astype(np.int64) - csr.ptr[parents.rows]
    owner = np.repeat(np.arange(len(parents)), lengths)
    mask = asked.kept(found)
    if asked.at_least > 0 and csr.confidence is not None:
        sure = csr.confidence[places] >= threshold(asked.at_least)
        mask = sure if mask is None else mask & sure
    if mask is not None:
        found, owner = found[mask], owner[mask]
    if not link.inverse and not printed and len(found) > 1:
        order = np.lexsort((found, owner))
        found = found[order]
    return found, np.bincount(owner, minlength=len(parents))


def single_column(link: Link) -> Column:
    """The one entity at the far end, or None."""

    def column(context: Context, parents: Rows, call: Call) -> list[Any]:
        asked = Asked(context, link.target, EVERYTHING, (), 0.0)
        found, lengths = targets_of(parents, link, asked)
        starts = np.cumsum(lengths) - lengths
        answers = iter(run_rows(context, call, link.target, found[starts[lengths > 0]]))
        return [next(answers) if n else None for n in lengths.tolist()]

    return column


def list_column(link: Link) -> Column:
    """The plain list of what stands at the far end."""

    def column(context: Context, parents: Rows, call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        asked = Asked.of(context, link.target, arguments)
        printed = link.edge.in_order and not link.inverse and not asked.keys
        found, lengths = targets_of(parents, link, asked, printed)
        first = arguments.get("first")
        if asked.keys or first is not None:
            check_size("first", first, context.max_page)
            parts = [asked.ordered(part)[:first] for part in np.split(found, np.cumsum(lengths)[:-1])]
            found, lengths = np.concatenate(parts), np.array([len(p) for p in parts])
        return split(run_rows(context, call, link.target, found), lengths.tolist())

    return column


def connection_column(link: Link, type_: Callable[[], ObjectType]) -> Column:
    """A page of what stands at the far end, for each parent."""

    def column(context: Context, parents: Rows, call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        asked = Asked.of(context, link.target, arguments)
        found, lengths = targets_of(parents, link, asked)
        pages = []
        for row, part in zip(parents.rows.tolist(), np.split(found, np.cumsum(lengths)[:-1]), strict=True):
            pages.append(_page(asked, asked.ordered(part), part, arguments, (link.edge.name, link.inverse, row)))
        return run(context, call.child, type_(), pages)

    return column


def root_page(context: Context, cls: str, arguments: dict[str, Any], key: str) -> Page:
    """A page of a whole class; in the default order a page is a slice of the set and nothing is sorted."""
    context.count_conditions(arguments.get("where"))
    sure = arguments.get("minConfidence")
    at_least = context.min_confidence if sure is None else sure
    selection = context.graph.find(cls, arguments.get("where"), arguments.get("orderBy"), at_least)
    context.explain_filter(key, cls, arguments, at_least)
    seen = window(selection.total, arguments, selection.position, context.max_page)
    rows = np.array(selection.page(seen.stop - seen.start, seen.start), dtype=np.int64)
    return Page(cls, rows, seen, lambda: selection)


def count_column(link: Link) -> Column:
    """How many stand at the far end."""

    def column(context: Context, parents: Rows, _call: Call) -> list[Any]:
        counts = context.graph.degrees(link.edge.name, link.inverse, parents.rows, context.min_confidence)
        return [int(n) for n in counts]

    return column


class _Within(Selection):
    """The selection behind a list of one entity: leaving out a condition never leaves the list."""

    def __init__(self, asked: Asked, rows: BitMap, everyone: BitMap) -> None:
        super().__init__(asked.context.graph, asked.cls, rows, asked.plan, asked.filter, asked.keys, asked.at_least)
        self._everyone = everyone

    def without(self, names: frozenset[str]) -> BitMap:
        return super().without(names) & self._everyone


def _page(asked: Asked, ordered: Ints, rows: Ints, arguments: dict[str, Any], anchor: tuple[str, bool, int]) -> Page:
    index = asked.context.index

    def position(id_: str) -> int | None:
        place = index.find(id_)
        if place is None or place[0] != asked.cls:
            return None
        at = np.flatnonzero(ordered == place[1])
        return int(at[0]) if len(at) else None

    def selection() -> Selection:
        relation, inverse, row = anchor
        everyone = index.posting(relation, inverse, is_wide(relation, inverse), row, threshold(asked.at_least))
        return _Within(asked, bitmap(rows), everyone)

    seen: Window = window(len(ordered), arguments, position, asked.context.max_page)
    return Page(asked.cls, ordered[seen.start : seen.stop], seen, selection, anchor)
