"""Objects of a JSON source, one at a time: lines, lists, and lists inside an answer of an API.

Parsing is the library's; what is done here is finding where one object ends
and the next begins, so that a file of any size is read in constant memory
and a broken object does not take its neighbours with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from loaders._lines import LONGEST_LINE_BYTES, decode, read_lines
from loaders._record import KEPT_CHARS
from loaders.base import Records, Source
from schema.errors import Rejected
from schema.paper import Paper

_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]"]', re.DOTALL)
_OUTER: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*:)?|[{}\[\]"]', re.DOTALL)
_FIRST_KEY: Final = re.compile(rb'\{\s*"(?:[^"\\]|\\.)*"')
_CHUNK_BYTES: Final = 2**19


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a source with its place and its text."""

    where: str
    value: dict[str, Any]
    raw: str


Made = Paper | Rejected | Iterable[Paper | Rejected]


def read_json(source: Source, make: Callable[[Item], Made], within: tuple[str, ...] = ()) -> Records:
    """Records of every object of a source; an object that `make` cannot take is rejected with the reason.

    `within` names the keys under which an API's answer keeps its list, e.g.
    "results" or "message.items".
    """
    for item in objects(source, within):
        if isinstance(item, Rejected):
            yield item
            continue
        try:
            made = make(item)
            yield from (made,) if isinstance(made, Paper | Rejected) else tuple(made)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as err:
            reason = f"A field has another shape than the format says ({type(err).__name__}: {err})."
            yield Rejected(item.where, "bad-record", reason, item.raw[:KEPT_CHARS])


def objects(
    source: Source, within: tuple[str, ...] = (), longest: int = LONGEST_LINE_BYTES
) -> Iterator[Item | Rejected]:
    """Every object of a source, in order; what is no object or longer than `longest` bytes is rejected."""
    wrapped = any(_has_list(source, path) for path in within)
    if source.head.is_json_lines and not wrapped:
        yield from _lines(source, longest)
    else:
        yield from _Splitter(source, within if wrapped else (), longest).items()


def parse(raw: bytes | str, where: str) -> Item | Rejected:
    """One object out of its text.

    The strict parser goes first; halves of surrogate pairs and NaN, which
    real dumps have, are left to the lenient one.
    """
    # RFC 7464 puts a record separator before each object.
    text = (raw if isinstance(raw, str) else decode(raw)).strip("\x1e\x00 \t\r\n")
    value: Any
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as err:
            return Rejected(where, "bad-json", f"This is no JSON: {err}.", text[:KEPT_CHARS])
    if not isinstance(value, dict):
        return Rejected(where, "bad-json", f"A JSON object is expected, not {type(value).__name__}.", text[:KEPT_CHARS])
    return Item(where, value, text)


def _has_list(source: Source, path: str) -> bool:
    """Whether an answer keeps its list under a path: the key is there, and a bracket behind it."""
    key = re.escape(path.rpartition(".")[2])
    return path in source.head.json_paths and bool(re.search(rf'"{key}"\s*:\s*\[', source.head.text))


def _lines(source: Source, longest: int) -> Iterator[Item | Rejected]:
    for number, line in read_lines(source, longest):
        if isinstance(line, Rejected):
            yield line
        elif line.strip():
            yield parse(line, f"{source.name} line {number}")


class _Splitter:
    """Finds the objects of a list, or of the lists inside a wrapping object, in a stream of bytes."""

    def __init__(self, source: Source, within: tuple[str, ...], longest: int) -> None:
        self._source = source
        self._within = within
        self._longest = longest
        self._buffer = b""
        self._at = 0
        self._signature = b""
        self._count = 0

    def items(self) -> Iterator[Item | Rejected]:
        """Every object, with its number as its place."""
        stack: list[str] = []
        key = ""
        while (token := self._next()) is not None:
            what = token[0][:1]
            if what == b'"':
                key = token[0][1 : token[0].rindex(b'"')].decode("utf-8", "replace") if token[1] else key
            elif what == b"{" and self._is_record(stack):
                self._at = token.start()
                yield self._take()
                key = ""
            elif what in b"{[":
                stack.append(key if what == b"{" or key else "")
                key = ""
            elif stack:
                stack.pop()

    def _is_record(self, stack: list[str]) -> bool:
        if not self._within:
            return True
        return bool(stack) and ".".join(k for k in stack if k) in self._within

    def _next(self) -> re.Match[bytes] | None:
        """The next bracket or whole string; None at the end of the source."""
        while True:
            found = _OUTER.search(self._buffer, self._at)
            # A string may go on, or its colon may follow, behind what is read so far.
            if found and found[0] != b'"' and found.end() < len(self._buffer) - 1:
                self._at = found.end()
                return found
            # What was searched is not kept, so that a source without an end is not gathered in memory.
            self._at = len(self._buffer) if found is None else found.start()
            if not self._fill():
                last = _OUTER.match(self._buffer)
                self._at = last.end() if last else 0
                return last
            if found is not None and len(self._buffer) > self._longest:
                self._at = 1  # no string is so long: this quote is none

    def _take(self) -> Item | Rejected:
        """The object that begins here; behind a broken one the next beginning of an object is looked for."""
        self._count += 1
        where = f"{self._source.name} item {self._count}"
        length = self._length()
        first = _FIRST_KEY.match(self._buffer, self._at)
        if length > 0:
            item = parse(self._buffer[self._at : self._at + length], where)
            if isinstance(item, Item):
                self._signature = first[0] if first else self._signature
                self._at += length
                return item
        else:
            code = "truncated" if length == 0 else "too-long"
            said = (
                "The source ends inside this object."
                if length == 0
                else f"This is longer than {self._longest:,} bytes."
            )
            kept = decode(self._buffer[self._at : self._at + KEPT_CHARS])
            item = Rejected(where, code, said, kept)
        self._signature = self._signature or (first[0] if first else b"")
        self._resume(max(length, 1))
        return item

    def _length(self) -> int:
        """The bytes of the object that begins here; 0 where the source ends first, -1 where it is too long."""
        depth = done = 0
        while True:
            for token in _TOKEN.finditer(self._buffer, self._at + done):
                what = token[0]
                if what == b'"':
                    break
                done = token.end() - self._at
                if what in (b"{", b"["):
                    depth += 1
                elif what in (b"}", b"]"):
                    depth -= 1
                    if depth == 0:
                        return done
            if len(self._buffer) - self._at > self._longest:
                return -1
            if not self._fill():
                return 0

    def _resume(self, length: int) -> None:
        if not self._signature:
            self._at += length
            return
        found = self._buffer.find(self._signature, self._at + 1)
        while found < 0:
            self._at = max(self._at + 1, len(self._buffer) - len(self._signature))
            if not self._fill():
                self._at = len(self._buffer)
                return
            found = self._buffer.find(self._signature, self._at)
        self._at = found

    def _fill(self) -> bool:
        chunk = self._source.stream.read(_CHUNK_BYTES)
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)
