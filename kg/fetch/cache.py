"""Answers kept on disk with their validators: nothing is fetched twice, and a broken run goes on where it was."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

_SECRET: Final = frozenset({"api_key", "mailto", "email", "tool", "key"})


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was kept: its body, kind and validators, and when it came (seconds since 1970)."""

    body: bytes
    kind: str
    etag: str
    modified: str
    came: float

    @property
    def validators(self) -> dict[str, str]:
        """The headers that ask whether the answer is still the same."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {k: v for k, v in headers.items() if v}


class Cache:
    """A folder of answers, named by the digest of what was asked without keys and contact."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def get(self, url: str) -> Kept | None:
        """The kept answer, or None where there is none or it is damaged."""
        path = self.path_of(url)
        try:
            said = orjson.loads(path.with_suffix(".json").read_bytes())
            body = path.with_suffix(".body").read_bytes()
        except (OSError, orjson.JSONDecodeError):
            return None
        if said.get("digest") != hashlib.sha256(body).hexdigest():
            return None
        return Kept(body, said["kind"], said["etag"], said["modified"], said["came"])

    def keep(self, url: str, body: bytes, kind: str, etag: str, modified: str) -> None:
        """Keep an answer; a reader sees the old one or the new one, never half of each."""
        path = self.path_of(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        said = {
            "url": without_secrets(url), "kind": kind, "etag": etag, "modified": modified, "came": self._now(),
            "digest": hashlib.sha256(body).hexdigest(),
        }  # fmt: skip
        _write(path.with_suffix(".body"), body)
        _write(path.with_suffix(".json"), orjson.dumps(said))

    def age_s(self, kept: Kept) -> float:
        """How long ago an answer came, in seconds."""
        return self._now() - kept.came

    def path_of(self, url: str) -> Path:
        """Where the answer to a question is kept, without a suffix."""
        key = hashlib.sha256(without_secrets(url).encode()).hexdigest()
        return self._folder / key[:2] / key[2:34]


def without_secrets(url: str) -> str:
    """The address without keys and contact, its parameters sorted.

    >>> without_secrets("https://a.example/x?q=1&api_key=k&b=2")
    'https://a.example/x?b=2&q=1'
    """
    parts = urlsplit(url)
    kept = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in _SECRET)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept), ""))


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(path)
