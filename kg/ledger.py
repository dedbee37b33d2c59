"""The ledger: everything that was loaded, kept apart from the graph that is made of it.

One SQLite file in the graph's folder. Records as the sources gave them, the
annotations drawn from their texts, what was rejected, the runs, the sources
worth asking again and the decisions of people stand in tables of their own.
The graph is a pure function of the ledger's content, whatever the order in
which it was filled; a batch is one transaction, so a killed run loses at most
the batch under way and the next one goes on from there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from schema.annotation import Annotations
from schema.errors import Rejected, StoreError
from schema.ids import digest
from schema.paper import Paper

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  source TEXT NOT NULL, key TEXT NOT NULL, place TEXT NOT NULL, body BLOB NOT NULL,
  text TEXT NOT NULL, extractor TEXT NOT NULL, min_confidence REAL NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS annotation (
  text TEXT NOT NULL, extractor TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (text, extractor)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reject (
  source TEXT NOT NULL, place TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL,
  run INTEGER NOT NULL, PRIMARY KEY (source, place, code)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, command TEXT NOT NULL,
  snapshot TEXT, counts BLOB);
CREATE TABLE IF NOT EXISTS source (
  spec TEXT PRIMARY KEY, format TEXT, run INTEGER NOT NULL, state BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decision (
  kind TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (kind, a, b)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record on its way into the ledger: its key and text digest, and who reads its text."""

    paper: Paper
    extractor: str
    min_confidence: float

    @property
    def key(self) -> str:
        """What makes it the same record when it comes again from the same source."""
        p = self.paper
        named = (p.id, p.doi, p.arxiv_id, p.pmid, p.openalex_id, p.s2_id)
        # Titles such as "Editorial" are many; who wrote it and when tells them apart.
        said = (p.title, *(a.name for a in p.authors), *([str(p.year)] if p.year else []))
        return next((i for i in named if i), None) or digest(" ".join("\n".join(said).casefold().split()), 32)

    @property
    def text(self) -> str:
        """The digest of what an extractor reads."""
        return digest(f"{self.paper.title}\x00{self.paper.abstract}", 32)

    @property
    def body(self) -> bytes:
        """The record as JSON, without its place: the same record at another line is the same record."""
        bare = self.paper.model_dump(exclude_defaults=True, exclude={"where"}, mode="json")
        return orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)


