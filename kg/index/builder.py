"""Building the query index from a stream of nodes, in one pass, in memory linear in nodes and edges."""

from __future__ import annotations

import base64
import hashlib
import json
from array import array
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.index.arrays import ArrayWriter
from kg.index.columns import ENUMS, NumberCells, StringCells, kind_of
from kg.index.csr import Csr, Ints, closure_of, csr_of, inverse_of, widened
from kg.index.fulltext import TextWriter
from kg.index.names import NameTable, fold, hash_of
from kg.index.records import Compressor, Makers, pack
from schema.errors import StoreError
from schema.ids import DEFAULT_BASE
from schema.node import Edge, Node
from schema.vocabulary import CLASSES, EDGE, EDGES, literals_of

FORMAT: Final = 2
"""The version of the index's format: an index of another version is built anew."""

CONCEPTS: Final = tuple(c.name for c in CLASSES if c.concept)
IN_RECORD_ALONE: Final = frozenset({"abstract"})
"""Long texts: kept in the record and the full-text index, without a column of their own."""
_WRITE_BYTES: Final = 4_000_000


class _Rows:
    """One class while it is built, in the order of arrival."""

    def __init__(self, cls: str) -> None:
        self.cls = cls
        self.numbers, self.arrivals, self.digests = array("i"), array("i"), array("Q")
        self.ids, self.labels = StringCells(), StringCells()
        self.literals: dict[str, StringCells | NumberCells] = {}
        self.names = NameTable()
        for term in literals_of(cls):
            kind = "bool" if term.field in IN_RECORD_ALONE else kind_of(term)
            self.literals[term.field] = StringCells() if kind == "str" else NumberCells(kind)

    def add(self, node: Node, number: int, arrival: int, digest: int) -> None:
        here = len(self.numbers)
        self.numbers.append(number)
        self.digests.append(digest)
        self.arrivals.append(arrival)
        self.ids.add(here, node.id)
        self.labels.add(here, node.label)
        for field, value in node.properties.items():
            cells = self.literals.get(field)
            if isinstance(cells, StringCells):
                cells.add(here, value)
            elif cells is not None:
                cells.add(here, _number_for(field, value))
        for name in {fold(n) for n in names_of(node)}:
            self.names.add(name, here)

    def label_ranks(self) -> Ints:
        """The rank of every label in lower case, equal labels alike, in the order of arrival."""
        labels = [label.lower() for label in self.labels.texts()]
        rank = {label: place for place, label in enumerate(sorted(set(labels)))}
        return np.array([rank[label] for label in labels], dtype=np.int32)

    def order(self) -> Ints:
        """The default order: papers by year (latest first, unknown last), then title; all by label, then id."""
        labels, ids = [label.lower() for label in self.labels.texts()], self.ids.texts()
        years = self.literals.get("year")
        latest = -years.dense(len(ids)).astype(np.int64) if isinstance(years, NumberCells) else np.zeros(len(ids))
        keys = list(zip(latest.tolist(), labels, ids, strict=True))
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


class _Edges:
    """One relation while it is built."""

    def __init__(self) -> None:
        self.sources, self.targets = array("i"), array("i")
        self.confidence = array("f")


