"""Whole nodes in little space: what columns and adjacency do not hold, as compressed JSON.

A support whose quote stands at its offsets in the title or abstract is kept as
the offsets alone. Each record is compressed by itself against a shared
dictionary, so that one node is read without its neighbours.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import orjson

from schema.annotation import Evidence, Section
from schema.node import Edge, Support

_SECTIONS: tuple[Section, ...] = ("title", "abstract", "source")
_SECTION_CODE = {name: code for code, name in enumerate(_SECTIONS)}
_WINDOW = 32_768
LEVEL = 3


class Makers:
    """The few extractors and sources that drew edges, by number."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = list(names)
        self._code = {name: code for code, name in enumerate(names)}

    def code(self, name: str) -> int:
        """The number of a maker; a new one gets the next."""
        if name not in self._code:
            self._code[name] = len(self.names)
            self.names.append(name)
        return self._code[name]


def pack(properties: dict[str, Any], edges: Sequence[Edge], makers: Makers) -> bytes:
    """A node's properties and its edges' supports as two lines of JSON, before compression."""
    supports = [[_support_out(s, properties, makers) for s in edge.supports] for edge in edges]
    while supports and not supports[-1]:
        supports.pop()
    return orjson.dumps(properties) + b"\n" + orjson.dumps(supports)


def unpack(raw: bytes, makers: Makers) -> tuple[dict[str, Any], list[tuple[Support, ...]]]:
    """The properties and the supports of the first edges; edges beyond the list have none."""
    properties = unpack_properties(raw)
    supports = orjson.loads(raw.partition(b"\n")[2])
    return properties, [tuple(_support_in(s, properties, makers) for s in edge) for edge in supports]


def unpack_properties(raw: bytes) -> dict[str, Any]:
    """The properties alone."""
    properties = orjson.loads(raw.partition(b"\n")[0])
    return {k: tuple(v) if isinstance(v, list) else v for k, v in properties.items()}


def _support_out(support: Support, properties: dict[str, Any], makers: Makers) -> list[Any]:
    found = support.evidence
    text = properties.get(found.section)
    row: list[Any] = [
        _SECTION_CODE[found.section], found.start, found.end, support.confidence, makers.code(support.maker)
    ]  # fmt: skip
    derivable = isinstance(text, str) and text[found.start : found.end] == found.quote
    if not derivable or support.cues:
        row.append(None if derivable else found.quote)
    if support.cues:
        row.append(support.cues)
    return row


def _support_in(row: list[Any], properties: dict[str, Any], makers: Makers) -> Support:
    code, start, end, confidence, maker = row[:5]
    section = _SECTIONS[code]
    quote = row[5] if len(row) > 5 and row[5] is not None else properties[section][start:end]
    cues = tuple(row[6]) if len(row) > 6 else ()
    return Support(Evidence(quote, section, start, end), confidence, makers.names[maker], cues)


class Compressor:
    """Compresses records against a dictionary: the first records of the stream."""

    def __init__(self) -> None:
        self.dictionary = b""
        self._waiting: list[bytes] = []
        self._size = 0

    def add(self, raw: bytes) -> list[bytes]:
        """Take a record; gives back those that are ready, in order (none while the dictionary is gathered)."""
        if self._waiting is _DONE:
            return [self._pack(raw)]
        self._waiting.append(raw)
        self._size += len(raw)
        return self.flush() if self._size >= _WINDOW else []

    def flush(self) -> list[bytes]:
        """Settle the dictionary and give back what waits for it."""
        if self._waiting is _DONE:
            return []
        self.dictionary = b"".join(self._waiting)[-_WINDOW:]
        self._primed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, zdict=self.dictionary)
        ready = [self._pack(raw) for raw in self._waiting]
        self._waiting = _DONE
        return ready

    def _pack(self, raw: bytes) -> bytes:
        # A copy of a primed compressor takes a third of the time of a new one.
        squeeze = self._primed.copy()
        return squeeze.compress(raw) + squeeze.flush()


_DONE: list[bytes] = []


def expand(packed: bytes, dictionary: bytes) -> bytes:
    """The record that `Compressor` packed."""
    widen = zlib.decompressobj(-15, zdict=dictionary)
    return widen.decompress(packed) + widen.flush()
