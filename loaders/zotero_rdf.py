"""Zotero's RDF export.

Journals stand as elements of their own that articles point to, before or
behind them, so the file is read twice: names of containers first, papers then.
"""

from __future__ import annotations

import re
from typing import Final

from loaders import _xml
from loaders._head import Head
from loaders._open import seekable
from loaders._record import record
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Paper

NAME: Final = "zotero-rdf"
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PAPERS: Final = (
    "Article",
    "BookSection",
    "Book",
    "Report",
    "Thesis",
    "Manuscript",
    "Document",
    "Description",
    "AcademicArticle",
    "ConferencePaper",
)
_CONTAINERS: Final = ("Journal", "Series", "Conference", "Periodical")
_PAPER_KINDS: Final = re.compile(
    r"article|paper|preprint|report|thesis|book|manuscript|document|section", re.IGNORECASE
)


def read(source: Source) -> Records:
    """Papers of the items, in order; attachments, notes and collections are left out."""
    with seekable(source.stream) as stream:
        again = Source(source.name, source.head, stream, source.columns, source.faults)
        venues: dict[str, str] = {}
        for _, element in _xml.elements(again, _CONTAINERS):
            if not isinstance(element, Rejected) and (about := element.get(f"{_RDF}about")):
                venues[about] = _xml.text(element, "title")
        stream.seek(0)
        yield from _xml.read_xml(again, _PAPERS, lambda element, where: _paper(element, where, venues))


def recognises(head: Head) -> float:
    """Certain for RDF with Zotero's namespace."""
    return 0.95 if head.xml_root == "RDF" and "zotero.org/namespaces" in head.text else 0.0


def _paper(element: _xml.Element, where: str, venues: dict[str, str]) -> Paper | Rejected | None:
    kind = _xml.text(element, "itemType")
    parent = element.getparent()
    if (parent is not None and _xml.local(parent) != "RDF") or (kind and not _PAPER_KINDS.search(kind)):
        return None
    if not kind and _xml.find(element, "title") is None:
        return None
    ids = _xml.texts(element, "identifier")
    about = element.get(f"{_RDF}about", "")
    address = _xml.text(element, "identifier/URI/value") or (about if about.startswith("http") else "")
    said = " ".join([*ids, address, *_xml.texts(element, "description"), _xml.text(element, "seriesTitle")])
    of_doi = next((i for i in ids if i.upper().startswith("DOI ")), address if "doi.org" in address else None)
    return record(
        NAME,
        where,
        raw=_xml.raw_of(element),
        id=about if about.startswith("http") else None,
        title=_xml.text(element, "title"),
        abstract=_xml.text(element, "abstract"),
        doi=of_doi or _container_doi(element),
        arxiv_id=arxiv_id(said) if "arxiv" in said.casefold() else None,
        pmid=(re.search(r"PMID:\s*(\d+)", said) or [None, None])[1],
        pmcid=(re.search(r"PMCID:\s*(PMC\d+)", said) or [None, None])[1],
        date=_xml.text(element, "date"),
        authors=_authors(element),
        venue=_venue(element, venues),
        url=address,
        keywords=_subjects(element),
        language=_xml.text(element, "language") or None,
    )


def _authors(element: _xml.Element) -> list[str]:
    people = _xml.find_all(element, "authors/Seq/li/Person")
    parts = ((_xml.text(p, "givenName") or _xml.text(p, "givenname"), _xml.text(p, "surname")) for p in people)
    return [" ".join(p for p in pair if p) for pair in parts]


def _venue(element: _xml.Element, venues: dict[str, str]) -> str:
    for holder in _xml.find_all(element, "isPartOf"):
        name = (
            _xml.text(holder, "Journal/title") or _xml.text(holder, "Book/title") or _xml.text(holder, "Series/title")
        )
        found = name or venues.get(holder.get(f"{_RDF}resource", ""), "")
        if found:
            return found
    return _xml.text(element, "presentedAt/Conference/title")


def _container_doi(element: _xml.Element) -> str | None:
    ids = _xml.texts(element, "isPartOf/Journal/identifier")
    return next((i for i in ids if i.upper().startswith("DOI ")), None)


def _subjects(element: _xml.Element) -> list[str]:
    plain = [t for s in _xml.find_all(element, "subject") if len(s) == 0 and (t := _xml.text(s))]
    return [*plain, *_xml.texts(element, "subject/AutomaticTag/value")]


LOADER: Final = Loader(
    name=NAME,
    label="Zotero RDF",
    suffixes=(".rdf",),
    recognises=recognises,
    read=read,
    licence="As the library's owner decides",
    homepage="https://www.zotero.org",
    sample="zotero.rdf",
)
