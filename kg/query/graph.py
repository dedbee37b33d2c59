"""A graph to ask: one immutable snapshot behind plain functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kg.index import Index
from kg.query.explain import sparql_of
from kg.query.fields import is_wide
from kg.query.filters import read_filter
from kg.query.order import OrderBy, read_order
from kg.query.plan import Plan, threshold
from kg.query.rows import RowAccess, known_class, known_relation
from kg.query.search import Hit, search
from kg.query.selection import Selection
from kg.query.walk import walk_edges, walk_nodes
from kg.store import snapshots
from kg.store.snapshots import Snapshot
from schema.errors import BadFilter
from schema.ids import EntityId
from schema.node import Node
from schema.vocabulary import CLASSES, EDGES


class Graph(RowAccess):
    """Questions over one snapshot. Thread-safe: nothing in it changes."""

    def __init__(self, index: Index, version: str = "", base: str = "") -> None:
        super().__init__(index)
        self.base = base or index.base
        self.version = version or index.digest

    @classmethod
    def open(cls, where: str | Path) -> Graph:
        """Open a graph's folder (its current snapshot), a snapshot's folder, or an index's folder."""
        path = Path(where)
        if (path / "meta.json").is_file():
            return cls(Index.open(path))
        snapshot = Snapshot(path) if (path / "manifest.json").is_file() else snapshots.current(path)
        return cls(Index.open(snapshot.index_path), snapshot.name, snapshot.base)

    # -- sets -----------------------------------------------------------

    def find(
        self,
        cls: str,
        where: Mapping[str, Any] | None = None,
        order_by: OrderBy = None,
        min_confidence: float = 0.0,
    ) -> Selection:
        """The members of a class that match a GraphQL `where`, given as plain JSON.

        `order_by` is a list of {name: "ASC" or "DESC"}; edges less sure than
        `min_confidence` (0 to 1) count as absent. Raises `BadFilter`.
        """
        filter_ = read_filter(known_class(cls), where, self.resolve, min_confidence)
        keys = read_order(cls, order_by, min_confidence)
        plan = Plan(self.index)
        return Selection(self, cls, plan.rows(cls, filter_), plan, filter_, keys, min_confidence)

    def related(
        self,
        ids: Sequence[str],
        relation: str,
        inverse: bool = False,
        where: Mapping[str, Any] | None = None,
        order_by: OrderBy = None,
        min_confidence: float = 0.0,
        narrower: bool | None = None,
    ) -> list[Selection]:
        """For each of several nodes of one class, what stands at the far end of a relation and matches a filter.

        One batch: the filter is evaluated once. `narrower` as in `neighbours`.
        """
        term = known_relation(relation)
        near, far = (term.range, term.domain) if inverse else (term.domain, term.range)
        filter_ = read_filter(far, where, self.resolve, min_confidence)
        keys = read_order(far, order_by, min_confidence)
        plan = Plan(self.index)
        matching = plan.rows(far, filter_) if where else None
        wide = is_wide(relation, inverse) if narrower is None else narrower
        sure = threshold(min_confidence)
        found = []
        for id_ in ids:
            rows = self.index.posting(relation, inverse, wide, self._row(near, id_), sure)
            rows = rows if matching is None else rows & matching
            found.append(Selection(self, far, rows, plan, filter_, keys, min_confidence))
        return found

    def neighbours(
        self,
        ids: Sequence[str],
        relation: str,
        inverse: bool = False,
        min_confidence: float = 0.0,
        narrower: bool | None = None,
    ) -> list[list[EntityId]]:
        """For each of several nodes of one class, the ids at the far end of a relation.

        In the default order of the far class (authors in printed order).
        `narrower`: a concept stands for what is narrower too; by default where a
        concept is asked for its papers or results.
        """
        term = known_relation(relation)
        near, far = (term.range, term.domain) if inverse else (term.domain, term.range)
        rows = [self._row(near, id_) for id_ in ids]
        offsets, targets = self.adjacent(relation, rows, inverse, min_confidence, exactly=narrower is False)
        found = self.ids(far, targets)
        return [found[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]

    def sparql_for(
        self,
        cls: str,
        where: Mapping[str, Any] | None = None,
        order_by: OrderBy = None,
        limit: int | None = None,
        min_confidence: float = 0.0,
    ) -> str:
        """The SPARQL query that means the same as `find`; it selects IRIs as `?s`, in the same order."""
        filter_ = read_filter(known_class(cls), where, self.resolve, min_confidence)
        return sparql_of(self.base, cls, filter_, read_order(cls, order_by, min_confidence), limit)

    # -- single things --------------------------------------------------

    def node(self, id_: str) -> Node:
        """A whole node with its edges and what supports them; raises `NotFound`."""
        return self.index.node(*self.row_of(id_))

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """Many whole nodes; raises `NotFound`."""
        return [self.node(id_) for id_ in ids]

    def label(self, id_: str) -> str:
        """The label of a node; raises `NotFound`."""
        return self.index.label(*self.row_of(id_))

    def has(self, id_: str) -> bool:
        """Whether there is a node of that id."""
        return self.index.find(id_) is not None

    def search(self, text: str, classes: Sequence[str] | None = None, first: int = 20) -> list[Hit]:
        """What is nearest to a text over all classes, best first; typing errors and unfinished words are forgiven."""
        return search(self.index, text, tuple(map(known_class, classes or ())), first)

    # -- everything -----------------------------------------------------

    def all_nodes(self, classes: Sequence[str] | None = None, supports: bool = True) -> Iterator[Node]:
        """Every node, class after class in the default orders, in constant memory.

        Without `supports` the nodes come faster and without edges; see `all_edges`.
        """
        return walk_nodes(self.index, [known_class(c) for c in classes or _EVERY_CLASS], supports)

    def all_edges(self, relations: Sequence[str] | None = None) -> Iterator[tuple[str, str, str, float]]:
        """Every edge once as (source id, relation, target id, confidence), in the order of `all_nodes`.

        Within a source by relation, then as the node has them (by target).
        """
        return walk_edges(self.index, [known_relation(r) for r in relations or _EVERY_RELATION])

    def degree_of(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """How many edges each node has, in and out, in the order of `all_nodes`."""
        total = {c.name: np.zeros(self.size(c.name), dtype=np.int64) for c in CLASSES}
        for term in EDGES:
            total[term.domain] += self.index.relation(term.name).degrees()
            total[term.range] += self.index.relation(term.name, inverse=True).degrees()
        return np.concatenate(list(total.values()))

    def stats(self) -> dict[str, dict[str, int]]:
        """How many members each class and how many edges each relation has."""
        return {"classes": dict(self.index.counts), "edges": dict(self.index.edge_counts)}

    def _row(self, cls: str, id_: str) -> int:
        near, row = self.row_of(id_)
        if near != cls:
            raise BadFilter(f"{id_!r} is a {near}, not a {cls}.")
        return row


_EVERY_CLASS = [c.name for c in CLASSES]
_EVERY_RELATION = [e.name for e in EDGES]
