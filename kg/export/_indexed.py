"""A graph read straight from its query index: nodes without unpacking records, edges grouped by source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.export._graph import Found, GraphLike
from kg.index import Csr, Index, StringColumn
from kg.index.columns import END, present_numbers
from schema.ids import EntityId
from schema.node import Node
from schema.vocabulary import CLASSES, EDGES, edges_from, literals_of

_CHUNK: Final = 4096


class IndexedGraph:
    """What exports ask of a graph, answered by its index; `graph` answers the rest."""

    def __init__(self, graph: GraphLike, index: Index) -> None:
        self._graph = graph
        self._index = index
        self._ids: dict[str, list[str]] = {}

    @property
    def version(self) -> str:
        """The snapshot's name."""
        return self._graph.version

    @property
    def base(self) -> str:
        """The start of every entity's IRI."""
        return self._graph.base

    def find(
        self,
        cls: str,
        where: Mapping[str, Any] | None = None,
        order_by: list[Any] | None = None,
        min_confidence: float = 0.0,
    ) -> Found:
        """The entities of a class that a filter describes."""
        return self._graph.find(cls, where, order_by, min_confidence)

    def nodes(self, ids: Sequence[str]) -> Sequence[Node]:
        """Full nodes by id."""
        return self._graph.nodes(ids)

    def all_nodes(self, classes: Sequence[str] | None = None, *, full: bool = True) -> Iterator[Node]:
        """Every node; unless `full`, without edges and abstracts, ten times as fast."""
        if full:
            yield from self._graph.all_nodes(classes)
            return
        for cls in classes or [c.name for c in CLASSES]:
            for start in range(0, self._index.counts[cls], _CHUNK):
                yield from self._plain_nodes(cls, start, min(start + _CHUNK, self._index.counts[cls]))

    def all_edges(self) -> Iterator[tuple[str, str, str, float]]:
        """Every edge, grouped by source in the order of `all_nodes`, within a source by relation."""
        for cls in (c.name for c in CLASSES):
            relations = [(t, self._index.relation(t.name)) for t in sorted(edges_from(cls), key=lambda t: t.name)]
            relations = [(t, csr) for t, csr in relations if len(csr.items)]
            if relations:
                sources = self.ids(cls)
                for start in range(0, len(sources), _CHUNK):
                    yield from self._edges(sources, relations, start, min(start + _CHUNK, len(sources)))

    def degrees(self) -> dict[str, int]:
        """The number of edges at each node, in either direction; nodes without one are absent."""
        counts = {cls: np.zeros(n, dtype=np.int64) for cls, n in self._index.counts.items()}
        for term in EDGES:
            csr = self._index.relation(term.name)
            counts[term.domain] += np.diff(csr.ptr)
            counts[term.range] += np.bincount(csr.items, minlength=len(counts[term.range]))
        pairs = ((id_, n) for cls, ns in counts.items() for id_, n in zip(self.ids(cls), ns.tolist(), strict=True))
        return {id_: n for id_, n in pairs if n}

    def ids(self, cls: str) -> list[str]:
        """The ids of a class by row."""
        if cls not in self._ids:
            self._ids[cls] = self._index.ids(cls, range(self._index.counts[cls]))  # type: ignore[assignment]
        return self._ids[cls]

    def _plain_nodes(self, cls: str, start: int, stop: int) -> Iterator[Node]:
        labels = _texts(self._index.column(cls, "label"), start, stop)
        properties: list[dict[str, Any]] = [{} for _ in range(start, stop)]
        for term in literals_of(cls):
            if term.field != "abstract":
                for row, value in self._values(cls, term.field, term.many, start, stop):
                    properties[row][term.field] = value
        ids = self.ids(cls)
        for row in range(stop - start):
            yield Node(EntityId(ids[start + row]), cls, labels[row] or "", properties[row])

    def _values(self, cls: str, field: str, many: bool, start: int, stop: int) -> Iterator[tuple[int, Any]]:
        """The values of the rows that have one, rows counted from `start`."""
        column = self._index.column(cls, field)
        if column is None:
            return
        if isinstance(column, StringColumn):
            for row, text in enumerate(_texts(column, start, stop)):
                if text is not None:
                    yield row, tuple(text.split(END)) if many else text
            return
        part = column[start:stop]
        values = part.astype(bool).tolist() if column.dtype == np.int8 else part.tolist()
        for row in np.flatnonzero(present_numbers(part)).tolist():
            yield row, values[row]

    def _edges(
        self, sources: list[str], relations: list[tuple[Any, Csr]], start: int, stop: int
    ) -> Iterator[tuple[str, str, str, float]]:
        rows, places, names, ends, sure = [], [], [], [], []
        for number, (term, csr) in enumerate(relations):
            low, high = int(csr.ptr[start]), int(csr.ptr[stop])
            rows.append(np.repeat(np.arange(start, stop), np.diff(csr.ptr[start : stop + 1])))
            places.append(np.full(high - low, number))
            ids = self.ids(term.range)
            ends += [ids[i] for i in csr.items[low:high].tolist()]
            names += [term.name] * (high - low)
            sure += _confidences(csr, low, high)
        all_rows = np.concatenate(rows)
        order: npt.NDArray[Any] = np.lexsort((np.concatenate(places), all_rows))
        for place, row in zip(order.tolist(), all_rows[order].tolist(), strict=True):
            yield sources[row], names[place], ends[place], sure[place]


def indexed(graph: GraphLike) -> GraphLike:
    """The same graph, read through its index where it has one."""
    index = getattr(graph, "index", None)
    return IndexedGraph(graph, index) if isinstance(index, Index) else graph


def _texts(column: Any, start: int, stop: int) -> list[str | None]:
    """The cells of some rows of a string column; None where a row has no value."""
    if column is None:
        return [None] * (stop - start)
    offsets = column.offsets[start : stop + 1].tolist()
    first = column.at + offsets[0]
    raw = column.buffer[first : column.at + offsets[-1]]
    low = offsets[0]
    return [
        raw[a - low : b - low - 1].decode("utf-8", "surrogatepass") if a < b else None for a, b in pairwise(offsets)
    ]


def _confidences(csr: Csr, low: int, high: int) -> list[float]:
    if csr.confidence is None:
        return [1.0] * (high - low)
    # Stored in single precision; four digits are what the RDF states.
    values: list[float] = np.round(csr.confidence[low:high].astype(np.float64), 4).tolist()
    return values
