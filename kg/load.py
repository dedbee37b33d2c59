"""The whole pipeline on one screen: read, extract, keep, then resolve, state, index and publish.

sources -> records -> annotations -> ledger      (in batches, each one transaction)
ledger  -> nodes -> statements + index -> snapshot   (one pass, published atomically)
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import orjson
from filelock import FileLock, Timeout

from kg.batches import in_batches
from kg.corrections import corrected, corrections_digest, read_corrections
from kg.extract import get_extractor
from kg.extract.pool import extract_all
from kg.index import Index, IndexBuilder
from kg.ledger import Entry, Ledger
from kg.resolve import Decision, LoadedRecord, decision, nodes
from kg.statements import Wider, statements_for
from kg.store import Snapshot, current_name, embedded, snapshots
from schema.annotation import Text
from schema.errors import NotFound, Rejected, StoreBusy, StoreError
from schema.ids import DEFAULT_BASE
from schema.node import Node
from schema.paper import Paper
from schema.statement import Statement

BATCH = 256
"""Records in one transaction: what a killed run loses at most."""

_CHUNK_BYTES = 1 << 20


class Progress(Protocol):
    """What a progress bar offers; `kg.cli` draws one on a terminal."""

    def __call__(self, stage: str, done: int, total: int | None = None) -> None:
        """`done` items of `stage` are behind us, of `total` where that is known."""


def silent(stage: str, done: int, total: int | None = None) -> None:
    """The progress of a pipe: nothing is shown."""


@dataclass(slots=True)
class Report:
    """What a load did: records by what became of them, rejects by code, and the published snapshot."""

    read: Counter[str] = field(default_factory=Counter)
    new: int = 0
    unchanged: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    rejects: list[Rejected] = field(default_factory=list)
    snapshot: Snapshot | None = None
    published: bool = False
    removed: int = 0
    remarks: str = ""
    """What the extractor says at the end: tokens, cost, what was dropped."""

    def as_json(self) -> dict[str, object]:
        """The counts as plain values."""
        return {
            "read": dict(self.read), "new": self.new, "unchanged": self.unchanged, "rejected": dict(self.rejected),
        }  # fmt: skip


@contextmanager
def writing(folder: Path) -> Iterator[Ledger]:
    """The graph's lock and its open ledger; raises `StoreBusy` where another process writes."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0), Ledger(folder) as ledger:
            yield ledger
    except Timeout as err:
        raise StoreBusy(f"Another process is loading into {folder}. Wait for it, or use another --store.") from err


def load(
    records: Iterable[Paper | Rejected],
    folder: Path,
    *,
    extractor: str = "default",
    min_confidence: float = 0.0,
    base: str = DEFAULT_BASE,
    keep: int = 5,
    workers: int | None = None,
    command: str = "kg load",
    sources: Sequence[str] = (),
    progress: Progress = silent,
) -> Report:
    """Read records into the graph in `folder` and publish it.

    Unchanged records cost nothing, changed ones replace what they said before,
    rejected ones are kept in the ledger and in `rejected.jsonl`, until their
    source, one of `sources`, is read again. `workers` processes read
    the texts (None: one per core). Killed at any moment, the last published
    graph stays as it was and the next run finishes the work.

    Raises `StoreBusy`, `ExtractorError`, `StoreError`.
    """
    report = Report()
    with writing(folder) as ledger:
        run = ledger.begin_run(command, _now())
        _fill(records, ledger, run, extractor, min_confidence, workers, report, progress, sources)
        for source in sources:
            ledger.forget_rejects(_spelt(source), run)
        _write_rejects(ledger, folder / "rejected.jsonl")
        publish(ledger, folder, report, base=base, keep=keep, progress=progress)
        ledger.end_run(run, _now(), report.snapshot.name if report.snapshot else None, report.as_json())
    return report


def _fill(
    records: Iterable[Paper | Rejected],
    ledger: Ledger,
    run: int,
    extractor: str,
    min_confidence: float,
    workers: int | None,
    report: Report,
    progress: Progress,
    sources: Sequence[str],
) -> None:
    reader = get_extractor(extractor)
    version = f"{reader.name}/{reader.version}"
    done = 0
    with extract_all(extractor, workers) as extract:
        for batch in in_batches(records, BATCH):
            papers = [r for r in batch if isinstance(r, Paper)]
            rejects = [r for r in batch if isinstance(r, Rejected)]
            entries = [e for p in papers if not ledger.is_known(e := Entry(p, version, min_confidence))]
            unread = [e for e in entries if not ledger.has_annotations(e)]
            texts = [Text(e.paper.title, e.paper.abstract) for e in unread]
            drawn = dict(zip(map(id, unread), extract(texts), strict=True))
            failed = {key: d.failed for key, d in drawn.items() if d.failed is not None}
            rejects += [Rejected(e.paper.where, "unread", failed[id(e)]) for e in unread if id(e) in failed]
            entries = [e for e in entries if id(e) not in failed]
            ledger.add(run, ((e, drawn.get(id(e))) for e in entries), ((_origin(r.where, sources), r) for r in rejects))
            report.read.update(p.source for p in papers)
            report.new += len(entries)
            report.unchanged += len(papers) - len(entries)
            report.rejected.update(r.code for r in rejects)
            report.rejects.extend(rejects)
            done += len(batch)
            progress("Reading papers", done)
    report.remarks = getattr(reader, "summary", str)()


