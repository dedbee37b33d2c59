"""The quality card: how right an extractor is, how sure it may be, and what it gets wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.quality.judging import EDGES, ROWS, Figures, Verdict, figures, judge
from kg.quality.matching import names_of

RESAMPLES = 1000
BINS = 10
CUTS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the card with its 95% intervals (papers drawn anew)."""

    name: str
    figures: Figures
    precision: tuple[float, float]
    recall: tuple[float, float]
    f1: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bin:
    """Claims of like confidence: how many, how sure on average, how many of them right."""

    low: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the card shows."""

    title: str
    papers: int
    rows: tuple[Row, ...]
    status_accuracy: float
    status_support: int
    macro_f1: float
    calibration_error: Mapping[str, float]
    reliability: tuple[Bin, ...]
    cuts: tuple[tuple[float, Figures], ...]
    errors: Mapping[str, Mapping[str, int]]

    def as_json(self) -> dict[str, Any]:
        """Plain values, rounded."""
        return {
            "title": self.title,
            "papers": self.papers,
            "rows": {
                r.name: {
                    "support": r.figures.support,
                    "precision": _3(r.figures.precision),
                    "recall": _3(r.figures.recall),
                    "f1": _3(r.figures.f1),
                }
                | {f"{n} interval": [_3(x) for x in getattr(r, n)] for n in ("precision", "recall", "f1")}
                for r in self.rows
            },
            "code.status accuracy": _3(self.status_accuracy),
            "macro f1": _3(self.macro_f1),
            "expected calibration error": {k: _3(v) for k, v in self.calibration_error.items()},
            "reliability": [
                {"from": b.low, "claims": b.count, "confidence": _3(b.confidence), "right": _3(b.right)}
                for b in self.reliability
            ],
            "by least confidence": [
                {"least": c, "precision": _3(f.precision), "recall": _3(f.recall), "f1": _3(f.f1)} for c, f in self.cuts
            ],
            "errors": {row: dict(kinds) for row, kinds in self.errors.items()},
        }


def _3(value: float) -> float:
    return round(float(value), 3)


def make_card(title: str, golds: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]]) -> Card:
    """Judge claims (one object per annotated paper, in the same order) and sum up."""
    verdicts = [v for n, (g, c) in enumerate(zip(golds, claims, strict=True)) for v in judge(g, c, n)]
    rows = tuple(_row(name, verdicts, (name,), len(golds)) for name in ROWS)
    status = [v for v in verdicts if v.row == "code.status"]
    sure = [v for v in verdicts if v.row in EDGES and v.kind != "missed"]
    edges = [v for v in verdicts if v.row in EDGES]
    return Card(
        title,
        len(golds),
        (*rows, _row("edges (micro)", verdicts, EDGES, len(golds))),
        sum(v.kind == "right" for v in status) / max(len(status), 1),
        len(status),
        sum(r.figures.f1 for r in rows if r.name in EDGES) / len(EDGES),
        {
            name: calibration_error([v for v in verdicts if v.row == name and v.kind != "missed"])
            for name in (*EDGES, "results")
        }
        | {"edges": calibration_error(sure)},
        reliability(sure),
        tuple((cut, _at_least(edges, cut)) for cut in CUTS),
        {row: kinds for row, kinds in _error_kinds(golds, claims, verdicts).items() if kinds},
    )


def _at_least(verdicts: Sequence[Verdict], cut: float) -> Figures:
    right = sum(v.kind == "right" and v.confidence >= cut for v in verdicts)
    wrong = sum(v.kind == "wrong" and v.confidence >= cut for v in verdicts)
    required = sum(v.kind in ("right", "missed") for v in verdicts)
    return Figures(right, wrong, required - right)


def _row(name: str, verdicts: Sequence[Verdict], rows: Sequence[str], papers: int) -> Row:
    counts = np.zeros((papers, 3))
    place = {"right": 0, "wrong": 1, "missed": 2}
    for v in verdicts:
        if v.row in rows and v.kind in place:
            counts[v.paper, place[v.kind]] += 1
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(papers, np.full(papers, 1 / papers), size=RESAMPLES) if papers else np.zeros((1, 0))
    right, wrong, missed = (drawn @ counts).T
    with np.errstate(invalid="ignore", divide="ignore"):
        samples = (right / (right + wrong), right / (right + missed), 2 * right / (2 * right + wrong + missed))
    low_high = [
        tuple(float(x) for x in np.nan_to_num(np.nanquantile(s, (0.025, 0.975))))
        if not np.isnan(s).all()
        else (0.0, 0.0)
        for s in samples
    ]
    return Row(name, figures(verdicts, rows), *low_high)  # type: ignore[arg-type]


def reliability(verdicts: Sequence[Verdict]) -> tuple[Bin, ...]:
    """Claims by confidence in ten bins; an optional edge counts as right, since reporting it is no error."""
    out = []
    for i in range(BINS):
        low, high = i / BINS, (i + 1) / BINS
        some = [v for v in verdicts if low <= v.confidence < high or (i == BINS - 1 and v.confidence == 1)]
        if some:
            sure = sum(v.confidence for v in some) / len(some)
            out.append(Bin(low, len(some), sure, sum(v.kind != "wrong" for v in some) / len(some)))
    return tuple(out)


def calibration_error(verdicts: Sequence[Verdict]) -> float:
    """The expected calibration error: the mean distance of confidence from the share of right claims, over the bins."""
    bins = reliability(verdicts)
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.confidence - b.right) for b in bins) / total if total else 0.0


def _error_kinds(
    golds: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]], verdicts: Sequence[Verdict]
) -> dict[str, Counter[str]]:
    out: dict[str, Counter[str]] = {row: Counter() for row in ROWS}
    wrong: dict[tuple[str, int], list[str]] = {}
    missed: dict[tuple[str, int], list[str]] = {}
    for v in verdicts:
        if v.kind in ("wrong", "missed") and v.row in out:
            (wrong if v.kind == "wrong" else missed).setdefault((v.row, v.paper), []).append(v.what)
    for (row, paper), names in wrong.items():
        others = golds[paper].get("edges") or []
        out[row].update(f"wrong: {_kind(row, n, others, missed.get((row, paper), ()), 'annotated')}" for n in names)
    for (row, paper), names in missed.items():
        others = claims[paper].get("edges") or []
        out[row].update(f"missed: {_kind(row, n, others, wrong.get((row, paper), ()), 'claimed')}" for n in names)
    return out


def _kind(row: str, name: str, edges: Sequence[Mapping[str, Any]], rivals: Sequence[str], verb: str) -> str:
    if row not in EDGES or row == "targetsModality":
        return "other"
    own = names_of({"name": name})
    words = set(own[0]) if own else set()
    for e in edges:
        if e["relation"] != row and any("".join(n) == "".join(o) for n in names_of(e) for o in own):
            return f"{verb} under another relation"
    if any(words & set(names[0]) for r in rivals if (names := names_of({"name": r}))):
        return "another wording or other boundaries"
    return "nothing of the kind annotated" if verb == "annotated" else "nothing of the kind claimed"
