"""The embedded store: pyoxigraph on disk, built once, then read only."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from schema.errors import StoreError


class _Chunks(RawIOBase):
    """An iterator of byte strings as a readable file, so that a bulk load needs no file on disk."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


def build(path: Path, nquads: Iterator[bytes]) -> None:
    """Write a new store at `path` from chunks of N-Quads, and compact it.

    Without `optimize()` queries on a freshly loaded disk store are five to six
    times slower. Raises `StoreError` where the statements are no N-Quads.
    """
    store = ox.Store(path)
    try:
        store.bulk_load(BufferedReader(_Chunks(nquads), 1 << 20), ox.RdfFormat.N_QUADS)
    except (SyntaxError, OSError) as err:
        raise StoreError(f"The statements could not be written to {path}: {err}") from err
    store.optimize()
    store.flush()


def open_read_only(path: Path) -> ox.Store:
    """Open a built store for reading; raises `StoreError` where it is none."""
    try:
        return ox.Store.read_only(str(path))
    except OSError as err:
        raise StoreError(f"The RDF store {path} cannot be opened: {err}. `kg load` publishes it anew.") from err
