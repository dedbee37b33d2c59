"""Sorting more than fits in memory: runs in temporary files, merged when read."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import IO, Any, Generic, TypeVar

Value = TypeVar("Value")
_Pair = tuple[str, Value]


class Spill(Generic[Value]):
    """Pairs of a key and a value, read back grouped by key in the order of keys.

    At most `run_length` pairs are held in memory; the rest waits in unnamed
    temporary files, which are gone when the object is.
    """

    def __init__(self, run_length: int = 20_000) -> None:
        self._run_length = run_length
        self._pairs: list[_Pair[Value]] = []
        self._runs: list[IO[bytes]] = []

    def add(self, key: str, value: Value) -> None:
        """Add one pair."""
        self._pairs.append((key, value))
        if len(self._pairs) >= self._run_length:
            self._write_run()

    def groups(self) -> Iterator[tuple[str, list[Value]]]:
        """Each key with its values, keys sorted; values of one key in no promised order."""
        self._pairs.sort(key=itemgetter(0))
        runs: list[Iterable[_Pair[Value]]] = [_read_run(run) for run in self._runs]
        merged = heapq.merge(*runs, iter(self._pairs), key=itemgetter(0))
        for key, pairs in groupby(merged, key=itemgetter(0)):
            yield key, [value for _, value in pairs]

    def close(self) -> None:
        """Give the temporary files back."""
        for run in self._runs:
            run.close()
        self._runs.clear()
        self._pairs.clear()

    def _write_run(self) -> None:
        self._pairs.sort(key=itemgetter(0))
        run = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        for pair in self._pairs:
            pickle.dump(pair, run, protocol=pickle.HIGHEST_PROTOCOL)
        self._runs.append(run)
        self._pairs = []


def _read_run(run: IO[bytes]) -> Iterator[Any]:
    run.seek(0)
    while True:
        try:
            yield pickle.load(run)  # our own file, written in this process
        except EOFError:
            return
