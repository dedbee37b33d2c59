"""Where the graph is kept: snapshots of an embedded store, or a SPARQL 1.1 server."""

from kg.store.snapshots import Snapshot, current, current_name, find_snapshot, find_snapshots

__all__ = ["Snapshot", "current", "current_name", "find_snapshot", "find_snapshots"]
