"""Counts by class and by edge, as the snapshot's manifest has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kg.store import current
from schema.vocabulary import CLASSES, EDGES


def count(folder: Path) -> dict[str, Any]:
    """Counts of the published graph in a folder: version, base, classes and edges in the vocabulary's order.

    Raises `NotFound` where nothing is published.
    """
    snapshot = current(folder)
    counts = snapshot.manifest["counts"]
    return {
        "version": snapshot.name,
        "base": snapshot.base,
        "classes": {c.name: counts.get(c.name, 0) for c in CLASSES},
        "edges": {e.name: counts.get(e.name, 0) for e in EDGES},
    }
