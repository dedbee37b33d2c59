"""What a server process serves: the current snapshot's graph, swapped when a newer one is published.

A request takes `served.now()` once and works on that value to its end, so that
one answer never mixes two snapshots.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kg.query import Graph
from kg.store.snapshots import Snapshot, current, current_name
from schema.errors import KgError


@dataclass(frozen=True, slots=True)
class State:
    """One published state and its opened graph; immutable, shared by all requests of its time."""

    snapshot: Snapshot
    graph: Graph

    @property
    def version(self) -> str:
        """The snapshot's name: part of every cache key, ETag and `/health`."""
        return self.snapshot.name


class Served:
    """The graph of a folder, always current: looks at the pointer file at most every `poll_s` seconds."""

    def __init__(self, folder: Path | str, poll_s: float = 1.0) -> None:
        self.folder = Path(folder)
        self.poll_s = poll_s
        self._lock = threading.Lock()
        self._state: State | None = None
        self._look_at = 0.0

    def now(self) -> State:
        """The current state; raises `NotFound` where nothing is published yet."""
        state = self._state
        if state is not None and time.monotonic() < self._look_at:
            return state
        with self._lock:
            return self._look()

    @property
    def graph(self) -> Graph:
        """The current graph. Within one request use `now()` once instead."""
        return self.now().graph

    @property
    def snapshot(self) -> Snapshot:
        """The current snapshot."""
        return self.now().snapshot

    def _look(self) -> State:
        state = self._state
        if state is not None and time.monotonic() < self._look_at:
            return state
        try:
            if state is None or current_name(self.folder) != state.snapshot.name:
                snapshot = current(self.folder)
                self._state = state = State(snapshot, Graph.open(snapshot.path))
        except KgError:
            # A damaged or vanished newer snapshot must not take down a server that has a good one.
            if state is None:
                raise
        self._look_at = time.monotonic() + self.poll_s
        return state