class Ledger:
    """The open ledger of one graph; use it as a context manager. The caller holds the graph's lock to write."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "ledger.sqlite"
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as err:
            raise StoreError(f"{self.path} cannot be opened as a ledger: {err}.") from err

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def is_known(self, entry: Entry) -> bool:
        """Whether the very same record stands here, read by the same extractor at the same threshold."""
        found = self._db.execute(
            "SELECT 1 FROM record WHERE source=? AND key=? AND body=? AND extractor=? AND min_confidence=?",
            (entry.paper.source, entry.key, entry.body, entry.extractor, entry.min_confidence),
        )
        return found.fetchone() is not None

    def has_annotations(self, entry: Entry) -> bool:
        """Whether this text was already read by this extractor."""
        found = self._db.execute("SELECT 1 FROM annotation WHERE text=? AND extractor=?", (entry.text, entry.extractor))
        return found.fetchone() is not None

    def add(
        self,
        run: int,
        entries: Iterable[tuple[Entry, Annotations | None]],
        rejects: Iterable[tuple[str, Rejected]],
    ) -> None:
        """Write one batch in one transaction; None as annotations where the text was read before.

        Each reject comes with the source that can be read again for it.
        """
        with self._transaction():
            for entry, annotations in entries:
                self._db.execute(
                    "INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?,?,?)",
                    (entry.paper.source, entry.key, entry.paper.where, entry.body, entry.text, entry.extractor,
                     entry.min_confidence, run),
                )  # fmt: skip
                if annotations is not None:
                    self._db.execute(
                        "INSERT OR REPLACE INTO annotation VALUES (?,?,?)",
                        (entry.text, entry.extractor, orjson.dumps(annotations.as_json())),
                    )
                self._set("dirty", "1")
            for source, r in rejects:
                self._db.execute(
                    "INSERT OR REPLACE INTO reject VALUES (?,?,?,?,?,?)",
                    (source, r.where, r.code, r.reason, r.raw, run),
                )

    def records(self) -> Iterator[tuple[Paper, Annotations]]:
        """Every record with its annotations at its threshold, sorted by source and key. A new cursor each time."""
        rows = self._db.execute(
            "SELECT r.body, r.min_confidence, a.body FROM record r LEFT JOIN annotation a "
            "ON a.text = r.text AND a.extractor = r.extractor ORDER BY r.source, r.key"
        )
        for body, least, drawn in rows:
            paper = Paper.model_validate(orjson.loads(body))
            annotations = Annotations.from_json(orjson.loads(drawn)) if drawn else Annotations(paper.title)
            yield paper, annotations.at_least(least)

    def keys(self) -> Iterator[tuple[str, str]]:
        """The source and key of every record, in the order of `records`."""
        yield from self._db.execute("SELECT source, key FROM record ORDER BY source, key")

    def remove(self, keys: Iterable[tuple[str, str]]) -> int:
        """Remove records by source and key in one transaction; returns how many there were."""
        with self._transaction():
            removed = sum(
                self._db.execute("DELETE FROM record WHERE source=? AND key=?", key).rowcount for key in [*keys]
            )
            if removed:
                self._set("dirty", "1")
        return removed

    def rejects(self) -> Iterator[Rejected]:
        """What was rejected and not loaded since, sorted by place."""
        for place, code, reason, raw in self._db.execute("SELECT place, code, reason, raw FROM reject ORDER BY 1, 2"):
            yield Rejected(place, code, reason, raw)

    def forget_rejects(self, source: str, before: int) -> None:
        """Drop what runs before this one rejected of a source: it was read anew."""
        self._db.execute("DELETE FROM reject WHERE run<? AND source=?", (before, source))

    def rejected_sources(self) -> list[str]:
        """The sources of which something was rejected, sorted."""
        return [source for (source,) in self._db.execute("SELECT DISTINCT source FROM reject ORDER BY source")]

    def begin_run(self, command: str, started: str) -> int:
        """Note the start of a run (an ISO 8601 time); returns its number."""
        return int(
            self._db.execute("INSERT INTO run (started, command) VALUES (?,?)", (started, command)).lastrowid or 0
        )

    def end_run(self, run: int, finished: str, snapshot: str | None, counts: dict[str, Any]) -> None:
        """Note the end of a run and what it published."""
        self._db.execute(
            "UPDATE run SET finished=?, snapshot=?, counts=? WHERE id=?",
            (finished, snapshot, orjson.dumps(counts), run),
        )

    def runs(self) -> Iterator[dict[str, Any]]:
        """The history, newest first."""
        for id_, started, finished, command, snapshot, counts in self._db.execute(
            "SELECT id, started, finished, command, snapshot, counts FROM run ORDER BY id DESC"
        ):
            yield {
                "run": id_, "started": started, "finished": finished, "command": command, "snapshot": snapshot,
                "counts": orjson.loads(counts) if counts else {},
            }  # fmt: skip

    def remember(self, spec: str, format_: str | None, run: int, state: dict[str, Any] | None = None) -> None:
        """Remember a source, so that it can be asked again for what is new."""
        self._db.execute(
            "INSERT OR REPLACE INTO source VALUES (?,?,?,?)", (spec, format_, run, orjson.dumps(state or {}))
        )

    def sources(self) -> Iterator[dict[str, Any]]:
        """The remembered sources, sorted by their names."""
        for spec, format_, run, state in self._db.execute("SELECT spec, format, run, state FROM source ORDER BY spec"):
            yield {"spec": spec, "format": format_, "run": run, "state": orjson.loads(state)}

    def forget_source(self, spec: str) -> None:
        """Do not ask a source again."""
        self._db.execute("DELETE FROM source WHERE spec=?", (spec,))

    def decide(self, kind: str, a: str, b: str, reason: str) -> None:
        """Keep a person's decision (merge, split) instead of an earlier one on the pair; the next build honours it."""
        with self._transaction():
            self._db.execute("DELETE FROM decision WHERE (a=? AND b=?) OR (a=? AND b=?)", (a, b, b, a))
            self._db.execute("INSERT OR REPLACE INTO decision VALUES (?,?,?,?)", (kind, a, b, reason))
            self._set("dirty", "1")

    def decisions(self) -> Iterator[tuple[str, str, str, str]]:
        """The decisions: kind, two ids, reason; sorted."""
        yield from self._db.execute("SELECT kind, a, b, reason FROM decision ORDER BY kind, a, b")

    @property
    def is_dirty(self) -> bool:
        """Whether something was written since the last publication."""
        return self.setting("dirty") == "1"

    def setting(self, name: str) -> str | None:
        """A value kept with the ledger, or None."""
        row = self._db.execute("SELECT value FROM setting WHERE name=?", (name,)).fetchone()
        return row[0] if row else None

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a value with the ledger."""
        self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (name, value))

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)


class _Transaction:
    """BEGIN … COMMIT, or ROLLBACK on an error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("ROLLBACK" if kind else "COMMIT")
