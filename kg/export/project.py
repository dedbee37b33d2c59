"""Projections through shared papers, the backbone of a weighted graph and its largest component."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby, product
from typing import Final

from kg.export._graph import Link
from kg.export.options import class_name, relation_name
from schema.errors import BadRequest, LimitExceeded
from schema.vocabulary import EDGES, class_of

MOST_PAIRS: Final = 20_000_000
"""More pairs than this are not counted in memory: about 2 GB."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Two classes and the relations of papers through which their members are joined."""

    left: str
    right: str
    relations: frozenset[str]

    @property
    def name(self) -> str:
        """The relation of the projected links, e.g. "dataset-dataset:usesDataset"."""
        joined = "+".join(e.name for e in EDGES if e.name in self.relations)
        return f"{self.left.lower()}-{self.right.lower()}:{joined}"


def read_projection(spec: str) -> Projection:
    """Read "dataset-dataset:usesDataset", "method-task" or "paper-paper:usesDataset+usesMethod".

    Without relations, all that lead from papers to the two classes count.
    Raises `BadRequest` where a class or relation is unknown or does not fit.

    >>> read_projection("dataset-dataset:usesDataset").name
    'dataset-dataset:usesDataset'
    """
    ends, _, names = spec.partition(":")
    parts = ends.split("-")
    if len(parts) != 2:
        raise BadRequest(f"project is written class-class or class-class:relation, e.g. dataset-dataset, not {spec!r}.")
    left, right = (class_name(p) for p in parts)
    if (left == "Paper") != (right == "Paper"):
        raise BadRequest(f"{spec!r} is no projection: papers and {max(left, right)} are joined already.")
    fitting = [e.name for e in EDGES if e.domain == "Paper" and e.range != "Paper" and _fits(e.range, left, right)]
    given = [relation_name(n) for n in names.replace(",", "+").split("+") if n]
    if wrong := [n for n in given if n not in fitting]:
        raise BadRequest(f"{wrong[0]} does not join {left} and {right}; these do: {', '.join(fitting)}.")
    return Projection(left, right, frozenset(given or fitting))


def classes_of(spec: str | None) -> frozenset[str]:
    """The classes of nodes in a projection; empty without one."""
    if spec is None:
        return frozenset()
    read = read_projection(spec)
    return frozenset({read.left, read.right})


def projected(links: Iterable[Link], spec: str, min_weight: float = 0.0) -> list[Link]:
    """Join entities that stand with the same paper, or papers that share an entity.

    The weight is the number of shared papers (or entities); `association` is
    the weight over what chance would give: w * n / (a * b), where a and b are
    the counts of either end and n that of all (van Eck and Waltman 2009).
    Raises `LimitExceeded` past `MOST_PAIRS` pairs.
    """
    read = read_projection(spec)
    shared, alone, total = _coupled(links, read) if read.left == "Paper" else _together(links, read)
    return [
        Link(a, b, read.name, float(weight), 1.0, round(weight * total / (alone[a] * alone[b]), 6))
        for (a, b), weight in sorted(shared.items())
        if weight >= min_weight
    ]


def backbone(links: list[Link], level: float) -> list[Link]:
    """The links that the disparity filter finds significant at `level` for either end.

    Source: Serrano, Boguñá and Vespignani, PNAS 2009, doi:10.1073/pnas.0808904106.
    """
    strength: dict[str, float] = defaultdict(float)
    degree: Counter[str] = Counter()
    for link in links:
        for end in link[:2]:
            strength[end] += link.weight
            degree[end] += 1

    def chance(end: str, weight: float) -> float:
        return float((1 - weight / strength[end]) ** (degree[end] - 1)) if degree[end] > 1 else 1.0

    return [link for link in links if min(chance(link.source, link.weight), chance(link.target, link.weight)) < level]


def largest_component(nodes: Iterable[str], links: Iterable[Link]) -> set[str]:
    """The nodes of the largest connected part, directions aside; of equal parts the one with the first id."""
    parent = {n: n for n in nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for link in links:
        one, two = sorted((root(link.source), root(link.target)))
        parent[two] = one
    parts: dict[str, set[str]] = defaultdict(set)
    for node in parent:
        parts[root(node)].add(node)
    return min(parts.values(), key=lambda part: (-len(part), min(part)), default=set())


_Pairs = tuple[Counter[tuple[str, str]], Counter[str], int]


def _fits(range_: str, left: str, right: str) -> bool:
    return left == "Paper" or range_ in {left, right}


def _by_paper(links: Iterable[Link], read: Projection) -> Iterator[tuple[str, list[str]]]:
    wanted = (link for link in links if link.relation in read.relations)
    for paper, group in groupby(wanted, key=lambda link: link.source):
        yield paper, sorted({link.target for link in group})


def _together(links: Iterable[Link], read: Projection) -> _Pairs:
    shared: Counter[tuple[str, str]] = Counter()
    alone: Counter[str] = Counter()
    total = 0
    for _, targets in _by_paper(links, read):
        total += 1
        alone.update(targets)
        if read.left == read.right:
            shared.update(combinations(targets, 2))
        else:
            lefts = [t for t in targets if class_of(t).name == read.left]
            rights = [t for t in targets if class_of(t).name == read.right]
            shared.update(product(lefts, rights))
        _check_size(len(shared))
    return shared, alone, total


def _coupled(links: Iterable[Link], read: Projection) -> _Pairs:
    papers_of: dict[str, list[str]] = defaultdict(list)
    alone: Counter[str] = Counter()
    for paper, targets in _by_paper(links, read):
        alone[paper] = len(targets)
        for target in targets:
            papers_of[target].append(paper)
    _check_size(sum(len(p) * (len(p) - 1) // 2 for p in papers_of.values()))
    shared: Counter[tuple[str, str]] = Counter()
    for papers in papers_of.values():
        shared.update(combinations(sorted(papers), 2))
    return shared, alone, len(papers_of)


def _check_size(pairs: int) -> None:
    if pairs > MOST_PAIRS:
        raise LimitExceeded(
            f"The projection has {pairs:,} pairs, more than {MOST_PAIRS:,}. "
            "Take fewer papers (where, ego) or a relation with fewer papers to each entity."
        )
