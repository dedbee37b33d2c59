"""Lines of a source: numbered, decoded, none longer than a bound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from loaders.base import Source
from schema.errors import Rejected

LONGEST_LINE_BYTES: Final = 16 * 2**20
"""The longest record that is read; the largest honest ones (a work with thousands of references) have 2 MB."""
_KEPT_CHARS: Final = 2000


def read_lines(source: Source, longest: int = LONGEST_LINE_BYTES) -> Iterator[tuple[int, str | Rejected]]:
    """Each line with its number from 1, without its end; a line of more than `longest` bytes is rejected and skipped.

    Ends of lines are LF, CRLF or CR. Bytes that are no UTF-8 are read as
    Windows-1252, line by line, which is what such lines nearly always are.
    """
    number = 0
    for number, raw in enumerate(_raw_lines(source, longest), 1):
        text = decode(raw[:longest])
        if len(raw) > longest:
            where = f"{source.name} line {number}"
            yield number, Rejected(where, "too-long", f"The line is longer than {longest:,} bytes.", text[:_KEPT_CHARS])
        else:
            yield number, text.removeprefix("\ufeff") if number == 1 else text


def decode(raw: bytes) -> str:
    """Text of UTF-8 or, where it is none, of Windows-1252.

    >>> decode(b"caf\\xc3\\xa9"), decode(b"caf\\xe9")
    ('café', 'café')
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _raw_lines(source: Source, longest: int) -> Iterator[bytes]:
    """Lines as bytes; of a line over the bound only its start, one byte more than the bound."""
    rest = b""
    cut = False
    while chunk := source.stream.read(2**18):
        if cut:
            # Inside a line over the bound: drop up to its end.
            end = _line_end(chunk)
            if end < 0:
                continue
            chunk, cut = chunk[end:], False
        lines = (rest + chunk).split(b"\n") if b"\r" not in chunk and not rest.endswith(b"\r") else _split(rest + chunk)
        rest = lines.pop()
        yield from (line[: longest + 1] for line in lines)
        if len(rest) > longest:
            yield rest[: longest + 1]
            rest, cut = b"", True
    if rest:
        yield rest.removesuffix(b"\r")


def _split(data: bytes) -> list[bytes]:
    # A CR at the very end may be half of a CRLF: it waits for the next chunk.
    tail = b"\r" if data.endswith(b"\r") else b""
    lines = data.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    lines[-1] += tail
    return lines


def _line_end(chunk: bytes) -> int:
    found = re.search(rb"\r\n?|\n", chunk)
    return found.end() if found else -1
