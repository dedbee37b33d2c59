"""A graph to ask: one immutable snapshot behind plain functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

from kg.index import Index, StringColumn
from kg.index.columns import present_numbers
from kg.index.csr import Csr, sources_of
from kg.query.fields import is_wide
from kg.query.filters import read_filter
from kg.query.names import resolve
from kg.query.order import OrderBy, read_order
from kg.query.plan import Plan, threshold
from kg.query.search import Hit, search
from kg.query.selection import Selection
from schema.errors import BadFilter, NotFound, did_you_mean
from schema.ids import EntityId
from schema.node import Node
from schema.vocabulary import CLASS, CLASSES, EDGE, EDGES


class Graph:
    """Questions over one snapshot. Thread-safe: nothing in it changes."""

    def __init__(self, index: Index, version: str = "") -> None:
        self.index = index
        self.base = index.base
        self.version = version or index.digest

    @classmethod
    def open(cls, where: str | FilePath) -> Graph:
        """Open a graph's folder (its current snapshot), a snapshot's folder, or an index's folder."""
        path = FilePath(where)
        if (path / "meta.json").is_file():
            return cls(Index.open(path))
        if (path / "index" / "meta.json").is_file():
            return cls(Index.open(path / "index"), path.name)
        return _open_current(cls, path)

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
        _known_class(cls)
        filter_ = read_filter(cls, where, self.resolve, min_confidence)
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
        term = _known_relation(relation)
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
        term = _known_relation(relation)
        near, far = (term.range, term.domain) if inverse else (term.domain, term.range)
        wide = is_wide(relation, inverse) if narrower is None else narrower
        csr = self.index.relation(relation, inverse, wide)
        sure, printed = threshold(min_confidence), term.in_order and not inverse
        found = []
        for id_ in ids:
            rows = csr.sure_of(self._row(near, id_), sure).tolist()
            found.append(self.index.ids(far, rows if printed else sorted(rows)))
        return found

    # -- single things --------------------------------------------------

    def node(self, id_: str) -> Node:
        """A whole node with its edges and what supports them; raises `NotFound`."""
        return self.index.node(*self._place(id_))

    def nodes(self, ids: Sequence[str]) -> list[Node]:
        """Many whole nodes; raises `NotFound`."""
        return [self.node(id_) for id_ in ids]

    def label(self, id_: str) -> str:
        """The label of a node; raises `NotFound`."""
        return self.index.label(*self._place(id_))

    def labels(self, ids: Sequence[str]) -> list[str]:
        """The labels of many nodes; raises `NotFound`."""
        return [self.label(id_) for id_ in ids]

    def has(self, id_: str) -> bool:
        """Whether there is a node of that id."""
        return self.index.find(id_) is not None

    def values(self, cls: str, rows: Sequence[int], field: str) -> list[Any]:
        """One literal of many rows: a value or None; a list for a literal that repeats. Not for abstracts."""
        column = self.index.column(cls, field)
        many = any(t.field == field and t.many for t in _literals())
        if column is None:
            return [() if many else None for _ in rows]
        if isinstance(column, StringColumn):
            return [tuple(v) if many else v[0] if v else None for v in map(column.values, rows)]
        present = present_numbers(column)
        boolean = column.dtype == "int8"
        return [(bool(column[r]) if boolean else column[r].item()) if present[r] else None for r in rows]

    def resolve(self, cls: str, name: str) -> EntityId:
        """The entity that an id, key, label or other name means, in any case; raises `BadFilter` with the nearest."""
        return resolve(self.index, cls, name)

    def search(self, text: str, classes: Sequence[str] | None = None, first: int = 20) -> list[Hit]:
        """What is nearest to a text over all classes, best first; typing errors and unfinished words are forgiven."""
        for cls in classes or ():
            _known_class(cls)
        return search(self.index, text, tuple(classes or ()), first)

    # -- everything -----------------------------------------------------

    def all_nodes(self, classes: Sequence[str] | None = None) -> Iterator[Node]:
        """Every node, class after class in the default orders, in constant memory."""
        for cls in classes or [c.name for c in CLASSES]:
            _known_class(cls)
            for row in range(self.index.counts[cls]):
                yield self.index.node(cls, row)

    def all_edges(self, relations: Sequence[str] | None = None) -> Iterator[tuple[EntityId, str, EntityId, float]]:
        """Every edge as (source, relation, target, confidence), relation after relation."""
        for name in relations or [e.name for e in EDGES]:
            term, csr = _known_relation(name), self.index.relation(name)
            yield from self._edges(name, term.domain, term.range, csr)

    def stats(self) -> dict[str, dict[str, int]]:
        """How many members each class and how many edges each relation has."""
        return {"classes": dict(self.index.counts), "edges": dict(self.index.edge_counts)}

    def _edges(self, name: str, near: str, far: str, csr: Csr) -> Iterator[tuple[EntityId, str, EntityId, float]]:
        sources = sources_of(csr)
        for at in range(0, len(csr.items), 10_000):
            part = slice(at, at + 10_000)
            ends = self.index.ids(near, sources[part].tolist()), self.index.ids(far, csr.items[part].tolist())
            sure = [1.0] * len(ends[0]) if csr.confidence is None else csr.confidence[part].tolist()
            for source, target, confidence in zip(*ends, sure, strict=True):
                yield source, name, target, float(f"{confidence:.4g}")

    def _place(self, id_: str) -> tuple[str, int]:
        place = self.index.find(id_)
        if place is None:
            raise NotFound(f"there is no {id_!r} in this graph; ids look like 'modality/ct'.")
        return place

    def _row(self, cls: str, id_: str) -> int:
        near, row = self._place(id_)
        if near != cls:
            raise BadFilter(f"{id_!r} is a {near}, not a {cls}.")
        return row


def _open_current(cls: type[Graph], path: FilePath) -> Graph:
    from kg.store import snapshots

    snapshot = snapshots.current(path)
    return cls(Index.open(snapshot.index_path), snapshot.name)


def _known_class(cls: str) -> None:
    if cls not in CLASS:
        raise BadFilter(f"there is no class {cls!r}.{did_you_mean(cls, CLASS)}")


def _known_relation(name: str) -> Any:
    if name not in EDGE:
        raise BadFilter(f"there is no relation {name!r}.{did_you_mean(name, EDGE)}")
    return EDGE[name]


def _literals() -> Any:
    from schema.vocabulary import LITERALS

    return LITERALS
