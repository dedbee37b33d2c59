"""Identifiers of papers: what each source writes, as one `scheme:value`."""

from __future__ import annotations

import re

from schema.ids import arxiv_id
from schema.ids import doi as read_doi
from schema.ids import pmid as read_pmid
from schema.paper import Paper

_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)")


def identifiers(paper: Paper) -> tuple[str, ...]:
    """Every identifier of a record that no other paper shares, as `scheme:value`.

    An arXiv DOI is the arXiv number; numbers inside the page's address count
    where the record's own field is empty.
    """
    doi = paper.doi.casefold() if paper.doi else None
    arxiv = paper.arxiv_id
    inside = _ARXIV_DOI.match(doi or "")
    if inside:
        doi, arxiv = None, arxiv or arxiv_id(inside[1])
    if arxiv is None and paper.url and "arxiv.org/" in paper.url:
        arxiv = arxiv_id(paper.url)
    named = (
        ("arxiv", arxiv and re.sub(r"v\d+$", "", arxiv.casefold())),
        ("doi", doi),
        ("pmid", paper.pmid),
        ("pmcid", paper.pmcid and paper.pmcid.upper()),
        ("openalex", paper.openalex_id and paper.openalex_id.rpartition("/")[2].upper()),
        ("s2", paper.s2_id),
        ("openreview", paper.openreview_id),
        ("acl", paper.acl_id),
    )
    return tuple(f"{scheme}:{value}" for scheme, value in named if value)


def cited_identifier(text: str) -> str | None:
    """The `scheme:value` of an identifier as `Paper.cites` holds it; None where it has no known scheme.

    >>> cited_identifier("DOI:10.1000/ABC"), cited_identifier("arxiv:2401.00001v2"), cited_identifier("shelf 4")
    ('doi:10.1000/abc', 'arxiv:2401.00001', None)
    """
    scheme, _, value = text.strip().partition(":")
    scheme = scheme.casefold()
    if scheme == "doi" and (found := read_doi(value)):
        inside = _ARXIV_DOI.match(found)
        return f"arxiv:{arxiv_id(inside[1])}" if inside and arxiv_id(inside[1]) else f"doi:{found}"
    if scheme == "arxiv" and (found := arxiv_id(value)):
        return f"arxiv:{found.casefold()}"
    if scheme == "pmid" and (found := read_pmid(value)):
        return f"pmid:{found}"
    if scheme == "openalex" and value:
        return f"openalex:{value.rpartition('/')[2].upper()}"
    if scheme in {"pmcid", "s2", "openreview", "acl"} and value:
        return f"{scheme}:{value.upper() if scheme == 'pmcid' else value}"
    return None
