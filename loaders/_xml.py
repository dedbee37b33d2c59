"""Elements of an XML source, one at a time and in constant memory, with nothing outside the source ever read.

Entities are not resolved and a document that declares any is refused: no
source of papers needs them, and they are how XML is turned against its
readers. Mark-up errors are mended as far as the library can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lxml import etree

from loaders._record import KEPT_CHARS
from loaders._text import one_line
from loaders.base import Records, Source
from schema.errors import Rejected
from schema.paper import Paper

Element = etree._Element
_CHUNK_BYTES: Final = 2**16
LONGEST_RECORD_BYTES: Final = 32 * 2**20
# Controls that XML 1.0 forbids; they would end the parsing.
_FORBIDDEN: Final = bytes(b for b in range(32) if b not in b"\t\n\r")
_SPACES: Final = bytes.maketrans(_FORBIDDEN, b" " * len(_FORBIDDEN))
_ENTITY: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)
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
    """Every element with one of the local names, with its place; it is emptied when the next one is asked for."""
    if _ENTITY.search(source.head.data):
        reason = "It declares entities, which no source of papers needs; remove them if you trust it."
        yield source.name, Rejected(source.name, "xml-entities", reason)
        return
    parser = etree.XMLPullParser(
        ("end",),
        tag=[f"{{*}}{t}" for t in tags],
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    count = since = 0
    while chunk := source.stream.read(_CHUNK_BYTES):
        parser.feed(chunk.translate(_SPACES))
        since += len(chunk)
        for _, element in parser.read_events():
            count, since = count + 1, 0
            yield f"{source.name} item {count}", element
            _empty(element)
        if since > LONGEST_RECORD_BYTES:
            where = f"{source.name} item {count + 1}"
            yield where, Rejected(where, "too-long", f"No record ends within {LONGEST_RECORD_BYTES:,} bytes.")
            return
    yield from _rest(parser, source.name, count)


def _rest(parser: etree.XMLPullParser, name: str, count: int) -> Iterator[tuple[str, Element | Rejected]]:
    """What stands open at the end of the source was cut off."""
    try:
        root = parser.close()
    except etree.XMLSyntaxError as err:
        yield name, Rejected(name, "bad-xml", f"This is no XML: {err}.")
        return
    for _, element in parser.read_events():
        where = f"{name} item {count + 1}"
        yield where, Rejected(where, "truncated", "The source ends inside this record.", raw_of(element))
        return
    if root is None and count == 0:
        yield name, Rejected(name, "bad-xml", "This is no XML: it has no root element.")


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


def _empty(element: Element) -> None:
    """Free an element and what came before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)
