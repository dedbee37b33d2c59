"""What grows and what is missing: counts per year, and common pairs that nobody has tried together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from kg.query import Graph


@dataclass(frozen=True, slots=True)
class Trend:
    """One value of a facet over the years: papers in each, and their share of that year's papers."""

    id: str | None
    label: str
    papers: Mapping[int, int]
    shares: Mapping[int, float]

    @property
    def total(self) -> int:
        """The papers of all years."""
        return sum(self.papers.values())


@dataclass(frozen=True, slots=True)
class Gap:
    """A dataset and a method, both common for a task, in no paper together.

    `expected` is how many papers would join them if they were chosen
    independently of each other.
    """

    dataset: str
    dataset_label: str
    method: str
    method_label: str
    dataset_papers: int
    method_papers: int
    expected: float


def trends(
    graph: Graph, by: str, *, where: Mapping[str, Any] | None = None, first: int = 10, min_confidence: float = 0.0
) -> list[Trend]:
    """The most frequent values of a facet ("task", "modality", ...) by year; papers without a year do not count."""
    years = sorted(int(v.value) for v in graph.find("Paper", where).facet("year") if v.value is not None)
    totals: dict[int, int] = {}
    counts: dict[tuple[str | None, str], dict[int, int]] = {}
    for year in years:
        found = graph.find("Paper", {"and": [where or {}, {"year": year}]}, min_confidence=min_confidence)
        totals[year] = found.total
        for value in found.facet(by):
            counts.setdefault((value.id, value.label), {})[year] = value.count
    rows = [
        Trend(id_, label, {y: by_year.get(y, 0) for y in years}, {y: by_year.get(y, 0) / totals[y] for y in years})
        for (id_, label), by_year in counts.items()
    ]
    return sorted(rows, key=lambda t: (-t.total, t.label))[:first]


def gaps(
    graph: Graph,
    task: str,
    *,
    where: Mapping[str, Any] | None = None,
    min_papers: int = 2,
    first: int = 20,
    min_confidence: float = 0.0,
) -> list[Gap]:
    """Pairs of a dataset and a method that papers on a task use often, and never in one paper.

    Both must stand in `min_papers` papers on the task or more. The pair that
    chance would have joined most often comes first. Raises `BadFilter` for an
    unknown task.
    """
    on_task = {"addressesTask": {"is": graph.resolve("Task", task)}}
    found = graph.find("Paper", {"and": [where, on_task]} if where else on_task, min_confidence=min_confidence)
    datasets, methods, together = Counter[str](), Counter[str](), set[tuple[str, str]]()
    for start in range(0, found.total, 1000):
        for paper in graph.nodes(found.ids(1000, start)):
            sure = [e for e in paper.edges if e.confidence >= min_confidence]
            used = {e.target for e in sure if e.relation in {"usesDataset", "introducesDataset"}}
            tried = {e.target for e in sure if e.relation in {"usesMethod", "proposesMethod"}}
            datasets.update(used)
            methods.update(tried)
            together.update(product(used, tried))
    pairs = [
        (d, m)
        for d, m in product(sorted(datasets), sorted(methods))
        if datasets[d] >= min_papers and methods[m] >= min_papers and (d, m) not in together
    ]
    pairs.sort(key=lambda p: (-datasets[p[0]] * methods[p[1]], p))
    return [
        Gap(d, graph.label(d), m, graph.label(m), datasets[d], methods[m], datasets[d] * methods[m] / found.total)
        for d, m in pairs[:first]
    ]
