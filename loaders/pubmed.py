"""PubMed's XML: the answers of its API and the yearly baseline and daily update files.

https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from loaders import _xml
from loaders._head import Head
from loaders._record import orcid, record
from loaders._stated import fact, mesh_facts
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import doi
from schema.paper import Author, Paper, StatedFact

NAME: Final = "pubmed"
LICENCE: Final = "Citations of the US National Library of Medicine are free to use; abstracts may be under copyright"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TRIAL_BANKS: Final = ("clinicaltrials", "isrctn", "anzctr", "eudract", "chictr", "drks", "ctri", "jprn", "umin", "ntr")
# MARC codes that PubMed uses, as BCP 47 tags; others are left out.
LANGUAGES: Final = {
    "eng": "en", "ger": "de", "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "chi": "zh", "jpn": "ja",
    "kor": "ko", "pol": "pl", "dut": "nl", "swe": "sv", "dan": "da", "nor": "no", "tur": "tr", "ara": "ar", "heb": "he",
    "hun": "hu", "cze": "cs", "per": "fa", "ukr": "uk", "fin": "fi", "gre": "el", "rum": "ro",
}  # fmt: skip


def read(source: Source) -> Records:
    """Papers of the articles, in order, with what MeSH and data banks state of them."""
    return _xml.read_xml(source, ("PubmedArticle", "PubmedBookArticle"), _paper)


def recognises(head: Head) -> float:
    """Certain for PubMed's root elements."""
    return 0.97 if head.xml_root in {"PubmedArticleSet", "PubmedArticle"} else 0.0


def _paper(element: _xml.Element, where: str) -> Paper | Rejected:
    book = _xml.find(element, "BookDocument")
    citation = book if book is not None else _found(element, "MedlineCitation")
    article = book if book is not None else _found(citation, "Article")
    kinds = _xml.texts(article, "PublicationTypeList/PublicationType")
    ids = {i.get("IdType", ""): _xml.text(i) for i in _xml.find_all(element, "PubmedData/ArticleIdList/ArticleId")}
    linked = [_xml.text(e) for e in _xml.find_all(article, "ELocationID") if e.get("EIdType") == "doi"]
    number = _xml.text(citation, "PMID")
    return record(
        NAME, where, raw=_xml.raw_of(element), id=number, pmid=number, pmcid=ids.get("pmc"),
        doi=ids.get("doi") or next(iter(linked), None), title=_title(article), abstract=_abstract(article),
        date=_date(article), authors=[a for a in map(_author, _xml.find_all(article, "AuthorList/Author")) if a],
        venue=_xml.text(article, "Journal/Title") or _xml.text(citation, "MedlineJournalInfo/MedlineTA"),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{number}/", language=LANGUAGES.get(_xml.text(article, "Language")),
        keywords=_xml.texts(citation, "KeywordList/Keyword"), cites=list(_references(element)),
        retracted="Retracted Publication" in kinds or "RetractionIn" in _corrections(citation),
        facts=tuple(_facts(citation, article)),
    )  # fmt: skip


def _found(element: _xml.Element, path: str) -> _xml.Element:
    found = _xml.find(element, path)
    if found is None:
        raise ValueError(f"no {path}")
    return found


def _title(article: _xml.Element) -> str:
    return bare_title(_xml.text(article, "ArticleTitle") or _xml.text(article, "VernacularTitle"))


def bare_title(title: str) -> str:
    """A title without the full stop and the brackets (around translations) that PubMed adds.

    >>> bare_title("[Examples in radiology]."), bare_title("To be continued...")
    ('Examples in radiology', 'To be continued...')
    """
    if title.startswith("[") and title.rstrip(".").endswith("]"):
        title = title.rstrip(".")[1:-1]
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title


def numbered_date(year: str, month: str, day: str) -> str:
    """A date with its month as a number.

    >>> numbered_date("2024", "May", "1"), numbered_date("2024", "Spring", "")
    ('2024-5-1', '2024')
    """
    name = month[:3].casefold()
    number = str(_MONTHS.index(name) + 1) if name in _MONTHS else month if month.isdigit() else ""
    return "-".join(p for p in (year, number, day if number else "") if p)


def _abstract(article: _xml.Element) -> str:
    parts = ((p.get("Label", ""), _xml.text(p)) for p in _xml.find_all(article, "Abstract/AbstractText"))
    return "\n\n".join(f"{label}: {said}" if label and label != "UNLABELLED" else said for label, said in parts if said)


def _date(article: _xml.Element) -> str:
    printed, online = _xml.find(article, "Journal/JournalIssue/PubDate"), _xml.find(article, "ArticleDate")
    for date in (online, printed):
        if date is None:
            continue
        year, month, day = (_xml.text(date, p) for p in ("Year", "Month", "Day"))
        if year:
            return numbered_date(year, month, day)
        return _xml.text(date, "MedlineDate")
    return ""


def _author(element: _xml.Element) -> Author | None:
    family, given = _xml.text(element, "LastName"), _xml.text(element, "ForeName") or _xml.text(element, "Initials")
    name = " ".join(p for p in (given, family, _xml.text(element, "Suffix")) if p) or _xml.text(
        element, "CollectiveName"
    )
    ids = [_xml.text(i) for i in _xml.find_all(element, "Identifier") if i.get("Source") == "ORCID"]
    return Author(name=name, orcid=orcid(ids[0]) if ids else None) if name else None


def _corrections(citation: _xml.Element) -> set[str]:
    notes = _xml.find_all(citation, "CommentsCorrectionsList/CommentsCorrections")
    return {n.get("RefType", "") for n in notes}


def _references(element: _xml.Element) -> Iterator[str]:
    for one in _xml.find_all(element, "PubmedData/ReferenceList/Reference/ArticleIdList/ArticleId"):
        said = _xml.text(one)
        if one.get("IdType") == "pubmed" and said.isdigit():
            yield f"pmid:{int(said)}"
        elif one.get("IdType") == "doi" and doi(said):
            yield f"doi:{doi(said)}"


def _facts(citation: _xml.Element, article: _xml.Element) -> Iterator[StatedFact]:
    seen = set()
    for heading in _xml.find_all(citation, "MeshHeadingList/MeshHeading"):
        name = _xml.find(heading, "DescriptorName")
        if name is None:
            continue
        for said in mesh_facts(name.get("UI", ""), _xml.text(name), _xml.texts(heading, "QualifierName")):
            if (said.relation, said.id or said.name) not in seen:
                seen.add((said.relation, said.id or said.name))
                yield said
    for bank in _xml.find_all(article, "DataBankList/DataBank"):
        title = _xml.text(bank, "DataBankName")
        if title and not title.casefold().replace(".", "").startswith(_TRIAL_BANKS):
            for number in _xml.texts(bank, "AccessionNumberList/AccessionNumber"):
                yield fact("Dataset", f"{title} {number}", f"Data bank: {title} {number}")


LOADER: Final = Loader(
    name=NAME,
    label="PubMed XML",
    suffixes=(".xml",),
    recognises=recognises,
    read=read,
    licence=LICENCE,
    citation="PubMed, US National Library of Medicine",
    homepage="https://pubmed.ncbi.nlm.nih.gov/download/",
    sample="pubmed.xml",
)
