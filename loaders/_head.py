"""What the first bytes of a source show: the basis of every decision about its format."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]')
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)([^<>]*)>")
_MAGIC = (
    (b"%PDF", "a PDF"), (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"PAR1", "a Parquet file"), (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7z archive"), (b"Rar!", "a RAR archive"), (b"\x7fELF", "a program"),
)  # fmt: skip


@dataclass(frozen=True)
class Head:
    """The first bytes of a source, decompressed and as UTF-8, with the name of the source.

    What loaders look at is worked out once: the text, the key paths of JSON,
    the root element of XML.
    """

    data: bytes
    name: str
    whole: bool = False
    """True where the source is no longer than `data`."""

    @cached_property
    def text(self) -> str:
        """The text without a cut last character."""
        return self.data.decode("utf-8", "replace").removesuffix("\ufffd").lstrip("\ufeff")

    @cached_property
    def suffix(self) -> str:
        """The last suffix of the name, without a compression's, e.g. ".jsonl"."""
        suffixes = [s.casefold() for s in PurePath(self.name).suffixes]
        packed = {".gz", ".bz2", ".xz", ".zst", ".zip"}
        return next((s for s in reversed(suffixes) if s not in packed), "")

    @cached_property
    def lines(self) -> list[str]:
        """The lines that are complete."""
        lines = self.text.splitlines()
        return lines if self.whole or self.text.endswith(("\n", "\r")) else lines[:-1]

    @cached_property
    def is_binary(self) -> bool:
        """True where bytes occur that no text has."""
        return b"\0" in self.data

    @cached_property
    def json_paths(self) -> frozenset[str]:
        """The key paths of a JSON text as far as it is seen, e.g. "results[].title"; empty where it is no JSON.

        The keys of every object count, so an item whose field is missing does
        not hide what its neighbours have.
        """
        if not self.text.lstrip().startswith(("{", "[")):
            return frozenset()
        return frozenset(_key_paths(self.text))

    @cached_property
    def json_keys(self) -> frozenset[str]:
        """The keys of the records of a JSON text: of its objects, or of the objects in its outermost list."""
        return frozenset(
            p.removeprefix("[].") for p in self.json_paths if not re.search(r"[.\[]", p.removeprefix("[]."))
        )

    @cached_property
    def is_json_lines(self) -> bool:
        """True where every line seems to be one JSON object."""
        if not self.text.lstrip().startswith("{"):
            return False
        first = next((line for line in self.lines if line.strip()), None)
        return first is None or _is_object(first)

    @cached_property
    def xml_root(self) -> str:
        """The local name of the root element of XML, or nothing."""
        if not self.text.lstrip().startswith("<"):
            return ""
        body = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", "", self.text, flags=re.DOTALL)
        found = _ROOT.search(body)
        return found[2] if found else ""

    def describe(self) -> str:
        """What the source seems to be, in words, for a message."""
        for magic, what in _MAGIC:
            if self.data.startswith(magic):
                return what
        if not self.data.strip():
            return "nothing: it is empty"
        if self.is_binary:
            return f"binary data that begins with 0x{self.data[:8].hex()}"
        if self.xml_root.casefold() == "html":
            return "an HTML page"
        if self.xml_root:
            return f"XML with the root element <{self.xml_root}>"
        if self.json_keys:
            return f"JSON with the keys {', '.join(sorted(self.json_keys)[:12])}"
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return (
            f"text that begins with {first.strip()[:60]!r}"
            if first
            else f"bytes that begin with 0x{self.data[:8].hex()}"
        )


def _key_paths(text: str) -> set[str]:
    paths: set[str] = set()
    stack: list[str] = []
    key = ""
    for token in _TOKEN.finditer(text):
        what = token[0][0]
        if what == '"':
            if token[1]:
                key = token[0][1 : token[0].rindex('"')]
                paths.add(f"{stack[-1] if stack else ''}{key}")
        elif what == "{":
            stack.append(
                f"{stack[-1]}{key}." if stack and not stack[-1].endswith("[]") else f"{stack[-1]}." if stack else ""
            )
            key = ""
        elif what == "[":
            stack.append(f"{stack[-1] if stack else ''}{key}[]")
            key = ""
        elif stack:
            stack.pop()
            key = ""
    return paths


def _is_object(line: str) -> bool:
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict)
