"""The second map: a part of nodes in, a part of sorted N-Quads out."""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kg.partition.reading import writing
from kg.statements import Wider, statements_for
from schema.node import Node


def write_nodes(path: Path, nodes: Iterable[Node]) -> None:
    """Write nodes for `state_part`: a file of ours that no other program reads."""
    path.write_bytes(pickle.dumps(tuple(nodes), protocol=pickle.HIGHEST_PROTOCOL))


def state_part(base: str, source: str, target: str) -> dict[str, Any]:
    """Write the statements of a part of nodes to `target`, sorted N-Quads in gzip; then remove the part of nodes.

    Gives back the number of "statements", the "sha256" of the lines and the CPU "seconds".
    """
    began = time.process_time()
    part = Path(source)
    nodes: tuple[Node, ...] = pickle.loads(part.read_bytes())  # written by `write_nodes` in this run
    result = write_quads(Path(target), (s.nquad() for node in nodes for s in statements_for(node, base)))
    part.unlink()
    return result | {"seconds": round(time.process_time() - began, 3)}


def state_wider(wider: Wider, base: str, target: Path) -> dict[str, Any]:
    """Write what is wider than each concept, which no part of nodes knows alone."""
    return write_quads(target, (s.nquad() for s in wider.statements(base))) | {"seconds": 0.0}


def write_quads(path: Path, lines: Iterable[str]) -> dict[str, Any]:
    """Write lines of N-Quads sorted by their bytes, each once."""
    quads = sorted({line.encode() for line in lines})
    sha = hashlib.sha256()
    with writing(path) as out:
        for quad in quads:
            sha.update(quad)
            out.write(quad)
    return {"file": path.name, "statements": len(quads), "sha256": sha.hexdigest()}
