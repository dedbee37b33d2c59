"""Each claim of an extractor judged against annotated papers, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from kg.quality.matching import ALIASES_READ, LENIENT, fold_title, fold_url, meet, names_of, required_first, tokens
from schema.concepts import concepts

NAMED = ("usesDataset", "introducesDataset", "proposesMethod", "usesMethod", "addressesTask", "studiesCondition")
EDGES = (*NAMED, "targetsModality")
ROWS = (*EDGES, "code.urls", "results")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged claim or miss: right, free (optional), wrong or missed; what, of which row and paper, how sure."""

    row: str
    kind: str
    what: str
    paper: int
    confidence: float = 0.0


@cache
def closures() -> dict[str, frozenset[str]]:
    """Each modality with all its broader ones."""
    table = concepts("Modality")

    def up(concept: str) -> frozenset[str]:
        return frozenset({concept}).union(*(up(b) for b in table[concept].broader))

    return {c: up(c) for c in table}


def judge(gold: Mapping[str, Any], claimed: Mapping[str, Any], paper: int) -> list[Verdict]:
    """All verdicts on one paper."""
    out: list[Verdict] = []
    for relation in NAMED:
        out += _judge_named(relation, gold, claimed, paper)
    out += _judge_modalities(gold, claimed, paper)
    out += _judge_code(gold, claimed, paper)
    out += _judge_results(gold, claimed, paper)
    return out


def _of(relation: str, paper: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [e for e in paper.get("edges") or [] if e["relation"] == relation]


def _judge_named(relation: str, gold: Mapping[str, Any], claimed: Mapping[str, Any], paper: int) -> list[Verdict]:
    lenient = relation in LENIENT
    left = [(e, names_of(e)) for e in required_first(_of(relation, gold))]
    taken: list[list[tuple[str, ...]]] = []
    out = []
    for claim in _of(relation, claimed):
        names, sure = names_of(claim, ALIASES_READ), float(claim.get("confidence", 0))
        hit = next((pair for pair in left if meet(pair[1], names, lenient=lenient)), None)
        if hit is not None:
            left.remove(hit)
            taken.append(hit[1])
            out.append(Verdict(relation, "free" if hit[0].get("optional") else "right", claim["name"], paper, sure))
        elif lenient and any(meet(t, names, lenient=True) for t in taken):
            out.append(Verdict(relation, "free", claim["name"], paper, sure))
        else:
            out.append(Verdict(relation, "wrong", claim.get("name") or "?", paper, sure))
    return out + [Verdict(relation, "missed", e["name"], paper) for e, _ in left if not e.get("optional")]


def _judge_modalities(gold: Mapping[str, Any], claimed: Mapping[str, Any], paper: int) -> list[Verdict]:
    up = closures()
    required = {c for e in _of("targetsModality", gold) if not e.get("optional") for c in up[e["id"]]}
    allowed = {c for e in _of("targetsModality", gold) for c in up[e["id"]]}
    sure: dict[str, float] = {}
    for e in _of("targetsModality", claimed):
        for c in up.get(e.get("id") or "?", {e.get("id") or "?"}):
            sure[c] = max(sure.get(c, 0.0), float(e.get("confidence", 0)))
    out = []
    for c in sorted(sure):
        kind = "right" if c in required else "free" if c in allowed else "wrong"
        out.append(Verdict("targetsModality", kind, c, paper, sure[c]))
    return out + [Verdict("targetsModality", "missed", c, paper) for c in sorted(required - set(sure))]


def _judge_code(gold: Mapping[str, Any], claimed: Mapping[str, Any], paper: int) -> list[Verdict]:
    want, got = gold.get("code") or {}, claimed.get("code") or {}
    out = []
    sure = float(got.get("confidence", 1))
    if not want.get("optional"):
        status, found = want.get("status", "none"), got.get("status", "none")
        out.append(
            Verdict("code.status", "right" if status == found else "wrong", f"{status} but got {found}", paper, sure)
        )
    wanted, given = {fold_url(u) for u in want.get("urls") or []}, {fold_url(u) for u in got.get("urls") or []}
    for url in sorted(wanted | given):
        kind = "right" if url in wanted & given else "missed" if url in wanted else "wrong"
        out.append(Verdict("code.urls", kind, url, paper, sure))
    return out


def _judge_results(gold: Mapping[str, Any], claimed: Mapping[str, Any], paper: int) -> list[Verdict]:
    left = list(gold.get("results") or [])
    out = []
    for claim in claimed.get("results") or []:
        metric, value = set(tokens(claim.get("metric") or "")), str(claim.get("value")).strip()
        hit = next((r for r in left if str(r["value"]).strip() == value and set(tokens(r["metric"])) & metric), None)
        what = f"{claim.get('metric')} {value}"
        sure = float(claim.get("confidence", 0))
        if hit is None:
            out.append(Verdict("results", "wrong", what, paper, sure))
            continue
        left.remove(hit)
        out.append(Verdict("results", "free" if hit.get("optional") else "right", what, paper, sure))
    return out + [
        Verdict("results", "missed", f"{r['metric']} {r['value']}", paper) for r in left if not r.get("optional")
    ]


def judge_all(golds: Sequence[Mapping[str, Any]], claims: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """Verdicts on papers paired by title; a paper without claims misses all."""
    by_title = {fold_title(c["title"]): c for c in claims}
    out: list[Verdict] = []
    for number, gold in enumerate(golds):
        out += judge(gold, by_title.get(fold_title(gold["title"]), {}), number)
    return out


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and what follows from them; free claims count neither way."""

    right: int
    wrong: int
    missed: int

    @property
    def support(self) -> int:
        """Required edges."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """Right among right and wrong."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Right among required."""
        return self.right / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


def figures(verdicts: Iterable[Verdict], rows: Sequence[str]) -> Figures:
    """Counts over some rows."""
    counts = {"right": 0, "wrong": 0, "missed": 0, "free": 0}
    for v in verdicts:
        if v.row in rows:
            counts[v.kind] += 1
    return Figures(counts["right"], counts["wrong"], counts["missed"])
