"""Literal properties by column: strings in one blob with offsets, numbers as arrays.

A cell of a string column holds its values, each ended by a separator, so that
an absent value (an empty cell) and an empty string differ, lists and single
values are the same, and one search over the blob finds a text in every row.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from kg.index.csr import Ints
from schema.vocabulary import LiteralTerm

END = "\x1f"
_END = END.encode()
_END_BYTE = END.encode()[0]
NO_INT = np.iinfo(np.int32).min
NO_BOOL = -1


def kind_of(term: LiteralTerm) -> str:
    """How a literal is stored: "int" (int32), "float" (float64), "bool" (int8) or "str" (blob)."""
    return {"integer": "int", "double": "float", "boolean": "bool"}.get(term.datatype, "str")


class StringCells:
    """A string column while it is built: bytes in the order of arrival."""

    def __init__(self) -> None:
        self.blob = bytearray()
        self.ends = array("q")

    def add(self, values: Iterable[str]) -> None:
        """Add one row's values."""
        for value in values:
            self.blob += value.replace(END, " ").encode("utf-8", "surrogatepass") + _END
        self.ends.append(len(self.blob))

    def in_order(self, order: Ints) -> tuple[bytes, Ints]:
        """The blob and the offsets with the rows in another order: row r is the cell that came as `order[r]`."""
        ends = np.frombuffer(self.ends, dtype=np.int64)
        starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
        view = memoryview(self.blob)
        low, high = starts[order].tolist(), ends[order].tolist()
        blob = b"".join([view[a:b] for a, b in zip(low, high, strict=True)])
        offsets = np.zeros(len(order) + 1, dtype=np.int64)
        np.cumsum((ends - starts)[order], out=offsets[1:])
        return blob, offsets


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


def number_array(kind: str, values: list[Any]) -> npt.NDArray[Any]:
    """Numbers with None for what is absent, as the array that is stored."""
    if kind == "int":
        return np.array([NO_INT if v is None else int(v) for v in values], dtype=np.int32)
    if kind == "bool":
        return np.array([NO_BOOL if v is None else int(v) for v in values], dtype=np.int8)
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def present_numbers(column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of a number column have a value."""
    if column.dtype == np.float64:
        return np.asarray(~np.isnan(column))
    present: npt.NDArray[np.bool_] = column != (NO_INT if column.dtype == np.int32 else NO_BOOL)
    return present
