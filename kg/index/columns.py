"""Literal properties by column: strings in one blob with offsets, numbers as arrays.

A cell of a string column holds its values, each ended by a separator, so that
an absent value (an empty cell) and an empty string differ, lists and single
values are the same, and one search over the blob finds a text in every row.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, get_args

import numpy as np
import numpy.typing as npt

from kg.index.csr import Csr, Ints
from schema.annotation import CodeStatus
from schema.vocabulary import LiteralTerm

END = "\x1f"
_END = END.encode()
_END_BYTE = END.encode()[0]
NO_INT = np.iinfo(np.int32).min
NO_BOOL = -1
ENUMS: Final = MappingProxyType({"codeStatus": get_args(CodeStatus)})
"""Literals with a fixed set of values; stored as places in it."""
_FEW = 256
"""Up to so many matching rows are found one by one."""
_NUMBERS: Final[dict[str, tuple[Any, float]]] = {
    "int": (np.int32, NO_INT), "float": (np.float64, float("nan")), "bool": (np.int8, NO_BOOL),
    "enum": (np.int8, NO_BOOL),
}  # fmt: skip


def kind_of(term: LiteralTerm) -> str:
    """How a literal is stored: "int" (int32), "float" (float64), "bool" or "enum" (int8), or "str" (blob)."""
    if term.field in ENUMS:
        return "enum"
    return {"integer": "int", "double": "float", "boolean": "bool"}.get(term.datatype, "str")


class StringCells:
    """A string column while it is built: the cells that have a value, in the order of arrival."""

    def __init__(self) -> None:
        self.blob = bytearray()
        self._places = array("i")
        self._ends = array("q")

    def add(self, place: int, value: str | Sequence[str]) -> None:
        """The value or values of the node that came as number `place` of its class."""
        for text in (value,) if isinstance(value, str) else value:
            self.blob += (text.replace(END, " ") + END).encode("utf-8", "surrogatepass")
        self._places.append(place)
        self._ends.append(len(self.blob))

    def texts(self) -> list[str]:
        """Every value in the order of arrival."""
        return self.blob.decode("utf-8", "surrogatepass").split(END)[:-1]

    def in_order(self, order: Ints) -> tuple[bytes, Ints]:
        """The blob and the offsets with the rows in another order: row r is the cell that came as `order[r]`."""
        starts, ends = np.zeros(len(order), dtype=np.int64), np.zeros(len(order), dtype=np.int64)
        places, behind = np.frombuffer(self._places, dtype=np.int32), np.frombuffer(self._ends, dtype=np.int64)
        ends[places] = behind
        starts[places[1:]] = behind[:-1]
        view = memoryview(self.blob)
        low, high = starts[order].tolist(), ends[order].tolist()
        blob = b"".join([view[a:b] for a, b in zip(low, high, strict=True)])
        offsets = np.zeros(len(order) + 1, dtype=np.int64)
        np.cumsum((ends - starts)[order], out=offsets[1:])
        return blob, offsets


class NumberCells:
    """A column of numbers or booleans while it is built."""

    def __init__(self, kind: str) -> None:
        self._dtype, self._none = _NUMBERS[kind]
        self._places = array("i")
        self._values: list[Any] = []

    def __bool__(self) -> bool:
        return bool(self._values)

    def add(self, place: int, value: Any) -> None:
        """The value of the node that came as number `place` of its class."""
        self._places.append(place)
        self._values.append(value)

    def dense(self, size: int) -> npt.NDArray[Any]:
        """One number for each of `size` nodes in the order of arrival."""
        found = np.full(size, self._none, dtype=self._dtype)
        found[np.frombuffer(self._places, dtype=np.int32)] = np.array(self._values, dtype=self._dtype)
        return found


@dataclass(frozen=True)
class StringColumn:
    """A string column as it is read: `buffer[at + offsets[r]: at + offsets[r + 1]]` is the cell of row r."""

    buffer: mmap.mmap | bytes
    at: int
    offsets: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def cell(self, row: int) -> str:
        """The cell of a row, separators and all."""
        start, end = self.offsets[row : row + 2].tolist()
        return self.buffer[self.at + start : self.at + end].decode("utf-8", "surrogatepass")

    def first(self, row: int) -> str:
        """The first value of a row; "" where it has none."""
        return self.cell(row).partition(END)[0]

    def values(self, row: int) -> list[str]:
        """Every value of a row."""
        return self.cell(row).split(END)[:-1]

    def firsts(self, rows: Iterable[int]) -> list[str]:
        """The first value of many rows."""
        return [cell.partition(END)[0] for cell in self.cells(rows)]

    def cells(self, rows: Iterable[int]) -> list[str]:
        """The cells of many rows: the offsets are looked up at once, which is half of the time."""
        near = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), dtype=np.int64)
        starts = (self.offsets[near].astype(np.int64) + self.at).tolist()
        ends = (self.offsets[near + 1].astype(np.int64) + self.at).tolist()
        buffer = self.buffer
        return [buffer[a:b].decode("utf-8", "surrogatepass") for a, b in zip(starts, ends, strict=True)]

    @cached_property
    def present(self) -> npt.NDArray[np.bool_]:
        """Which rows have a value."""
        return np.diff(self.offsets) > 0

    @cached_property
    def lower(self) -> StringColumn:
        """The same column in lower case; made on first use and kept."""
        size = int(self.offsets[-1])
        raw = self.buffer[self.at : self.at + size]
        if raw.isascii():
            return StringColumn(raw.lower(), 0, self.offsets)
        ends_before = np.cumsum(np.frombuffer(raw, dtype=np.uint8) == _END_BYTE)
        seen = np.concatenate(([0], ends_before))[self.offsets]
        folded = raw.decode("utf-8", "surrogatepass").lower().encode("utf-8", "surrogatepass")
        ends = np.concatenate(([0], np.flatnonzero(np.frombuffer(folded, dtype=np.uint8) == _END_BYTE) + 1))
        return StringColumn(folded, 0, ends[seen])

    def find(self, text: str, *, at_start: bool = False, whole: bool = False) -> Ints:
        """The rows that have a value with `text` in it, at its start, or equal to it; ascending."""
        needle = text.encode("utf-8", "surrogatepass") + (_END if whole else b"")
        if END in text:
            return np.zeros(0, dtype=np.int64)
        if not needle:
            return np.flatnonzero(self.present)
        if at_start or whole:
            return self._rows_at(self._begin_with(needle, self._value_starts))
        found: list[int] = []
        size = int(self.offsets[-1])
        place = self.buffer.find(needle, self.at, self.at + size)
        while place >= 0 and len(found) < _FEW:
            found.append(int(np.searchsorted(self.offsets, place - self.at, side="right")) - 1)
            place = self.buffer.find(needle, self.at + int(self.offsets[found[-1] + 1]), self.at + size)
        if place < 0:
            return np.array(found, dtype=np.int64)
        # Frequent: all places of its first byte at once.
        rest = np.flatnonzero(self._bytes[place - self.at :] == needle[0]) + (place - self.at)
        return np.concatenate((np.array(found, dtype=np.int64), self._rows_at(self._begin_with(needle, rest))))

    @cached_property
    def coded(self) -> tuple[list[str], Csr]:
        """The distinct values, sorted, and for each row the places of its values among them; made once and kept."""
        cells = [self.values(row) for row in range(len(self))]
        known = sorted({value for cell in cells for value in cell})
        code = {value: place for place, value in enumerate(known)}
        ptr = np.zeros(len(self) + 1, dtype=np.int32)
        np.cumsum([len(cell) for cell in cells], out=ptr[1:])
        return known, Csr(ptr, np.array([code[v] for cell in cells for v in cell], dtype=np.int32))

    @cached_property
    def ranks(self) -> Ints:
        """For each row the rank of its first value in lower case, equal values alike; made once and kept."""
        texts = self.lower.firsts(range(len(self)))
        rank = {text: place for place, text in enumerate(sorted(set(texts)))}
        return np.array([rank[text] for text in texts], dtype=np.int32)

    @cached_property
    def _bytes(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.buffer, dtype=np.uint8, count=int(self.offsets[-1]), offset=self.at)

    @cached_property
    def _value_starts(self) -> Ints:
        ends = np.flatnonzero(self._bytes == _END_BYTE)
        return np.concatenate((np.zeros(min(1, len(ends)), dtype=np.int64), ends[:-1] + 1))

    def _begin_with(self, needle: bytes, places: Ints) -> Ints:
        places = places[places <= int(self.offsets[-1]) - len(needle)]
        for step, byte in enumerate(needle):
            places = places[self._bytes[places + step] == byte]
        return places

    def _rows_at(self, places: Ints) -> Ints:
        return np.unique(np.searchsorted(self.offsets, places, side="right") - 1)


def values_of(field: str, numbers: npt.NDArray[Any]) -> list[Any]:
    """The values that stored numbers of a literal stand for; None where there is none."""
    if field in ENUMS:
        return [None if code == NO_BOOL else ENUMS[field][code] for code in numbers.tolist()]
    found = numbers.astype(bool).tolist() if numbers.dtype == np.int8 else numbers.tolist()
    return [v if there else None for v, there in zip(found, present_numbers(numbers).tolist(), strict=True)]


def present_numbers(column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of a number column have a value."""
    if column.dtype == np.float64:
        return np.asarray(~np.isnan(column))
    present: npt.NDArray[np.bool_] = column != (NO_INT if column.dtype == np.int32 else NO_BOOL)
    return present
