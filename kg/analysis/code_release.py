"""Who releases code: shares by modality, task or year, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.query import Graph

_Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Openness:
    """Papers of one group and how many release code; `low` and `high` bound the share with 95 % confidence."""

    id: str | None
    label: str
    papers: int
    releasing: int
    promising: int
    share: float
    low: float
    high: float


def wilson(successes: int, trials: int, z: float = _Z95) -> tuple[float, float]:
    """The Wilson score interval of a share; (0, 1) where nothing was tried.

    Source: Wilson, JASA 1927, doi:10.1080/01621459.1927.10502953.

    >>> tuple(round(bound, 3) for bound in wilson(8, 10))
    (0.49, 0.943)
    """
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, middle - half), min(1.0, middle + half)


def openness(
    graph: Graph,
    by: str,
    *,
    where: Mapping[str, Any] | None = None,
    min_papers: int = 5,
    min_confidence: float = 0.0,
) -> list[Openness]:
    """The share of papers that release code by the values of a facet ("modality", "task", "year", ...).

    Wider concepts count their narrower ones, as facets do. Groups of fewer than
    `min_papers` are left out; the largest share comes first, then the larger
    group. Raises `BadFilter` for an unknown facet.
    """
    counts = {
        status: {
            (v.id, v.label): v.count
            for v in graph.find("Paper", _both(where, also), min_confidence=min_confidence).facet(by)
        }
        for status, also in (("all", None), ("yes", {"releasesCode": True}), ("soon", {"promisesCode": True}))
    }
    rows = [
        _row(group, papers, counts["yes"].get(group, 0), counts["soon"].get(group, 0))
        for group, papers in counts["all"].items()
        if papers >= min_papers
    ]
    return sorted(rows, key=lambda r: (-r.share, -r.papers, r.label))


def overall(graph: Graph, *, where: Mapping[str, Any] | None = None, min_confidence: float = 0.0) -> Openness:
    """The share over all papers of a filter."""
    papers, yes, soon = (
        graph.find("Paper", _both(where, also), min_confidence=min_confidence).total
        for also in (None, {"releasesCode": True}, {"promisesCode": True})
    )
    return _row((None, "all papers"), papers, yes, soon)


def _both(where: Mapping[str, Any] | None, also: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return {"and": [where, also]} if where and also else where or also


def _row(group: tuple[str | None, str], papers: int, releasing: int, promising: int) -> Openness:
    low, high = wilson(releasing, papers)
    return Openness(*group, papers, releasing, promising, releasing / papers if papers else 0.0, low, high)
