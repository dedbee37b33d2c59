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
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.index.csr import Ints
from schema.vocabulary import LiteralTerm

END = "\x1f"
_END = END.encode()
_END_BYTE = END.encode()[0]
NO_INT = np.iinfo(np.int32).min
NO_BOOL = -1
_NUMBERS: Final[dict[str, tuple[Any, float]]] = {
    "int": (np.int32, NO_INT), "float": (np.float64, float("nan")), "bool": (np.int8, NO_BOOL)
}  # fmt: skip


def kind_of(term: LiteralTerm) -> str:
    """How a literal is stored: "int" (int32), "float" (float64), "bool" (int8) or "str" (blob)."""
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
        return [self.first(row) for row in rows]

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
        if END in text:
            return np.zeros(0, dtype=np.int64)
        needle = text.encode("utf-8", "surrogatepass") + (_END if whole else b"")
        if not needle:
            return np.flatnonzero(self.present)
        found: list[int] = []
        size = self.at + int(self.offsets[-1])
        place = self.buffer.find(needle, self.at, size)
        while place >= 0:
            start_of_value = place == self.at or self.buffer[place - 1] == _END_BYTE
            if start_of_value or not (at_start or whole):
                row = int(np.searchsorted(self.offsets, place - self.at, side="right")) - 1
                found.append(row)
                place = self.buffer.find(needle, self.at + int(self.offsets[row + 1]), size)
            else:
                place = self.buffer.find(needle, place + 1, size)
        return np.array(found, dtype=np.int64)


def present_numbers(column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of a number column have a value."""
    if column.dtype == np.float64:
        return np.asarray(~np.isnan(column))
    present: npt.NDArray[np.bool_] = column != (NO_INT if column.dtype == np.int32 else NO_BOOL)
    return present
