"""The query index as it is read: memory-mapped, immutable, rows numbered in the default order of each class."""

from __future__ import annotations

import base64
import json
import mmap
from array import array
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from kg.index.arrays import ArrayFile
from kg.index.builder import FORMAT
from kg.index.columns import StringColumn
from kg.index.csr import Csr, Ints
from kg.index.fulltext import FullText
from kg.index.names import ALIAS, ID, LABEL, fold, rows_named
from kg.index.records import Makers, expand, unpack, unpack_properties
from schema.errors import StoreError
from schema.ids import EntityId
from schema.node import Edge, Node, Support
from schema.vocabulary import CLASS, CLASS_OF_TYPE, CLASSES, EDGE, edges_from

_POSTINGS_KEPT = 4096
_ANSWERS_KEPT = 256
_CLASS_NAMES = [c.name for c in CLASSES]


class Kept:
    """The most recently used sets of rows, by what they answer; shared by all threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sets: OrderedDict[Hashable, BitMap] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], BitMap]) -> BitMap:
        """The set for a key, made where it is not at hand; treat it as frozen."""
        with self._lock:
            if key in self._sets:
                self._sets.move_to_end(key)
                return self._sets[key]
        made = make()
        with self._lock:
            self._sets[key] = made
            if len(self._sets) > self._most:
                self._sets.popitem(last=False)
        return made


class Index:
    """The index of one snapshot; every method reads, none writes."""

    def __init__(self, path: Path) -> None:
        meta = _read_meta(path)
        self.path = path
        self.base: str = meta["base"]
        self.digest: str = meta["digest"]
        self.counts: dict[str, int] = meta["counts"]
        self.edge_counts: dict[str, int] = meta["edges"]
        self._arrays = ArrayFile(path / "arrays.bin", {k: (v[0], v[1], v[2]) for k, v in meta["contents"].items()})
        self._makers = Makers(meta["makers"])
        self._dictionary = base64.b64decode(meta["dictionary"])
        self._records = _map(path / "records.bin")
        self.text = FullText(path / "text")
        self._ids = {c: self._arrays.strings(f"{c}/id") for c in _CLASS_NAMES}
        self._labels = {c: self._arrays.strings(f"{c}/label") for c in _CLASS_NAMES}
        self._arrival_class = self._arrays.array("arrival/class")
        self._arrival_row = self._arrays.array("arrival/row")
        self._relations: dict[tuple[str, bool, bool], Csr] = {}
        self._columns: dict[tuple[str, str], StringColumn | npt.NDArray[Any] | None] = {}
        self.posting = lru_cache(_POSTINGS_KEPT)(self._posting)
        self.kept = Kept(_ANSWERS_KEPT)

    @classmethod
    def open(cls, path: str | Path) -> Index:
        """Open the index in a folder; raises `StoreError` where it is missing or of another version."""
        return cls(Path(path))

    def let_go(self) -> None:
        """Give back the memory of what a walk over everything has read."""
        self._arrays.let_go()

    # -- entities -------------------------------------------------------

    def id(self, cls: str, row: int) -> EntityId:
        """The id of a row."""
        return EntityId(self._ids[cls].first(row))

    def ids(self, cls: str, rows: Iterable[int]) -> list[EntityId]:
        """The ids of many rows."""
        return [EntityId(i) for i in self._ids[cls].firsts(rows)]

    def label(self, cls: str, row: int) -> str:
        """The label of a row."""
        return self._labels[cls].first(row)

    def labels(self, cls: str, rows: Iterable[int]) -> list[str]:
        """The labels of many rows."""
        return self._labels[cls].firsts(rows)

    def find(self, id_: str) -> tuple[str, int] | None:
        """The class and the row of an id; None where there is no such entity."""
        term = CLASS_OF_TYPE.get(id_.partition("/")[0])
        if term is None:
            return None
        rows = self._named(term.name, fold(id_.partition("/")[2]))
        return next(((term.name, row) for row in rows if self._ids[term.name].first(row) == id_), None)

    def named(self, cls: str, name: str) -> list[tuple[int, int]]:
        """The rows of a class that a name may mean, with how it names them (ID, LABEL or ALIAS), strongest first."""
        type_, slash, key = name.partition("/")
        wanted = fold(key if slash and type_.casefold() == CLASS[cls].type else name)
        found = [(self._strength(cls, row, wanted), row) for row in self._named(cls, wanted)]
        return [(row, strength) for strength, row in sorted(found) if strength is not None]

    def node(self, cls: str, row: int) -> Node:
        """The node as it was given to the builder, its edges grouped by relation."""
        properties, supports = unpack(self._record(cls, row), self._makers)
        ends = [
            (term.name, EntityId(target))
            for term in sorted(edges_from(cls), key=lambda e: e.name)
            for target in self.ids(term.range, self.relation(term.name).of(row).tolist())
        ]
        supports += [()] * (len(ends) - len(supports))
        edges = tuple(Edge(name, target, why) for (name, target), why in zip(ends, supports, strict=True))
        return Node(self.id(cls, row), cls, self.label(cls, row), properties, edges)

    def edges(self, cls: str, row: int) -> list[tuple[str, str, int, tuple[Support, ...]]]:
        """The edges of a row as relation, far class, far row and supports: the node's, without looking up any id."""
        _, supports = unpack(self._record(cls, row), self._makers)
        ends = [
            (term.name, term.range, far)
            for term in sorted(edges_from(cls), key=lambda e: e.name)
            for far in self.relation(term.name).of(row).tolist()
        ]
        supports += [()] * (len(ends) - len(supports))
        return [(*end, why) for end, why in zip(ends, supports, strict=True)]

    def properties(self, cls: str, row: int) -> dict[str, Any]:
        """The literal properties of a row."""
        return unpack_properties(self._record(cls, row))

    def digests(self, cls: str) -> npt.NDArray[np.uint64]:
        """For each row a digest of all that its node says, its edges and their supports included."""
        return self._arrays.array(f"{cls}/digest")

    def at_arrivals(self, numbers: Sequence[int] | Ints) -> list[tuple[str, int]]:
        """The class and row of documents of the full-text index."""
        where = np.asarray(numbers, dtype=np.int64)
        codes, rows = self._arrival_class[where].tolist(), self._arrival_row[where].tolist()
        return [(_CLASS_NAMES[code], row) for code, row in zip(codes, rows, strict=True)]

    def rows_at_arrivals(self, numbers: Ints) -> Ints:
        """The rows of documents of the full-text index that are all of one class."""
        return self._arrival_row[numbers].astype(np.int64)

    # -- relations ------------------------------------------------------

    def relation(self, name: str, inverse: bool = False, wide: bool = False) -> Csr:
        """One direction of a relation; `wide`: a target stands for what is narrower too."""
        key = (name, inverse, wide)
        if key not in self._relations:
            at = f"{name}/{'in' if inverse else 'out'}{'+' if wide else ''}"
            if wide and f"{at}/ptr" not in self._arrays:
                at = at[:-1]
            sure = self._arrays.array(f"{at}/confidence") if f"{at}/confidence" in self._arrays else None
            self._relations[key] = Csr(self._arrays.array(f"{at}/ptr"), self._arrays.array(f"{at}/items"), sure)
        return self._relations[key]

    def _posting(self, name: str, inverse: bool, wide: bool, row: int, at_least: float) -> BitMap:
        """The rows on the other side of one row, as a set; treat it as frozen."""
        return bitmap(self.relation(name, inverse, wide).sure_of(row, at_least))

    # -- literals -------------------------------------------------------

    def column(self, cls: str, field: str) -> StringColumn | npt.NDArray[Any] | None:
        """The column of a literal ("id" and "label" too); None where no member of the class has it."""
        key = (cls, field)
        if key not in self._columns:
            name = f"{cls}/{field}"
            self._columns[key] = (
                None
                if name not in self._arrays
                else self._arrays.strings(name)
                if f"{name}#" in self._arrays
                else self._arrays.array(name)
            )
        return self._columns[key]

    def label_ranks(self, cls: str) -> Ints:
        """For each row the rank of its label in lower case, equal labels alike."""
        return self._arrays.array(f"{cls}/label-rank")

    # -- inside ---------------------------------------------------------

    def _named(self, cls: str, folded: str) -> list[int]:
        hashes, rows = self._arrays.array(f"{cls}/names"), self._arrays.array(f"{cls}/named")
        return rows_named(hashes, rows, folded)

    def _strength(self, cls: str, row: int, wanted: str) -> int | None:
        id_ = self.id(cls, row)
        if wanted == fold(id_.partition("/")[2]):
            return ID
        if wanted == fold(self.label(cls, row)):
            return LABEL
        aliases = self.column(cls, "aliases")
        known = aliases.values(row) if isinstance(aliases, StringColumn) else []
        return ALIAS if wanted in map(fold, known) else None

    def _record(self, cls: str, row: int) -> bytes:
        start = int(self._arrays.array(f"{cls}/record")[row])
        size = int(self._arrays.array(f"{cls}/record-size")[row])
        return expand(self._records[start : start + size], self._dictionary)


def bitmap(rows: Ints) -> BitMap:
    """A set of row numbers out of an array."""
    return BitMap(array("I", np.ascontiguousarray(rows, dtype=np.uint32).tobytes()))


def row_numbers(rows: BitMap) -> Ints:
    """The ascending row numbers of a set."""
    return np.frombuffer(rows.to_array(), dtype=np.uint32).astype(np.int64)


def relation_ends(name: str, inverse: bool) -> tuple[str, str]:
    """The classes at the near and the far end of a relation, seen in one direction."""
    term = EDGE[name]
    return (term.range, term.domain) if inverse else (term.domain, term.range)


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta: dict[str, Any] = json.loads((path / "meta.json").read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        raise StoreError(f"{path} holds no query index; load the graph again with `kg load`.") from err
    if meta.get("format") != FORMAT:
        raise StoreError(
            f"the query index in {path} has format {meta.get('format')}, this version reads {FORMAT}; "
            "load the graph again with `kg load`."
        )
    return meta


def _map(path: Path) -> mmap.mmap | bytes:
    if not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
