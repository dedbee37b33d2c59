"""Semantic Scholar papers: answers of the Graph API and the `papers` parts of the bulk datasets.

https://api.semanticscholar.org/api-docs/. The bulk parts write their keys
without capitals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id, doi
from schema.paper import Paper

NAME: Final = "semantic-scholar"
_WITHIN: Final = ("data", "recommendedPapers")


def read(source: Source) -> Records:
    """Papers, in order."""
    return read_json(source, _paper, _WITHIN)


def recognises(head: Head) -> float:
    """Certain where objects have a paper id and identifiers of others."""
    keys = {k.casefold() for k in head.json_keys}
    keys |= {p.split("[].", 1)[1].casefold() for w in _WITHIN for p in head.json_paths if p.startswith(f"{w}[].")}
    if {"paperid", "title"} <= keys or {"corpusid", "title"} <= keys:
        return 0.95
    return 0.9 if "corpusid" in keys and "externalids" in keys else 0.0


def _paper(item: Item) -> Paper | Rejected:
    said = {k.casefold(): v for k, v in item.value.items()}
    ids = {k.casefold(): str(v) for k, v in (said.get("externalids") or {}).items() if v}
    number = said.get("paperid") or said.get("corpusid") or ids.get("corpusid")
    venue = said.get("publicationvenue") or {}
    journal = said.get("journal") or {}
    access = said.get("openaccesspdf") or {}
    return record(
        NAME,
        item.where,
        raw=item.raw,
        id=str(number or ""),
        s2_id=str(number or ""),
        title=said.get("title"),
        abstract=said.get("abstract"),
        doi=ids.get("doi"),
        arxiv_id=ids.get("arxiv"),
        pmid=ids.get("pubmed"),
        pmcid=ids.get("pubmedcentral"),
        acl_id=ids.get("acl"),
        year=said.get("year"),
        date=said.get("publicationdate"),
        authors=[a.get("name") for a in said.get("authors") or ()],
        venue=venue.get("name") or said.get("venue") or journal.get("name"),
        url=said.get("url"),
        licence=access.get("license"),
        keywords=_fields(said),
        cites=list(_references(said)),
    )


def _fields(said: dict[str, Any]) -> list[str]:
    return [f.get("category") for f in said.get("s2fieldsofstudy") or ()] or list(said.get("fieldsofstudy") or ())


def _references(said: dict[str, Any]) -> Iterator[str]:
    for one in said.get("references") or ():
        ids = {k.casefold(): str(v) for k, v in (one.get("externalIds") or {}).items() if v}
        if doi(ids.get("doi", "")):
            yield f"doi:{doi(ids['doi'])}"
        elif arxiv_id(ids.get("arxiv", "")):
            yield f"arxiv:{arxiv_id(ids['arxiv'])}"
        elif one.get("paperId"):
            yield f"s2:{one['paperId']}"


LOADER: Final = Loader(
    name=NAME,
    label="Semantic Scholar papers (JSON, JSON Lines)",
    suffixes=(".json", ".jsonl"),
    recognises=recognises,
    read=read,
    licence="ODC-BY 1.0 (datasets); API under its own licence agreement",
    citation="The Semantic Scholar Open Data Platform: Kinney et al. (2023), arXiv:2301.10140",
    homepage="https://www.semanticscholar.org/product/api",
    sample="semantic-scholar.json",
)
