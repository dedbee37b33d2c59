"""Walking the whole graph: every node, every edge, in one stable order and in steady memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from kg.index import Index, StringColumn
from kg.index.builder import IN_RECORD_ALONE
from kg.index.columns import END, values_of
from schema.ids import EntityId
from schema.node import Node
from schema.vocabulary import CLASSES, EdgeTerm, literals_of

_SOURCES = 8192
"""How many nodes' edges are put together at a time."""


def walk_nodes(index: Index, classes: Sequence[str], supports: bool) -> Iterator[Node]:
    """Every node of some classes in the default order; without supports, without edges and abstracts too."""
    for cls in classes:
        if supports:
            yield from (index.node(cls, row) for row in range(index.counts[cls]))
            continue
        for start in range(0, index.counts[cls], _SOURCES):
            yield from _plain_nodes(index, cls, start, min(start + _SOURCES, index.counts[cls]))
        if index.counts[cls] > _SOURCES:
            index.let_go()


def _plain_nodes(index: Index, cls: str, start: int, stop: int) -> Iterator[Node]:
    """Nodes out of the columns alone: no record is unpacked."""
    properties: list[dict[str, Any]] = [{} for _ in range(start, stop)]
    for term in literals_of(cls):
        column = index.column(cls, term.field)
        if isinstance(column, StringColumn):
            for row, values in enumerate(_cells(column, start, stop)):
                if values is not None:
                    properties[row][term.field] = tuple(values.split(END)) if term.many else values
        elif column is not None and term.field not in IN_RECORD_ALONE:
            for row, value in enumerate(values_of(term.field, column[start:stop])):
                if value is not None:
                    properties[row][term.field] = value
    ids, labels = (_cells(index.column(cls, name), start, stop) for name in ("id", "label"))
    for id_, label, found in zip(ids, labels, properties, strict=True):
        yield Node(EntityId(id_ or ""), cls, label or "", found)


def _cells(column: Any, start: int, stop: int) -> list[str | None]:
    """The cells of some rows, their values joined by `END`; None where a row has no value."""
    offsets = column.offsets[start : stop + 1].tolist()
    first = offsets[0]
    raw = column.buffer[column.at + first : column.at + offsets[-1]]
    return [
        raw[low - first : high - first - 1].decode("utf-8", "surrogatepass") if low < high else None
        for low, high in pairwise(offsets)
    ]


def walk_edges(index: Index, relations: Sequence[EdgeTerm]) -> Iterator[tuple[str, str, str, float]]:
    """Every edge of some relations, grouped by source; memory is that of all ids."""
    known: dict[str, npt.NDArray[Any]] = {}
    for cls in (c.name for c in CLASSES):
        terms = sorted((t for t in relations if t.domain == cls), key=lambda t: t.name)
        if not terms:
            continue
        for far in {t.range for t in terms} | {cls}:
            known.setdefault(far, _all_ids(index, far))
        for start in range(0, index.counts[cls], _SOURCES):
            yield from _some_edges(index, terms, known, start, min(start + _SOURCES, index.counts[cls]))


def _some_edges(
    index: Index, terms: Sequence[EdgeTerm], known: dict[str, npt.NDArray[Any]], start: int, end: int
) -> Iterator[tuple[str, str, str, float]]:
    sources, names, targets, sure = [], [], [], []
    for place, term in enumerate(terms):
        csr = index.relation(term.name)
        low, high = int(csr.ptr[start]), int(csr.ptr[end])
        sources.append(np.repeat(np.arange(start, end), np.diff(csr.ptr[start : end + 1])))
        names.append(np.full(high - low, place))
        targets.append(known[term.range][csr.items[low:high]])
        sure.append(np.ones(high - low) if csr.confidence is None else _exact(csr.confidence[low:high]))
    order = np.argsort(np.concatenate(sources), kind="stable")
    called = np.array([t.name for t in terms], dtype=object)
    yield from zip(
        known[terms[0].domain][np.concatenate(sources)[order]].tolist(),
        called[np.concatenate(names)[order]].tolist(),
        np.concatenate(targets)[order].tolist(),
        np.concatenate(sure)[order].tolist(),
        strict=True,
    )


def _exact(sure: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Stored confidences as the decimals of four significant digits that they stand for."""
    wide = sure.astype(np.float64)
    places = 3 - np.floor(np.log10(np.maximum(wide, 1e-12)))
    scale: npt.NDArray[Any] = 10.0**places
    found: npt.NDArray[Any] = np.round(wide * scale) / scale
    return found


def _all_ids(index: Index, cls: str) -> npt.NDArray[Any]:
    found = np.empty(index.counts[cls], dtype=object)
    found[:] = index.ids(cls, range(index.counts[cls]))
    return found
