"""EndNote's XML export."""

from __future__ import annotations

from typing import Final

from loaders import _xml
from loaders._head import Head
from loaders._record import record
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Paper

NAME: Final = "endnote"


def read(source: Source) -> Records:
    """Papers of the records, in order."""
    return _xml.read_xml(source, ("record",), _paper)


def recognises(head: Head) -> float:
    """Certain for EndNote's nesting of records."""
    if head.xml_root != "xml":
        return 0.0
    return 0.95 if "<records>" in head.text or "source-app" in head.text else 0.0


def _paper(element: _xml.Element, where: str) -> Paper | Rejected:
    urls = [*_xml.texts(element, "urls/related-urls/url"), *_xml.texts(element, "urls/web-urls/url")]
    accession = _xml.text(element, "accession-num")
    provider = (
        f"{_xml.text(element, 'remote-database-name')} {_xml.text(element, 'remote-database-provider')}".casefold()
    )
    links = " ".join([*urls, _xml.text(element, "electronic-resource-num"), _xml.text(element, "notes")])
    of_pubmed = accession.isdigit() and (
        "medline" in provider or "pubmed" in provider or "nlm" in provider or not provider.strip()
    )
    return record(
        NAME,
        where,
        raw=_xml.raw_of(element),
        title=_xml.text(element, "titles/title"),
        abstract=_xml.text(element, "abstract"),
        doi=_xml.text(element, "electronic-resource-num"),
        pmid=accession if of_pubmed else None,
        pmcid=_xml.text(element, "custom2") if _xml.text(element, "custom2").startswith("PMC") else None,
        arxiv_id=arxiv_id(links) if "arxiv" in links.casefold() else None,
        date=_date(element),
        authors=_xml.texts(element, "contributors/authors/author"),
        venue=_xml.text(element, "periodical/full-title") or _xml.text(element, "titles/secondary-title"),
        url=next(iter(urls), None),
        keywords=_xml.texts(element, "keywords/keyword"),
        language=None,
    )


def _date(element: _xml.Element) -> str:
    year = _xml.text(element, "dates/year")
    day = _xml.text(element, "dates/pub-dates/date")
    return day if year and day.startswith(year) else year


LOADER: Final = Loader(
    name=NAME,
    label="EndNote XML",
    suffixes=(".xml",),
    recognises=recognises,
    read=read,
    licence="As the library's owner decides",
    homepage="https://endnote.com",
    sample="endnote.xml",
)
