"""Records to papers: which records of however many sources are one paper, with the reason for each merge."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from kg.resolve.records import own_paper_id
from schema.ids import EntityId, arxiv_id, digest
from schema.ids import doi as read_doi
from schema.ids import pmid as read_pmid
from schema.paper import Paper

_PREPRINT_DOI = re.compile(
    r"10\.(?:48550/arxiv|1101/|21203/rs|2139/ssrn|20944/preprints|31219/osf|31234/osf|36227/techrxiv|26434/chemrxiv)"
)
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


@dataclass(frozen=True, slots=True)
class Match:
    """Why two records, by their numbers, are one paper: the rule and how sure it is (0 to 1)."""

    first: int
    second: int
    rule: str
    confidence: float


class Papers:
    """The papers behind records: add every record once in order, then ask for the paper of each by its number."""

    def __init__(self) -> None:
        self._parent = array("q")
        self._by_identifier: dict[int, int] = {}
        self._by_text: dict[int, int] = {}
        self._own: list[str] = []
        self._fingerprint: list[int] = []
        self._matches: list[Match] = []
        self._ids: list[EntityId] = []

    def add(self, paper: Paper) -> None:
        """Take the next record."""
        number = len(self._parent)
        self._parent.append(number)
        self._own.append(own_paper_id(paper))
        self._fingerprint.append(_number(f"{paper.title}\t{paper.abstract}\t{paper.source}\t{paper.id}"))
        for identifier in identifiers(paper):
            earlier = self._by_identifier.setdefault(_number(identifier), number)
            if earlier != number:
                self._join(earlier, number, identifier.partition(":")[0], 1.0)
        # The same text by the same people is the same paper, whatever its sources call it.
        text = _number("\t".join((paper.title, paper.abstract, *(a.name for a in paper.authors))))
        earlier = self._by_text.setdefault(text, number)
        if earlier != number and paper.abstract:
            self._join(earlier, number, "text", 1.0)

    def solve(self) -> None:
        """Settle the papers and their ids; call once, after the last record."""
        clusters: dict[int, list[int]] = {}
        for number in range(len(self._parent)):
            clusters.setdefault(self._root(number), []).append(number)
        self._ids = [EntityId("")] * len(self._parent)
        taken: set[str] = set()
        ranked = sorted(clusters.values(), key=self._rank)
        for members in ranked:
            wanted = min((self._own[m] for m in members), key=_preference)
            bare, copy = wanted, 0
            while wanted in taken:
                mark = digest(f"{min(self._fingerprint[m] for m in members)} {copy}", 8)
                wanted, copy = f"{bare}-{mark}", copy + 1
            taken.add(wanted)
            for member in members:
                self._ids[member] = EntityId(wanted)

    def paper_of(self, number: int) -> EntityId:
        """The paper of a record by its number in the order of adding."""
        return self._ids[number]

    def paper_with(self, identifier: str) -> EntityId | None:
        """The paper that has an identifier (`scheme:value`); None where no record has it."""
        number = self._by_identifier.get(_number(identifier))
        return None if number is None else self._ids[number]

    def matches(self) -> Iterator[Match]:
        """The reasons for merging, in the order of adding."""
        return iter(self._matches)

    def _rank(self, members: list[int]) -> tuple[str, int]:
        return (
            min((self._own[m] for m in members), key=_preference),
            min(self._fingerprint[m] for m in members),
        )

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def _join(self, first: int, second: int, rule: str, confidence: float) -> None:
        self._matches.append(Match(first, second, rule, confidence))
        low, high = sorted((self._root(first), self._root(second)))
        self._parent[high] = low


_SCHEMES = ("arxiv-", "doi-", "pmid-", "openalex-", "id-")


def _preference(own: str) -> tuple[int, str]:
    key = own.partition("/")[2]
    order = next((i for i, scheme in enumerate(_SCHEMES) if key.startswith(scheme)), len(_SCHEMES))
    return order, own


def _number(text: str) -> int:
    return int(digest(text, 16), 16) - (1 << 63)
