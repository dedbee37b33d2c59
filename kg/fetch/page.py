"""What a source's pages have in common: how they are asked for, bounded and known to be whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from kg.fetch.client import Client
from schema.errors import SourceError


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a source's answer: bytes or a file on disk, and the format it has (None: to be recognised)."""

    body: bytes | Path
    format: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: to whom, for what, how many papers at most, and what is new since when (a day)."""

    client: Client
    query: str
    most: int | None = None
    since: date | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether kept answers without validators are too old: they are when the question is what is new."""
        return self.since is not None

    def size(self, most: int, done: int = 0) -> int:
        """How many papers to ask for at a time when the source gives `most` and `done` are there."""
        return most if self.most is None else max(1, min(most, self.most - done))

    def is_done(self, done: int) -> bool:
        """Whether as many papers are there as were wanted."""
        return self.most is not None and done >= self.most

    def today(self) -> date:
        """The day of the client's clock."""
        return date.fromtimestamp(self.client.now())


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """A source on the network: its scheme, what it is, an example, and the pages that answer a question."""

    scheme: str
    label: str
    example: str
    find_pages: Callable[[Ask], Iterator[Page]]
    service: str = "web"
    """Whose pace the requests keep."""


def is_json(body: bytes) -> bool:
    """Whether a body is whole JSON: what breaks off is none."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def ends_with(tag: str) -> Callable[[bytes], bool]:
    """Whether a body of XML ends with the end of its root, or is an empty root."""
    end, empty = f"</{tag}>".encode(), f"<{tag}/>".encode()
    return lambda body: body.rstrip().endswith((end, empty))


def json_object(body: bytes, url: str) -> dict[str, Any]:
    """The JSON object of an answer; raises `SourceError` where it is none."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as err:
        raise SourceError(f"{url} answers with no JSON: {err}.") from err
    if not isinstance(said, dict):
        raise SourceError(f"{url} answers with a {type(said).__name__} where an object is expected.")
    return said
