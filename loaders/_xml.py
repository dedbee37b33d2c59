"""Elements of an XML source, one at a time and in constant memory, with nothing outside the source ever read.

Each record is cut out by its tags and parsed by itself, inside the source's
root element (for the namespaces) and without its prolog. So a record whose
mark-up is broken is mended or rejected without harm to its neighbours, and
entities cannot be declared; a source that tries to is refused.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lxml import etree

from loaders._lines import decode
from loaders._record import KEPT_CHARS
from loaders._text import one_line
from loaders.base import Records, Source
from schema.errors import Rejected
from schema.paper import Paper

Element = etree._Element
_CHUNK_BYTES: Final = 2**16
LONGEST_RECORD_BYTES: Final = 32 * 2**20
_LONGEST_TAG_BYTES: Final = 256
# Controls that XML 1.0 forbids.
_FORBIDDEN: Final = bytes(b for b in range(32) if b not in b"\t\n\r")
_SPACES: Final = bytes.maketrans(_FORBIDDEN, b" " * len(_FORBIDDEN))
_ENTITY: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']""")
_ROOT: Final = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)((?:\s[^<>]*?)?)/?>")
# A bare "&" or "<", and the names that HTML has for characters; what stands in CDATA is left alone.
_LOOSE: Final = re.compile(
    rb"(<!\[CDATA\[.*?\]\]>)|&([A-Za-z][A-Za-z0-9]{1,31});|&(?!#\d+;|#x[0-9A-Fa-f]+;)|<(?![A-Za-z_:/!?])|\]\]>",
    re.DOTALL,
)
_OF_XML: Final = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_BLOCK: Final = frozenset({"p", "sec", "title", "list-item", "abstract"})

Made = Paper | Rejected | Iterable[Paper | Rejected] | None


def read_xml(source: Source, tags: tuple[str, ...], make: Callable[[Element, str], Made]) -> Records:
    """Records of every element with one of the local names `tags`; None from `make` skips the element."""
    for where, element in elements(source, tags):
        if isinstance(element, Rejected):
            yield element
            continue
        try:
            made = make(element, where)
            yield from () if made is None else (made,) if isinstance(made, Paper | Rejected) else tuple(made)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as err:
            reason = f"The element has another shape than the format says ({type(err).__name__}: {err})."
            yield Rejected(where, "bad-record", reason, raw_of(element))


def elements(source: Source, tags: tuple[str, ...]) -> Iterator[tuple[str, Element | Rejected]]:
    """Every outermost element with one of the local names, with its place."""
    if _ENTITY.search(source.head.data):
        reason = "It declares entities, which no source of papers needs; remove them if you trust it."
        yield source.name, Rejected(source.name, "xml-entities", reason)
        return
    if not source.head.xml_root:
        yield source.name, Rejected(source.name, "bad-xml", f"This is no XML, but {source.head.describe()}.")
        return
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    before, after = _surroundings(source, tags)
    for number, piece in enumerate(_pieces_of(source, tags), 1):
        where = f"{source.name} item {number}"
        if isinstance(piece, Rejected):
            yield where, Rejected(where, piece.code, piece.reason, piece.raw)
            continue
        try:
            root = etree.fromstring(before + _mended(piece) + after, parser)
        except (etree.XMLSyntaxError, ValueError, LookupError) as err:
            yield where, Rejected(where, "bad-xml", f"This is no XML: {err}.", decode(piece[:KEPT_CHARS]))
            continue
        element = next((e for e in root if isinstance(e.tag, str)), None) if root is not None else None
        if element is None:
            yield where, Rejected(where, "bad-xml", "This cannot be mended to be XML.", decode(piece[:KEPT_CHARS]))
        else:
            yield where, element


def _surroundings(source: Source, tags: tuple[str, ...]) -> tuple[bytes, bytes]:
    """What stands around each record when it is parsed: the declared encoding and the root with its namespaces."""
    declared = _ENCODING.search(source.head.data[:1000])
    encoding = declared[1] if declared else b"UTF-8"
    prolog = b'<?xml version="1.0" encoding="' + encoding + b'"?>'
    body = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>", "", source.head.text, flags=re.DOTALL)
    root = _ROOT.search(body)
    if root is None or root[1].rpartition(":")[2] in tags:
        return prolog + b"<records>", b"</records>"
    return prolog + f"<{root[1]}{root[2]}>".encode("ascii", "xmlcharrefreplace"), f"</{root[1]}>".encode()


