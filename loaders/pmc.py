"""PubMed Central's articles in JATS XML, one or many in a file.

https://jats.nlm.nih.gov/archiving/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from loaders import _xml
from loaders._head import Head
from loaders._record import orcid, record
from loaders._stated import code_in
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import doi
from schema.paper import Author, Paper, StatedFact

NAME: Final = "pmc"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"


def read(source: Source) -> Records:
    """Papers of the articles, in order."""
    return _xml.read_xml(source, ("article",), _paper)


def recognises(head: Head) -> float:
    """Certain for JATS articles."""
    if head.xml_root in {"pmc-articleset", "article", "OAI-PMH"} and re.search(r"<(\w+:)?article-meta\b", head.text):
        return 0.95
    return 0.9 if head.xml_root == "pmc-articleset" else 0.0


def _paper(article: _xml.Element, where: str) -> Paper | Rejected:
    meta = _xml.find(article, "front/article-meta")
    if meta is None:
        return Rejected(where, "bad-record", "The article has no article-meta.", _xml.raw_of(article))
    ids = {i.get("pub-id-type", ""): _xml.text(i) for i in _xml.find_all(meta, "article-id")}
    pmcid = ids.get("pmcid") or ids.get("pmc") or ids.get("pmcaid")
    related = {r.get("related-article-type", "") for r in _xml.find_all(meta, "related-article")}
    return record(
        NAME,
        where,
        raw=_xml.raw_of(article),
        id=pmcid or ids.get("doi"),
        pmcid=pmcid,
        pmid=ids.get("pmid"),
        doi=ids.get("doi"),
        title=_xml.text(meta, "title-group/article-title"),
        abstract=_abstract(meta),
        date=_date(meta),
        authors=[a for a in map(_author, _xml.find_all(meta, "contrib-group/contrib")) if a],
        venue=_xml.text(article, "front/journal-meta/journal-title-group/journal-title"),
        url=f"https://pmc.ncbi.nlm.nih.gov/articles/PMC{pmcid.removeprefix('PMC')}/" if pmcid else None,
        keywords=_xml.texts(meta, "kwd-group/kwd"),
        licence=_licence(meta),
        cites=list(_references(article)),
        language=article.get("{http://www.w3.org/XML/1998/namespace}lang"),
        retracted="retraction-forward" in related,
        facts=tuple(_facts(article)),
    )


def _abstract(meta: _xml.Element) -> str:
    whole = next((a for a in _xml.find_all(meta, "abstract") if not a.get("abstract-type")), None)
    if whole is None:
        return ""
    sections = _xml.find_all(whole, "sec")
    if not sections:
        return "\n\n".join(_xml.texts(whole, "p")) or _xml.text(whole)
    parts = ((_xml.text(s, "title").rstrip(":."), " ".join(_xml.texts(s, "p"))) for s in sections)
    return "\n\n".join(f"{title}: {said}" if title else said for title, said in parts)


def _author(contrib: _xml.Element) -> Author | None:
    if contrib.get("contrib-type", "author") != "author":
        return None
    parts = [_xml.text(contrib, p) for p in ("name/given-names", "name/surname", "name/suffix")]
    name = " ".join(p for p in parts if p) or _xml.text(contrib, "collab") or _xml.text(contrib, "string-name")
    ids = [_xml.text(i) for i in _xml.find_all(contrib, "contrib-id") if i.get("contrib-id-type") == "orcid"]
    return Author(name=name, orcid=orcid(ids[0]) if ids else None) if name else None


def _date(meta: _xml.Element) -> str:
    """The earliest date of publication."""
    dates = []
    for one in _xml.find_all(meta, "pub-date"):
        year, month, day = (_xml.text(one, p) for p in ("year", "month", "day"))
        if year.isdigit():
            numbers = [p.zfill(2) for p in (month, day) if p.isdigit()]
            dates.append("-".join([year, *numbers]))
    return min(dates, default="")


def _licence(meta: _xml.Element) -> str:
    found = _xml.find(meta, "permissions/license")
    return (
        "" if found is None else found.get(_HREF) or _xml.text(found, "license_ref") or found.get("license-type") or ""
    )


def _references(article: _xml.Element) -> Iterator[str]:
    for one in article.iterfind(".//{*}ref-list//{*}pub-id"):
        kind, said = one.get("pub-id-type"), _xml.text(one)
        if kind == "doi" and doi(said):
            yield f"doi:{doi(said)}"
        elif kind == "pmid" and said.isdigit():
            yield f"pmid:{int(said)}"


def _facts(article: _xml.Element) -> Iterator[StatedFact]:
    """Repositories in the statement on the availability of data and code."""
    seen = set()
    for part in (*article.iterfind(".//{*}sec[@sec-type]"), *article.iterfind(".//{*}notes[@notes-type]")):
        kind = f"{part.get('sec-type', '')}{part.get('notes-type', '')}"
        if "availab" not in kind and "accessib" not in kind:
            continue
        links = " ".join(e.get(_HREF, "") for e in part.iterfind(".//{*}ext-link"))
        for said in code_in(f"{_xml.text(part)} {links}", 0.8):
            if said.name not in seen:
                seen.add(said.name)
                yield said


LOADER: Final = Loader(
    name=NAME,
    label="PubMed Central articles (JATS XML)",
    suffixes=(".xml", ".nxml"),
    recognises=recognises,
    read=read,
    licence="As each article states (open access subset: mostly Creative Commons)",
    citation="PubMed Central, US National Library of Medicine",
    homepage="https://pmc.ncbi.nlm.nih.gov/tools/openftlist/",
    sample="pmc.xml",
)
