"""The embedded store: pyoxigraph on disk, built once, then read only."""

from __future__ import annotations

from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

import pyoxigraph as ox

from schema.errors import StoreError


class _Chunks(RawIOBase):
    """An iterator of byte strings as a readable file, so that a bulk load needs no file on disk."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while not self._left or size < 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._left += chunk
        taken, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return taken


def build(path: Path, nquads: Iterator[bytes]) -> None:
    """Write a new store at `path` from chunks of N-Quads, and compact it.

    Without `optimize()` queries on a freshly loaded disk store are five to six
    times slower. Raises `StoreError` where the statements are no N-Quads.
    """
    store = ox.Store(path)
    try:
        store.bulk_load(_Chunks(nquads), ox.RdfFormat.N_QUADS)
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
