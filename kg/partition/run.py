"""The whole run: read parts anywhere, resolve here in one pass, state parts anywhere.

Who is who needs the whole corpus, so resolution is one pass over all parts in
one process; what it holds are names and identifiers. The rest is maps.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from kg.batches import in_batches
from kg.load import Progress, silent
from kg.partition.engines import Map, open_engine
from kg.partition.reading import Reading, few, merged, read_part
from kg.partition.stating import state_part, state_wider, write_nodes
from kg.resolve import Decision, nodes
from kg.statements import Wider
from schema.errors import NotFound
from schema.ids import DEFAULT_BASE
from schema.node import Node

PART = 5_000
"""Nodes in one part of N-Quads; a worker holds the statements of one part, about 200 MB of papers with evidence."""


@dataclass(slots=True)
class Outcome:
    """What a run made: counts, what was rejected, the parts, and the CPU seconds of each stage."""

    folder: Path
    rejected: list[dict[str, str]] = field(default_factory=list)
    nodes: Counter[str] = field(default_factory=Counter)
    parts: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def statements(self) -> int:
        """The number of statements in all parts."""
        return sum(int(part["statements"]) for part in self.parts)


def partition(
    sources: Iterable[str],
    folder: Path,
    *,
    reading: Reading,
    engine: str = "processes",
    workers: int | None = None,
    cluster: str | None = None,
    base: str = DEFAULT_BASE,
    decisions: Iterable[Decision] = (),
    progress: Progress = silent,
) -> Outcome:
    """Make sorted N-Quads parts of files, the same statements that one load of the same files makes.

    Folders stand for their files. In `folder` come `records/` (a part per file,
    which is not made anew while the file stays as it is), `nquads/` and
    `manifest.json`. Raises `NotFound` for a missing file, `BadRequest` for an
    unknown engine, `Unavailable` for one that is not installed.
    """
    files = [*_files(sources)]
    records, stated = folder / "records", folder / "nquads"
    for made in (records, stated):
        made.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(folder)
    parts = [records / reading.name(file) for file in files]
    with open_engine(engine, workers, cluster) as run:
        pairs = [*zip(map(str, files), map(str, parts), strict=True)]
        for number, result in enumerate(run(partial(read_part, reading), pairs), 1):
            outcome.rejected += result["rejected"]
            outcome.seconds["read"] = outcome.seconds.get("read", 0) + result["seconds"]
            progress("Reading parts", number, len(pairs))
        _empty(stated)
        rows = few([p.with_name(f"{p.name}.json.gz") for p in parts], records)
        _state(run, rows, outcome, base, decisions, progress)
    _write_manifest(outcome, reading, base)
    return outcome


def _state(
    run: Map, rows: Sequence[Path], outcome: Outcome, base: str, decisions: Iterable[Decision], progress: Progress
) -> None:
    """Resolve the merged records, then state the nodes part by part; what is wider comes last."""
    stated, waiting = outcome.folder / "nquads", outcome.folder / "nodes"
    waiting.mkdir(exist_ok=True)
    began = time.process_time()
    wider = Wider()
    pairs: list[tuple[str, str]] = []
    for number, batch in enumerate(in_batches(nodes(lambda: merged(rows), base, decisions), PART)):
        _take(batch, wider, outcome)
        write_nodes(waiting / f"{number:06}.nodes", batch)
        pairs.append((str(waiting / f"{number:06}.nodes"), str(stated / f"part-{number:06}.nq.gz")))
        progress("Resolving", sum(outcome.nodes.values()), None)
    outcome.seconds["resolve"] = time.process_time() - began
    for number, result in enumerate(run(partial(state_part, base), pairs), 1):
        outcome.parts.append(result)
        progress("Writing parts", number, len(pairs))
    outcome.parts.append(state_wider(wider, base, stated / f"part-{len(pairs):06}.nq.gz"))
    outcome.seconds["state"] = sum(part.pop("seconds") for part in outcome.parts)
    shutil.rmtree(waiting)


def _take(batch: Iterable[Node], wider: Wider, outcome: Outcome) -> None:
    for node in batch:
        wider.add(node)
        outcome.nodes[node.cls] += 1


def _files(sources: Iterable[str]) -> Iterator[Path]:
    """The files of sources in order, by their full paths; those of a folder sorted, hidden ones left out."""
    for source in sources:
        path = Path(source).resolve()
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.is_file())
            yield from sorted(p for p in found if not any(n.startswith(".") for n in p.relative_to(path).parts))
        elif path.exists():
            yield path
        else:
            raise NotFound(f"There is no file {source!r}. `kg partition` reads files and folders.")


def _empty(folder: Path) -> None:
    for old in folder.glob("*.nq.gz"):
        old.unlink()


def _write_manifest(outcome: Outcome, reading: Reading, base: str) -> None:
    # Without the seconds: the same files give the same bytes.
    manifest = {
        "base": base, "extractor": reading.extractor, "min_confidence": reading.min_confidence,
        "nodes": dict(sorted(outcome.nodes.items())), "statements": outcome.statements,
        "rejected": len(outcome.rejected), "parts": outcome.parts,
    }  # fmt: skip
    (outcome.folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    lines = b"".join(orjson.dumps(r, option=orjson.OPT_APPEND_NEWLINE) for r in outcome.rejected)
    (outcome.folder / "rejected.jsonl").write_bytes(lines)
