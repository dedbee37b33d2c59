"""The map: a part of a source in, a part of records with what their texts support out; and parts merged again."""

from __future__ import annotations

import gzip
import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

import loaders
from kg.batches import in_batches
from kg.extract import Extractor, get_extractor
from kg.ledger import Entry
from kg.resolve import LoadedRecord
from kg.resolve.spill import Spill
from schema.annotation import Annotations, Text
from schema.errors import Rejected, UnknownFormat
from schema.ids import digest
from schema.paper import Paper

_BATCH = 256
FAN_IN = 200
"""Parts that are merged at once: each is an open file, and systems allow few hundred."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How parts of sources are read: small, and the same for all parts of a run, so that it travels to workers."""

    extractor: str
    min_confidence: float = 0.0
    format: str | None = None

    def name(self, source: Path) -> str:
        """The name of the part made of a file: another one where the file or the way of reading changed."""
        reader, found = get_extractor(self.extractor), source.stat()
        how = f"{reader.name}/{reader.version} {self.min_confidence} {self.format}"
        return f"{source.name.partition('.')[0]}-{digest(f'{source} {found.st_size} {found.st_mtime_ns} {how}', 12)}"


def read_part(reading: Reading, source: str, target: str) -> dict[str, Any]:
    """Read one file of a source and its texts; write its records, sorted by source and key, to `target`.json.gz.

    Gives back the number of "records", what was "rejected" and the CPU
    "seconds"; the same stands in `target`.done, and a part that is done is not
    read again. Of two records with one key the later stays, as in a load.
    """
    done = Path(f"{target}.done")
    if done.exists():
        found: dict[str, Any] = orjson.loads(done.read_bytes())
        return found
    began = time.process_time()
    rejects: list[Rejected] = []
    with closing(Spill[tuple[int, bytes]]()) as spill:
        for number, (key, row) in enumerate(_rows(reading, source, rejects)):
            spill.add(key, (number, row))
        count = write_rows(Path(f"{target}.json.gz"), (max(rows)[1] for _, rows in spill.groups()))
    result = {
        "records": count,
        "rejected": [asdict(r) for r in rejects],
        "seconds": round(time.process_time() - began, 3),
    }
    done.write_bytes(orjson.dumps(result))
    return result


def merged(parts: Sequence[Path]) -> Iterator[LoadedRecord]:
    """The records of sorted parts, each key once, of the last part that has it."""
    for line in _merged_rows(parts):
        row = orjson.loads(line)
        yield LoadedRecord(Paper.model_validate(row["record"]), Annotations.from_json(row["drawn"]))


def few(parts: Sequence[Path], folder: Path) -> list[Path]:
    """The same records in at most `FAN_IN` parts, merged into new ones in `folder` where there are more."""
    level = 0
    while len(parts) > FAN_IN:
        level += 1
        groups = [*in_batches(parts, FAN_IN)]
        targets = [folder / f"merged-{level}-{number:05}.json.gz" for number in range(len(groups))]
        for group, target in zip(groups, targets, strict=True):
            write_rows(target, _merged_rows(group))
        parts = targets
    return [*parts]


def write_rows(path: Path, rows: Iterable[bytes]) -> int:
    """Write lines, packed, to a file that is there whole or not at all; gives back their number."""
    count = 0
    with writing(path) as out:
        for count, row in enumerate(rows, 1):  # noqa: B007 - the last one is the count
            out.write(row)
    return count


@contextmanager
def writing(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file without a clock in it (RFC 1952, MTIME 0), that takes its name when it is whole."""
    hidden = path.with_name(f".{path.name}")
    with hidden.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as out:
        yield out
    hidden.replace(path)


def _rows(reading: Reading, source: str, rejects: list[Rejected]) -> Iterator[tuple[str, bytes]]:
    reader = get_extractor(reading.extractor)
    version = f"{reader.name}/{reader.version}"
    try:
        for batch in in_batches(loaders.read(source, reading.format), _BATCH):
            rejects += [r for r in batch if isinstance(r, Rejected)]
            entries = [Entry(p, version, reading.min_confidence) for p in batch if isinstance(p, Paper)]
            yield from _read_texts(reader, entries, rejects)
    except UnknownFormat as err:
        rejects.append(Rejected(source, err.code, err.message))


def _read_texts(reader: Extractor, entries: Sequence[Entry], rejects: list[Rejected]) -> Iterator[tuple[str, bytes]]:
    drawn = reader.extract([Text(e.paper.title, e.paper.abstract) for e in entries])
    for entry, found in zip(entries, drawn, strict=True):
        if found.failed is not None:
            rejects.append(Rejected(entry.paper.where, "unread", found.failed))
            continue
        key = f"{entry.paper.source}\t{entry.key}"
        row = {
            "key": key,
            "record": orjson.Fragment(entry.body),
            "drawn": found.at_least(entry.min_confidence).as_json(),
        }
        yield key, orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _merged_rows(parts: Sequence[Path]) -> Iterator[bytes]:
    runs = [_keyed(path, number) for number, path in enumerate(parts)]
    for _, rows in groupby(heapq.merge(*runs, key=itemgetter(0, 1)), key=itemgetter(0)):
        *_, last = rows
        yield last[2]


def _keyed(path: Path, number: int) -> Iterator[tuple[str, int, bytes]]:
    with gzip.open(path) as lines:
        for line in lines:
            yield orjson.loads(line)["key"], number, line
