"""Union-find with memory: what was told to stay apart does, however the chain of reasons runs."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from kg.resolve.signature import unpacked
from kg.resolve.similarity import contradict, identifiers_disagree


class Clusters:
    """Records by number, each a cluster of its own until joined.

    Two clusters whose identifiers disagree, or that hold records kept apart,
    are not joined; nor are two that were found alike by title and whose
    fullest records contradict each other.
    """

    def __init__(self, packed: list[str], rank: list[int]) -> None:
        self._parent = array("q", range(len(packed)))
        self._packed = packed
        self._rank = rank
        self._identified: dict[int, tuple[str, ...]] = {}
        self._faces: dict[int, tuple[int, int]] = {}
        self._sides: dict[int, frozenset[tuple[int, int]]] = {}
        self._refusals = 0

    def keep_apart(self, left: Iterable[int], right: Iterable[int]) -> None:
        """Never let a record of the left and one of the right meet; call before joining."""
        for side, numbers in enumerate((left, right)):
            for number in numbers:
                self._sides[number] = self._sides.get(number, frozenset()) | {(self._refusals, side)}
        self._refusals += 1

    def join(self, first: int, second: int, *, on_title: bool = False, force: bool = False) -> bool:
        """Join the clusters of two records; False where they are one already or must stay apart."""
        one, other = self.root(first), self.root(second)
        if one == other or self._kept_apart(one, other):
            return False
        mine, theirs = self._identifiers(one), self._identifiers(other)
        if not force and (identifiers_disagree(mine, theirs) or (on_title and self._contradict(one, other))):
            return False
        self._parent[other] = one
        self._identified[one] = tuple(dict.fromkeys(mine + theirs))
        self._faces[one] = self._fullest(one, other)
        if sides := self._sides.get(one, frozenset()) | self._sides.get(other, frozenset()):
            self._sides[one] = sides
        return True

    def root(self, number: int) -> int:
        """The record that stands for the cluster."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def members(self) -> Iterable[list[int]]:
        """The records of each cluster."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._parent)):
            found.setdefault(self.root(number), []).append(number)
        return found.values()

    def _identifiers(self, root: int) -> tuple[str, ...]:
        return self._identified.get(root, unpacked(self._packed[root]).identifiers)

    def _contradict(self, one: int, other: int) -> bool:
        pairs = zip(self._face(one), self._face(other), strict=True)
        titles, people = ((unpacked(self._packed[a]), unpacked(self._packed[b])) for a, b in pairs)
        return contradict(titles, people)

    def _face(self, root: int) -> tuple[int, int]:
        """The records of a cluster with the longest title and with the most people."""
        return self._faces.get(root, (root, root))

    def _fullest(self, one: int, other: int) -> tuple[int, int]:
        (title, people), (other_title, other_people) = self._face(one), self._face(other)

        def title_length(number: int) -> tuple[int, int]:
            return len(unpacked(self._packed[number]).title), self._rank[number]

        def people_length(number: int) -> tuple[int, int]:
            return sum(map(len, unpacked(self._packed[number]).authors)), self._rank[number]

        return max(title, other_title, key=title_length), max(people, other_people, key=people_length)

    def _kept_apart(self, one: int, other: int) -> bool:
        theirs = self._sides.get(other, frozenset())
        return any((refusal, 1 - side) in theirs for refusal, side in self._sides.get(one, frozenset()))
