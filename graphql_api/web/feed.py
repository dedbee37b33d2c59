"""An Atom feed of the newest papers for a filter: RFC 4287."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree as ET

from fastapi import Request, Response

from graphql_api.state import State
from graphql_api.web.selection import Selection

ENTRIES = 50
_ATOM = "http://www.w3.org/2005/Atom"


def feed(request: Request, state: State, site: str) -> Response:
    """The newest papers of the selection that the address names, newest first."""
    selection = Selection.read(request.query_params.multi_items()).only(state.graph.has)
    found = state.graph.find("Paper", selection.where, [{"year": "DESC"}])
    updated = str(state.snapshot.manifest.get("published", "1970-01-01T00:00:00+00:00"))
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    address = site + selection.address()
    _add(root, "title", f"Paper Atlas: {found.total:,} papers")
    _add(root, "id", address)
    _add(root, "updated", updated)
    _link(root, address, "alternate")
    _link(root, str(request.url), "self")
    for paper in state.graph.nodes(found.ids(ENTRIES)):
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, "title", paper.label)
        _add(entry, "id", state.graph.base + paper.id)
        _add(entry, "updated", _time(str(paper.properties.get("date") or paper.properties.get("year") or ""), updated))
        _link(entry, f"{site}/{quote(paper.id)}", "alternate")
        for author in paper.targets("creator"):
            _add(ET.SubElement(entry, f"{{{_ATOM}}}author"), "name", state.graph.label(author))
        if not paper.targets("creator"):
            _add(ET.SubElement(entry, f"{{{_ATOM}}}author"), "name", "unknown")
        _add(entry, "summary", str(paper.properties.get("abstract") or paper.label))
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(text, media_type="application/atom+xml")


def _add(parent: ET.Element, name: str, text: str) -> None:
    # XML 1.0 has no way to write control characters.
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = "".join(c for c in text if c >= " " or c in "\t\n")


def _link(parent: ET.Element, href: str, rel: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"href": href, "rel": rel})


def _time(date: str, fallback: str) -> str:
    """A date of any precision as the time that Atom wants."""
    parts = [p for p in date.split("-") if p.isdigit()]
    if not parts or len(parts[0]) != 4:
        return fallback
    year, month, day = (*parts, "01", "01")[:3]
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}T00:00:00Z"