def _pieces_of(source: Source, tags: tuple[str, ...]) -> Iterator[bytes | Rejected]:
    """The bytes of each record, from its start tag to its end tag or to the next start tag."""
    start_tag = re.compile(rb"<((?:[\w.-]+:)?(?:" + "|".join(map(re.escape, tags)).encode() + rb"))(?=[\s>/])")
    buffer, is_over = b"", False
    while not is_over:
        # A long record is searched for its end again and again, so what is read grows with it.
        chunk = source.stream.read(max(_CHUNK_BYTES, len(buffer)))
        is_over = not chunk
        buffer += chunk.translate(_SPACES)
        while found := start_tag.search(buffer):
            end = _end_of(buffer, found, is_over)
            if end is None:
                buffer = buffer[found.start() :]
                break
            yield end if isinstance(end, Rejected) else buffer[found.start() : end]
            buffer = buffer[found.end() if isinstance(end, Rejected) else end :]
        else:
            buffer = buffer[-_LONGEST_TAG_BYTES:]


def _end_of(buffer: bytes, start: re.Match[bytes], is_over: bool) -> int | Rejected | None:
    """Where the record that begins at `start` ends; None where more must be read to know."""
    name = re.escape(start[1])
    # Of an element without content, the end tag belongs to another one.
    empty = re.compile(rb"[^<>]*/>").match(buffer, start.end())
    if empty:
        return empty.end()
    found = re.compile(rb"</" + name + rb"\s*>|<" + name + rb"(?=[\s>/])").search(buffer, start.end())
    if found:
        return found.end() if found[0].startswith(b"</") else found.start()
    raw = decode(buffer[start.start() : start.start() + KEPT_CHARS])
    if len(buffer) - start.start() > LONGEST_RECORD_BYTES:
        return Rejected("", "too-long", f"The record does not end within {LONGEST_RECORD_BYTES:,} bytes.", raw)
    return Rejected("", "truncated", "The source ends inside this record.", raw) if is_over else None


def _mended(piece: bytes) -> bytes:
    """A record whose bare signs are escaped and whose characters with names of HTML have numbers."""

    def mend(loose: re.Match[bytes]) -> bytes:
        if loose[1] or loose[2] in _OF_XML:
            return loose[0]
        if loose[2]:
            known = html.unescape(loose[0].decode())
            return b"&amp;" + loose[0][1:] if known.startswith("&") else known.encode("ascii", "xmlcharrefreplace")
        return {b"&": b"&amp;", b"<": b"&lt;"}.get(loose[0], b"]]&gt;")

    return _LOOSE.sub(mend, piece)


def find(element: Element, path: str) -> Element | None:
    """The first element at a path of local names, whatever their namespaces."""
    return element.find(_path(path))


def find_all(element: Element, path: str) -> list[Element]:
    """All elements at a path of local names, whatever their namespaces."""
    return element.findall(_path(path))


def text(element: Element | None, path: str = "") -> str:
    """The text of the element at a path, on one line, mark-up inside it left out; empty where there is none."""
    found = find(element, path) if path and element is not None else element
    return "" if found is None else one_line("".join(_pieces(found)))


def texts(element: Element, path: str) -> list[str]:
    """The texts of all elements at a path that have one."""
    return [t for t in (text(e) for e in find_all(element, path)) if t]


def local(element: Element) -> str:
    """The local name of an element."""
    return etree.QName(element).localname


def raw_of(element: Element) -> str:
    """The element as XML, as far as it is kept."""
    return etree.tostring(element, encoding="unicode", with_tail=False)[:KEPT_CHARS]


def _pieces(element: Element) -> Iterator[str]:
    """Text in the order of the document; blocks are set off by a space, and what was not resolved is left out."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            # 10<sup>3</sup> is no 103.
            yield (
                " " if local(child) in _BLOCK else "^" if local(child) == "sup" and (child.text or "").isdigit() else ""
            )
            yield from _pieces(child)
            yield " " if local(child) in _BLOCK else ""
        yield child.tail or ""


def _path(path: str) -> str:
    return "/".join(step if step in {".", "..", "*", ""} else f"{{*}}{step}" for step in path.split("/"))
