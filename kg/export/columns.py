"""The attributes of nodes in graph and table formats, made from the vocabulary, with colours and sizes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, BinaryIO, Final, Literal

from schema.vocabulary import CLASSES, LITERALS

ColumnType = Literal["string", "int", "double", "boolean"]

COLOURS: Final = {
    "Paper": (155, 160, 170), "Dataset": (0, 114, 178), "Method": (213, 94, 0), "Task": (0, 158, 115),
    "Modality": (204, 121, 167), "Condition": (230, 159, 0), "Repository": (86, 180, 233), "Result": (240, 228, 66),
    "Person": (120, 94, 60), "Venue": (70, 70, 70),
}  # fmt: skip
"""Red, green, blue by class: the palette of Okabe and Ito, told apart with any colour vision."""

_TYPES: Final = {"integer": "int", "double": "double", "boolean": "boolean"}
_UNSAFE_XML = re.compile('[&<>"\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]')
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of nodes: its name, its type and whether it holds several values joined by "|"."""

    name: str
    type: ColumnType
    many: bool = False


@cache
def columns_of(cls: str, abstracts: bool = False) -> tuple[Column, ...]:
    """The literal attributes of a class, titles aside (the label holds them)."""
    return tuple(
        Column(t.field, _TYPES.get(t.datatype, "string"), t.many)  # type: ignore[arg-type]
        for t in LITERALS
        if cls in t.domains and t.field != "title" and (abstracts or t.field != "abstract")
    )


@cache
def columns(classes: tuple[str, ...], abstracts: bool = False) -> tuple[Column, ...]:
    """The attributes of several classes together, each once, in the vocabulary's order."""
    seen = {c.name: c for cls in classes for c in columns_of(cls, abstracts)}
    return tuple(seen[t.field] for t in LITERALS if t.field in seen)


def joined(values: Iterable[str]) -> str:
    """Several values as one text, joined by "|"; a bar or backslash inside a value is escaped by a backslash.

    >>> joined(["a|b", "c"])
    'a\\\\|b|c'
    """
    return "|".join(v.replace("\\", "\\\\").replace("|", "\\|") if "|" in v or "\\" in v else v for v in values)


def split(text: str) -> tuple[str, ...]:
    """The values that `joined` made one.

    >>> split(joined(["a|b", "c"]))
    ('a|b', 'c')
    """
    pieces = re.findall(r"\||(?:[^|\\]|\\.)+", text, re.DOTALL)
    values = [""]
    for piece in pieces:
        if piece == "|":
            values.append("")
        else:
            values[-1] = re.sub(r"\\(.)", r"\1", piece, flags=re.DOTALL)
    return tuple(values)


def cell(value: Any) -> str | None:
    """A property as text; None where no portable text holds it (an infinite or undefined number)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return joined(map(str, value))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value)


def size(degree: int) -> float:
    """The size of a node with so many links: from 5, its area growing with the degree, at most 60."""
    return round(min(60.0, 5 + 3 * math.sqrt(degree)), 2)


def hex_colour(cls: str) -> str:
    """The colour of a class as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*COLOURS[cls])


def write_blocks(pieces: Iterable[str], out: BinaryIO) -> None:
    """Write many small pieces of text as UTF-8, some thousand at a time."""
    iterator = iter(pieces)
    while block := "".join(islice(iterator, 4000)):
        out.write(block.encode("utf-8", "replace"))


def xml(text: str) -> str:
    """Text for an XML attribute or element; characters that XML 1.0 forbids become U+FFFD.

    >>> xml('a < "b"')
    'a &lt; &quot;b&quot;'
    """
    return _UNSAFE_XML.sub(lambda m: _ESCAPES.get(m[0], "\x7f" if m[0] == "\x7f" else "�"), text)


assert set(COLOURS) == {c.name for c in CLASSES}, "kg/export/columns.py: every class needs a colour"
