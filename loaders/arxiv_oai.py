"""Records that arXiv hands out for harvesting (OAI-PMH), in its formats arXiv, arXivRaw and oai_dc.

https://info.arxiv.org/help/oa/index.html. The date of submission is the
record's `created` or its first version; the header's datestamp is not.
"""

from __future__ import annotations

from typing import Final

from loaders import _xml
from loaders._head import Head
from loaders._record import record
from loaders._stated import code_in
from loaders.arxiv_atom import CITATION, LICENCE, is_withdrawn
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id, doi
from schema.paper import Paper

NAME: Final = "arxiv-oai"


def read(source: Source) -> Records:
    """Papers of the records of a harvest, in its order; records that are only marked as deleted are left out."""
    return _xml.read_xml(source, ("record", "error"), _paper)


def recognises(head: Head) -> float:
    """Certain for OAI-PMH answers with arXiv's elements."""
    if head.xml_root not in {"OAI-PMH", "ListRecords", "records", "record"}:
        return 0.0
    return 0.95 if "oai:arXiv.org:" in head.text or "arxiv.org/OAI/arXiv" in head.text else 0.0


def _paper(element: _xml.Element, where: str) -> Paper | Rejected | None:
    if _xml.local(element) == "error":
        answer = f"{element.get('code', '')} {_xml.text(element)}".strip()
        return None if element.get("code") == "noRecordsMatch" else Rejected(where, "source-error", answer)
    header = _xml.find(element, "header")
    if header is not None and header.get("status") == "deleted":
        return None
    for form, make in (("arXiv", _arxiv), ("arXivRaw", _raw), ("dc", _dc)):
        said = _xml.find(element, f"metadata/{form}")
        if said is not None:
            return make(said, where)
    return Rejected(
        where, "bad-record", "The record has no metadata of arXiv, arXivRaw or oai_dc.", _xml.raw_of(element)
    )


def _arxiv(said: _xml.Element, where: str) -> Paper | Rejected:
    authors = [
        " ".join(filter(None, (_xml.text(a, "forenames"), _xml.text(a, "keyname"), _xml.text(a, "suffix"))))
        for a in _xml.find_all(said, "authors/author")
    ]
    return _common(said, where, authors=authors, date=_xml.text(said, "created"))


def _raw(said: _xml.Element, where: str) -> Paper | Rejected:
    return _common(
        said, where, authors=split_authors(_xml.text(said, "authors")), date=_mail_date(_xml.text(said, "version/date"))
    )


def _common(said: _xml.Element, where: str, authors: list[str], date: str) -> Paper | Rejected:
    number = _xml.text(said, "id")
    comment = _xml.text(said, "comments")
    return record(
        NAME, where, raw=_xml.raw_of(said), title=_xml.text(said, "title"), abstract=_xml.text(said, "abstract"),
        id=number, arxiv_id=number, doi=_xml.text(said, "doi"), date=date, authors=authors,
        venue=_xml.text(said, "journal-ref"), url=f"https://arxiv.org/abs/{number}", licence=_xml.text(said, "license"),
        keywords=_xml.text(said, "categories").split(), retracted=is_withdrawn(comment), facts=tuple(code_in(comment)),
    )  # fmt: skip


def _dc(said: _xml.Element, where: str) -> Paper | Rejected:
    ids = _xml.texts(said, "identifier")
    # The first description is the abstract; comments and licences may follow.
    descriptions = _xml.texts(said, "description")
    number = next((a for a in (arxiv_id(i) for i in ids if "arxiv.org" in i) if a), None)
    return record(
        NAME,
        where,
        raw=_xml.raw_of(said),
        title=_xml.text(said, "title"),
        abstract=descriptions[0] if descriptions else "",
        id=number,
        arxiv_id=number,
        doi=next((d for d in map(doi, ids) if d), None),
        date=_xml.text(said, "date"),
        authors=_xml.texts(said, "creator"),
        keywords=_xml.texts(said, "subject"),
        url=ids[0] if ids else None,
    )


def split_authors(line: str) -> list[str]:
    """Names out of arXiv's line of authors, affiliations in brackets left out.

    >>> split_authors("A. One (MIT), B. Two and C. Three")
    ['A. One', 'B. Two', 'C. Three']
    """
    depth, plain = 0, []
    for c in line:
        depth += (c == "(") - (c == ")" and depth > 0)
        plain.append(c if depth == 0 and c != ")" else "")
    names = "".join(plain).replace(" and ", ",").split(",")
    return [n.strip() for n in names if n.strip()]


def _mail_date(said: str) -> str:
    """The day of "Mon, 2 Apr 2007 19:18:42 GMT" as 2007-04-02."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    parts = said.split()
    if len(parts) >= 4 and parts[2] in months:
        return f"{parts[3]}-{months.index(parts[2]) + 1:02}-{parts[1]:0>2}"
    return said


LOADER: Final = Loader(
    name=NAME,
    label="arXiv harvests (OAI-PMH: arXiv, arXivRaw, oai_dc)",
    suffixes=(".xml",),
    recognises=recognises,
    read=read,
    licence=LICENCE,
    citation=CITATION,
    homepage="https://info.arxiv.org/help/oa/",
    sample="arxiv-oai.xml",
)
