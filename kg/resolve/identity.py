"""Records to papers: which records of however many sources are one paper, with the reason for each merge."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from kg.resolve.blocking import (
    ABSTRACT_HASHES,
    TITLE_HASHES,
    abstract_hashes,
    block_keys,
    candidate_pairs,
    title_hashes,
)
from kg.resolve.clusters import Clusters
from kg.resolve.decisions import Decision, of_type
from kg.resolve.identifiers import identifiers
from kg.resolve.records import own_paper_id
from kg.resolve.signature import signature_of, unpacked
from kg.resolve.similarity import judge
from schema.ids import EntityId, digest
from schema.paper import Paper

_MOST_IN_BLOCK = 20
"""With how many neighbours of a block each record is compared."""
_SCHEMES = ("arxiv-", "doi-", "pmid-", "openalex-", "id-")


@dataclass(frozen=True, slots=True)
class Match:
    """Why two records are one paper: the ids that each alone would have, the rule, how sure it is (0 to 1)."""

    first: EntityId
    second: EntityId
    rule: str
    confidence: float


class Papers:
    """The papers behind records: add every record once in order, `solve`, then ask for the paper of each by number.

    The outcome depends on the set of records and decisions, not on their order.
    """

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._decisions = of_type(decisions, "paper")
        self._packed: list[str] = []
        self._own: list[EntityId] = []
        self._fingerprints = array("q")
        self._keys = array("q")
        self._titles = array("I")
        self._abstracts = array("I")
        self._identifiers = array("q")
        self._ids: list[EntityId] = []
        self._with = np.empty((0, 2), dtype=np.int64)
        self._matches: list[tuple[int, int, str, float]] = []

    def add(self, paper: Paper) -> None:
        """Take the next record."""
        number = len(self._own)
        found = identifiers(paper)
        found = (*found, f"record:{paper.source} {paper.id}") if paper.id else found
        signature = signature_of(paper, found)
        abstract = abstract_hashes(paper.abstract)
        self._own.append(own_paper_id(paper))
        self._packed.append(signature.packed())
        self._fingerprints.append(_number(paper.model_dump_json()))
        titles = title_hashes(signature.title)
        self._keys.extend(block_keys(signature.title, signature.authors, titles, abstract))
        self._titles.extend([0] * TITLE_HASHES if titles is None else titles.tolist())
        self._abstracts.extend([0] * ABSTRACT_HASHES if abstract is None else abstract.tolist())
        for identifier in found:
            self._identifiers.extend((_number(identifier), number))

    def solve(self) -> None:
        """Settle the papers and their ids; call once, after the last record."""
        rank = self._ranks()
        accepted = self._accepted(rank)
        clusters = self._united(accepted, rank, [], [])
        self._name(clusters, rank)
        if self._decisions:
            same, apart = self._decided("merge"), self._decided("split")
            clusters = self._united(accepted, rank, same, apart)
            self._name(clusters, rank)
        pairs = np.frombuffer(self._identifiers, dtype=np.int64).reshape(-1, 2)
        self._with = pairs[np.argsort(pairs[:, 0], kind="stable")].copy()
        del pairs
        self._keys, self._identifiers, self._packed = array("q"), array("q"), []
        self._titles, self._abstracts = array("I"), array("I")

    def paper_of(self, number: int) -> EntityId:
        """The paper of a record by its number in the order of adding."""
        return self._ids[number]

    def paper_with(self, identifier: str) -> EntityId | None:
        """The paper that has an identifier (`scheme:value`); None where no record has it."""
        start, end = np.searchsorted(self._with[:, 0], _number(identifier), side="left"), len(self._with)
        found = []
        while start < end and self._with[start, 0] == _number(identifier):
            found.append(self._ids[self._with[start, 1]])
            start += 1
        # An identifier that several papers claim leads to the first of them by id.
        return min(found, default=None)

    def matches(self) -> Iterator[Match]:
        """The reasons for merging, surest first, each record joined to its paper by one."""
        for first, second, rule, confidence in self._matches:
            better, other = sorted((self._own[first], self._own[second]), key=_preference)
            yield Match(better, other, rule, confidence)

    def _ranks(self) -> list[int]:
        """Each record's place in an order that does not depend on the order of adding."""
        ranks = [0] * len(self._own)
        for place, number in enumerate(sorted(range(len(self._own)), key=self._fingerprints.__getitem__)):
            ranks[number] = place
        return ranks

    def _accepted(self, rank: list[int]) -> list[tuple[int, int, str, float]]:
        """The pairs that are one paper, surest first."""
        if not self._own:
            return []
        found = []
        for first, second in self._candidates(rank):
            a, b = unpacked(self._packed[first]), unpacked(self._packed[second])
            likeness = self._abstract_likeness(first, second) if a.has_abstract and b.has_abstract else None
            verdict = judge(a, b, likeness)
            if verdict:
                low, high = sorted((first, second), key=rank.__getitem__)
                found.append((low, high, *verdict))
        found.sort(key=lambda m: (-m[3], rank[m[0]], rank[m[1]]))
        return found

    def _candidates(self, rank: list[int]) -> Iterator[tuple[int, int]]:
        pairs = sorted(self._identifier_pairs(), key=lambda p: (p[0], rank[p[1]]))
        for place, (hashed, first) in enumerate(pairs):
            for other, second in pairs[place + 1 : place + 1 + _MOST_IN_BLOCK]:
                if other != hashed:
                    break
                yield min(first, second), max(first, second)
        order = np.array(rank, dtype=np.int64)
        for first, second in candidate_pairs(self._keys, self._titles, self._abstracts, order, _MOST_IN_BLOCK):
            yield int(first), int(second)

    def _identifier_pairs(self) -> Iterator[tuple[int, int]]:
        return zip(self._identifiers[::2], self._identifiers[1::2], strict=True)

    def _abstract_likeness(self, first: int, second: int) -> float | None:
        a = self._abstracts[first * ABSTRACT_HASHES : (first + 1) * ABSTRACT_HASHES]
        b = self._abstracts[second * ABSTRACT_HASHES : (second + 1) * ABSTRACT_HASHES]
        if not any(a) or not any(b):
            return None
        return sum(x == y for x, y in zip(a, b, strict=True)) / ABSTRACT_HASHES

    def _united(
        self,
        accepted: list[tuple[int, int, str, float]],
        rank: list[int],
        same: list[tuple[list[int], list[int]]],
        apart: list[tuple[list[int], list[int]]],
    ) -> Clusters:
        clusters = Clusters(self._packed, rank)
        for left, right in apart:
            clusters.keep_apart(left, right)
        self._matches = []
        for first, second, rule, confidence in accepted:
            if clusters.join(first, second, on_title=rule.startswith("title")):
                self._matches.append((first, second, rule, confidence))
        # People speak last, and are not held back by identifiers that disagree.
        for left, right in same:
            for first, second in ((left[0], other) for other in [*left[1:], *right]):
                if clusters.join(first, second, force=True):
                    self._matches.append((first, second, "decision", 1.0))
        return clusters

    def _name(self, clusters: Clusters, rank: list[int]) -> None:
        """Give every paper its id: the best that one of its records has; where two want one, the later has a digest."""
        self._ids = [EntityId("")] * len(self._own)
        wanted = [
            (min((self._own[m] for m in members), key=_preference), min(rank[m] for m in members), members)
            for members in clusters.members()
        ]
        taken: set[str] = set()
        for want, _, members in sorted(wanted, key=lambda w: w[:2]):
            id_, copy = want, 0
            while id_ in taken:
                # Records are told apart by their content, not by their place in this run.
                lowest = min(self._fingerprints[m] for m in members)
                id_, copy = EntityId(f"{want}-{digest(f'{lowest} {copy}', 8)}"), copy + 1
            taken.add(id_)
            for member in members:
                self._ids[member] = id_

    def _decided(self, kind: str) -> list[tuple[list[int], list[int]]]:
        """The records that the decisions of a kind are about."""
        wanted = {id_ for d in self._decisions for id_ in (d.first, d.second)}
        records: dict[str, list[int]] = {}
        for number, (own, id_) in enumerate(zip(self._own, self._ids, strict=True)):
            for name in {own, id_} & wanted if kind == "merge" else {own} & wanted:
                records.setdefault(name, []).append(number)
        pairs = ((records.get(d.first), records.get(d.second)) for d in self._decisions if d.kind == kind)
        return [(left, right) for left, right in pairs if left and right]


def _preference(own: str) -> tuple[int, str]:
    key = own.partition("/")[2]
    order = next((i for i, scheme in enumerate(_SCHEMES) if key.startswith(scheme)), len(_SCHEMES))
    return order, own


def _number(text: str) -> int:
    return int(digest(text, 16), 16) - (1 << 63)