class IndexBuilder:
    """Writes the index of a stream of nodes into a new folder: `add` each node, then `finish`.

    Nodes may come in any order and name nodes that come later. Every edge must
    have both its nodes by the time of `finish`.
    """

    def __init__(self, path: str | Path, base: str = DEFAULT_BASE) -> None:
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.base = base
        self._rows = {c.name: _Rows(c.name) for c in CLASSES}
        self._edges = {e.name: _Edges() for e in EDGES}
        self._number_of: dict[str, int] = {}
        self._added = bytearray()
        self._sizes = array("i")
        self._count = 0
        self._makers = Makers()
        self._compressor = Compressor()
        self._waiting = bytearray()
        (self.path / "records.bin").write_bytes(b"")
        self._digest = hashlib.blake2b(digest_size=16)
        self._text = TextWriter(self.path / "text")

    def add(self, node: Node) -> None:
        """Take a node with its edges; raises `StoreError` for a second node of the same id."""
        number = self._number(node.id)
        if self._added[number]:
            raise StoreError(f"{node.id!r} comes twice; nodes must be merged before they are indexed.")
        self._added[number] = 1
        edges = sorted(node.edges, key=attrgetter("relation"))
        for edge in edges:
            self._edge(number, edge)
        record = pack(node.properties, edges, self._makers)
        ends = "\n".join(f"{e.relation} {e.target}" for e in edges)
        digest = hash_of(f"{node.id}\n{node.label}\n{ends}\n", record)
        self._rows[node.cls].add(node, number, self._count, digest)
        self._write(self._compressor.add(record))
        aliases = node.properties.get("aliases", ())
        self._text.add(self._count, node.cls, (node.label, *aliases), node.properties.get("abstract", ""))
        self._count += 1

    def finish(self) -> None:
        """Put everything in its order and write it; raises `StoreError` for an edge without one of its nodes."""
        self._write(self._compressor.flush())
        self._drain()
        self._text.close()
        with ArrayWriter(self.path / "arrays.bin") as out:
            orders = {cls: rows.order() for cls, rows in self._rows.items()}
            row_of = self._row_numbers(orders, out)
            counts = {cls: len(order) for cls, order in orders.items()}
            for cls, rows in self._rows.items():
                self._write_class(out, cls, rows, orders[cls])
            relations = {name: self._relation(name, row_of, counts) for name in self._edges}
            above = {c: closure_of(relations[f"broader{c}"]) for c in CONCEPTS}
            for name, csr in relations.items():
                _write_relation(out, name, csr, counts, above)
        self._write_meta(out, counts, {name: len(csr.items) for name, csr in relations.items()})

    def _number(self, id_: str) -> int:
        number = self._number_of.setdefault(id_, len(self._number_of))
        if number == len(self._added):
            self._added.append(0)
        return number

    def _edge(self, source: int, edge: Edge) -> None:
        rows = self._edges[edge.relation]
        rows.sources.append(source)
        rows.targets.append(self._number(edge.target))
        rows.confidence.append(stored_confidence(edge.confidence))

    def _write(self, packed: list[bytes]) -> None:
        for record in packed:
            self._sizes.append(len(record))
            self._waiting += record
        if len(self._waiting) > _WRITE_BYTES:
            self._drain()

    def _drain(self) -> None:
        # Opened for each part, so that a build that is given up leaves no file open.
        with (self.path / "records.bin").open("ab") as file:
            file.write(self._waiting)
        self._digest.update(self._waiting)
        self._waiting = bytearray()

    def _row_numbers(self, orders: dict[str, Ints], out: ArrayWriter) -> dict[str, Ints]:
        """For each class the row of every number, -1 for numbers of other classes; writes the row of each arrival."""
        row_of: dict[str, Ints] = {}
        class_at = np.zeros(self._count, dtype=np.uint8)
        row_at = np.zeros(self._count, dtype=np.int32)
        for code, (cls, rows) in enumerate(self._rows.items()):
            order = orders[cls]
            row_of[cls] = np.full(len(self._number_of), -1, dtype=np.int32)
            row_of[cls][_ints(rows.numbers)[order]] = np.arange(len(order), dtype=np.int32)
            arrivals = _ints(rows.arrivals)[order]
            class_at[arrivals] = code
            row_at[arrivals] = np.arange(len(order), dtype=np.int32)
        out.add("arrival/class", class_at)
        out.add("arrival/row", row_at)
        return row_of

    def _relation(self, name: str, row_of: dict[str, Ints], counts: dict[str, int]) -> Csr:
        term, rows = EDGE[name], self._edges[name]
        sources, targets = row_of[term.domain][_ints(rows.sources)], row_of[term.range][_ints(rows.targets)]
        if (lost := np.flatnonzero((sources < 0) | (targets < 0))).size:
            ids = list(self._number_of)
            ends = ids[rows.sources[lost[0]]], ids[rows.targets[lost[0]]]
            raise StoreError(
                f"{len(lost)} {name} edges lack a node or join the wrong classes, the first from {ends[0]!r} to "
                f"{ends[1]!r}; {name} goes from {term.domain} to {term.range}."
            )
        sure = np.frombuffer(rows.confidence, dtype=np.float32)
        return csr_of(sources, targets, None if (sure == 1).all() else sure, counts[term.domain])

    def _write_class(self, out: ArrayWriter, cls: str, rows: _Rows, order: Ints) -> None:
        sizes = _ints(self._sizes).astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else sizes
        arrivals = _ints(rows.arrivals)[order]
        out.add(f"{cls}/digest", np.frombuffer(rows.digests, dtype=np.uint64)[order])
        out.add(f"{cls}/record", starts[arrivals])
        out.add(f"{cls}/record-size", sizes[arrivals].astype(np.int32))
        _write_strings(out, f"{cls}/id", rows.ids, order)
        _write_strings(out, f"{cls}/label", rows.labels, order)
        out.add(f"{cls}/label-rank", rows.label_ranks()[order])
        for name, cells in rows.literals.items():
            if isinstance(cells, NumberCells) and cells:
                out.add(f"{cls}/{name}", cells.dense(len(order))[order])
            elif isinstance(cells, StringCells) and cells.blob:
                _write_strings(out, f"{cls}/{name}", cells, order)
        here = np.empty(len(order), dtype=np.int32)
        here[order] = np.arange(len(order), dtype=np.int32)
        hashes, named = rows.names.in_order(here)
        out.add(f"{cls}/names", hashes)
        out.add(f"{cls}/named", named)

    def _write_meta(self, out: ArrayWriter, counts: dict[str, int], edges: dict[str, int]) -> None:
        meta = {
            "format": FORMAT,
            "base": self.base,
            "digest": self._digest.hexdigest(),
            "counts": counts,
            "edges": edges,
            "makers": self._makers.names,
            "dictionary": base64.b64encode(self._compressor.dictionary).decode(),
            "contents": out.contents,
        }
        (self.path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


def names_of(node: Node) -> tuple[str, ...]:
    """Everything that a node can be called: key, label, other names."""
    return (node.id.partition("/")[2], node.label, *node.properties.get("aliases", ()))


def _number_for(field: str, value: Any) -> Any:
    if field in ENUMS:
        return ENUMS[field].index(value)
    return True if field in IN_RECORD_ALONE else value


def stored_confidence(confidence: float) -> float:
    """A confidence with four significant digits, as the RDF states it, so that both answer alike."""
    return confidence if confidence == 1 else float(f"{confidence:.4g}")


def _write_relation(out: ArrayWriter, name: str, csr: Csr, counts: dict[str, int], above: dict[str, Csr]) -> None:
    target = EDGE[name].range
    _write_csr(out, f"{name}/out", csr)
    _write_csr(out, f"{name}/in", inverse_of(csr, counts[target]))
    if target in above and len(csr.items):
        wide = widened(csr, above[target])
        _write_csr(out, f"{name}/out+", wide)
        _write_csr(out, f"{name}/in+", inverse_of(wide, counts[target]))


def _write_csr(out: ArrayWriter, name: str, csr: Csr) -> None:
    out.add(f"{name}/ptr", csr.ptr)
    out.add(f"{name}/items", csr.items)
    if csr.confidence is not None:
        out.add(f"{name}/confidence", csr.confidence)


def _write_strings(out: ArrayWriter, name: str, cells: StringCells, order: Ints) -> None:
    blob, offsets = cells.in_order(order)
    out.add(name, blob)
    out.add(f"{name}#", offsets.astype(np.int32) if len(blob) < 2**31 else offsets)


def _ints(values: array[int]) -> npt.NDArray[Any]:
    return np.frombuffer(values, dtype=np.int32)
