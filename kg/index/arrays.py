"""One file of named arrays and blobs, memory-mapped: a table of contents in JSON beside it."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kg.index.columns import StringColumn

_ALIGN = 64


class ArrayWriter:
    """Writes arrays one after another; `contents` says where each stands."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(b"paperatlas-index".ljust(_ALIGN, b"\0"))
        self.contents: dict[str, tuple[str, int, int]] = {}

    def add(self, name: str, values: npt.NDArray[Any] | bytes) -> None:
        """Add an array (little-endian) or a blob under a name."""
        raw = values if isinstance(values, bytes) else np.ascontiguousarray(values)
        kind = "" if isinstance(raw, bytes) else raw.dtype.newbyteorder("<").str
        at = self._file.tell()
        at += -at % _ALIGN
        self._file.seek(at)
        self._file.write(raw if isinstance(raw, bytes) else raw.astype(kind, copy=False).tobytes())
        self.contents[name] = (kind, at, len(raw))

    def __enter__(self) -> ArrayWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class ArrayFile:
    """Reads what `ArrayWriter` wrote; nothing is copied until it is used."""

    def __init__(self, path: Path, contents: dict[str, tuple[str, int, int]]) -> None:
        with path.open("rb") as file:
            self.buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._contents = contents

    def __contains__(self, name: str) -> bool:
        return name in self._contents

    def names(self) -> list[str]:
        """The name of every array and blob."""
        return list(self._contents)

    def let_go(self) -> None:
        """Give back the memory of pages that were read; what is read again comes from the system's file cache."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.buffer.madvise(mmap.MADV_DONTNEED)

    def array(self, name: str) -> npt.NDArray[Any]:
        """A view of an array."""
        kind, at, count = self._contents[name]
        if not count:
            return np.empty(0, dtype=kind)
        found: npt.NDArray[Any] = np.frombuffer(self.buffer, dtype=kind, count=count, offset=at)
        return found

    def strings(self, name: str) -> StringColumn:
        """A view of a string column, written as `name` (a blob) and `name#` (its offsets)."""
        return StringColumn(self.buffer, self._contents[name][1], self.array(name + "#"))
