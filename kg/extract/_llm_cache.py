"""Replies kept on disk, so that reading the same texts again costs nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from pathlib import Path

from kg.extract._llm_prompt import PROMPT_VERSION
from schema.annotation import Text
from schema.errors import ExtractorError


class ReplyCache:
    """A SQLite file of replies by (model, prompt version, text); may be shared by threads and processes."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("CREATE TABLE IF NOT EXISTS reply (key TEXT PRIMARY KEY, content TEXT NOT NULL)")
        except (OSError, sqlite3.Error) as err:
            raise ExtractorError(
                f"the cache {path} cannot be opened: {err}. Set KG_LLM_CACHE to another file."
            ) from err

    def get(self, model: str, text: Text) -> str | None:
        """The reply to a text, or None where it was not asked yet."""
        with self._lock:
            row = self._db.execute("SELECT content FROM reply WHERE key = ?", (_key(model, text),)).fetchone()
        return None if row is None else str(row[0])

    def put(self, model: str, text: Text, content: str) -> None:
        """Keep a reply."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO reply VALUES (?, ?)", (_key(model, text), content))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _key(model: str, text: Text) -> str:
    parts = json.dumps([model, PROMPT_VERSION, text.title, text.abstract])
    return hashlib.sha256(parts.encode()).hexdigest()
