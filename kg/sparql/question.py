"""SPARQL from outside: a question and its limits as plain values."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from kg.store.formats import GRAPHS, SOLUTIONS
from schema.ids import DEFAULT_BASE


@dataclass(frozen=True, slots=True)
class SparqlLimits:
    """What one query, and all of them together, may take. 0 is no limit of rows, bytes or memory."""

    timeout_s: float = 30.0
    """Seconds of processor time that a query may take, and half the seconds that it may take by the clock.

    Time in which the client reads is not counted.
    """
    rows: int = 1_000_000
    """Rows or triples of one answer."""
    bytes: int = 1 << 30
    """Bytes of one answer."""
    memory_bytes: int = 1 << 30
    """Memory of one worker beyond the snapshot."""
    quick: int = field(default_factory=lambda: max(8, 4 * (os.cpu_count() or 2)))
    """Queries evaluated at once, each for its first `quick_s` seconds."""
    quick_s: float = 0.1
    """Seconds of processor time after which a query counts as slow and leaves its place."""
    slow: int = 4
    """Slow queries and large downloads at once; further ones are paused until one ends."""
    queue: int = 256
    """Queries that may wait; further ones are turned away."""
    queue_wait_s: float = 10.0
    """Seconds that a query may wait before it is turned away."""
    stall_s: float = 30.0
    """Seconds that a client may take to read the next piece of a streamed answer."""
    in_memory_bytes: int = 256 << 20
    """Snapshots up to this size on disk are held in memory, where queries take a fifth of the time."""


@dataclass(frozen=True, slots=True)
class SparqlQuery:
    """A query as it came: its text, the protocol's dataset, and the formats that the asker takes, best first."""

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    solutions: tuple[str, ...] = tuple(f.name for f in SOLUTIONS)
    graph: tuple[str, ...] = tuple(f.name for f in GRAPHS)
    base_iri: str = DEFAULT_BASE
    """Where relative IRIs of the query are resolved against."""