def _origin(where: str, sources: Sequence[str]) -> str:
    """The source that a place belongs to, so that it can be read again."""
    own = (s for s in sources if where.startswith((s, Path(s).name)))
    return _spelt(next(own, sources[0] if sources else where))


def _spelt(source: str) -> str:
    """A file by its full path, so that it is found from another folder; anything else as it is."""
    return str(Path(source).resolve()) if Path(source).exists() else source


def _write_rejects(ledger: Ledger, path: Path) -> None:
    rejects = [orjson.dumps(asdict(r)) + b"\n" for r in ledger.rejects()]
    if rejects or path.exists():
        path.write_bytes(b"".join(rejects))


def publish(ledger: Ledger, folder: Path, report: Report, *, base: str, keep: int, progress: Progress = silent) -> None:
    """Make the graph of the ledger's content and publish it, if anything changed since the last time."""
    corrections = corrections_digest(folder)
    as_published = (ledger.setting("base"), ledger.setting("corrections")) == (base, corrections)
    if not ledger.is_dirty and as_published and _is_readable(folder):
        report.snapshot = snapshots.current(folder)
        return
    building = snapshots.begin(folder)
    index = IndexBuilder(building / "index")
    counts: Counter[str] = Counter()
    sha = hashlib.sha256(base.encode())
    found = _counted(_nodes(ledger, folder, base), counts, index.add, progress)
    stream = _nquads(found, base, sha.update, counts)
    embedded.build(building / "rdf", stream)
    progress("Writing the index", 0)
    index.finish()
    digest = sha.hexdigest()
    if (name := current_name(folder)) and name.endswith(digest[:12]) and _is_readable(folder):
        report.snapshot = snapshots.current(folder)
    else:
        manifest = {"base": base, "digest": digest, "counts": dict(sorted(counts.items())), "published": _now()}
        report.snapshot = snapshots.publish(folder, building, manifest, keep)
        report.published = True
    ledger.keep_setting("base", base)
    ledger.keep_setting("corrections", corrections)
    ledger.keep_setting("dirty", "0")


def roll_back(folder: Path, name: str) -> Snapshot:
    """Make the kept snapshot whose name starts with `name` the current one.

    The ledger keeps what was loaded since; the next load publishes it again.
    Raises `NotFound` that lists the kept ones.
    """
    with writing(folder) as ledger:
        found = snapshots.find_snapshot(folder, name)
        snapshots.point_to(folder, found)
        ledger.keep_setting("dirty", "1")
    return found


def _is_readable(folder: Path) -> bool:
    """Whether something is published that this version can read; else it is published anew."""
    try:
        snapshot = snapshots.current(folder)
        Index.open(snapshot.index_path)
        return bool(snapshot.manifest)
    except (NotFound, StoreError):
        return False


def decisions_of(ledger: Ledger) -> list[Decision]:
    """What people decided on which records and names are one."""
    return [decision(kind, a, b, why) for kind, a, b, why in ledger.decisions() if kind in {"merge", "split"}]


def _nodes(ledger: Ledger, folder: Path, base: str) -> Iterator[Node]:
    decisions = decisions_of(ledger)
    found = nodes(lambda: (LoadedRecord(paper, drawn) for paper, drawn in ledger.records()), base, decisions)
    return corrected(found, read_corrections(folder))


def _counted(
    found: Iterator[Node], counts: Counter[str], add: Callable[[Node], None], progress: Progress
) -> Iterator[Node]:
    for number, node in enumerate(found, 1):
        counts[node.cls] += 1
        counts.update(e.relation for e in node.edges)
        add(node)
        yield node
        if number % 500 == 0:
            progress("Writing the graph", number)


def _nquads(
    found: Iterator[Node], base: str, digest: Callable[[bytes], object], counts: Counter[str]
) -> Iterator[bytes]:
    lines: list[str] = []
    size = 0
    for statement in _statements(found, base):
        lines.append(line := statement.nquad())
        size += len(line)
        counts["triples"] += not statement.graph
        if size >= _CHUNK_BYTES:
            chunk = "".join(lines).encode()
            digest(chunk)
            yield chunk
            lines, size = [], 0
    chunk = "".join(lines).encode()
    digest(chunk)
    yield chunk


def _statements(found: Iterator[Node], base: str) -> Iterator[Statement]:
    wider = Wider()
    for node in found:
        wider.add(node)
        yield from statements_for(node, base)
    yield from wider.statements(base)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


__all__ = ["Progress", "Report", "load", "publish", "roll_back", "silent", "writing"]
