"""Training of the reader of results: pairs of a number and a metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Boundaries
from kg.extract.cues import CLASSES
from kg.extract.model import Curve, ResultModel
from kg.extract.naming import clean, printed
from kg.extract.reading import Batch
from kg.extract.result_features import Metrics, find_metrics, find_numbers, pairs
from kg.extract.results import metric_keys, metric_lookups, metric_words, number_lookups, pair_columns
from kg.extract.statistics import RateTable, count_rates
from kg.extract.trees import Trees
from kg.extract.words import Lexicon
from kg.quality.judging import judge
from kg.quality.matching import tokens
from kg.train.boosting import SMALL, grow, score
from kg.train.calibration import GRID, best_threshold, isotonic
from kg.train.papers import FOLDS, Paper

_NO_TREES = Trees(
    np.zeros(1, np.int32),
    np.zeros(0, np.int32),
    np.zeros(0, np.float32),
    np.zeros(0, np.uint16),
    np.zeros(0, np.uint16),
    np.zeros((0, 16), np.float32),
)
_NO_CURVE = Curve(np.zeros(1, np.float32), np.zeros(1, np.float32))


class ResultTrainer:
    """Reads all papers once; ``train`` gives the model and the held-out results."""

    def __init__(self, papers: Sequence[Paper], seed: int, say: Callable[[str], None], effort: float = 1.0) -> None:
        self.papers, self.seed, self.say, self.effort = papers, seed, say, effort
        none = np.zeros(0, np.uint64)
        self.batch = Batch.read([p.text for p in papers], Lexicon(CLASSES), Boundaries(none, none, none, none))
        self.numbers = find_numbers(self.batch.texts, self.batch.tokens)
        self.fold_of = np.arange(len(papers)) % FOLDS
        self.gold = [self._gold_of(i) for i in range(len(self.numbers.value))]
        self.number_labels = np.array([_label(g) for g in self.gold], np.int8)

    def _gold_of(self, number: int) -> list[dict[str, Any]]:
        rows = self.papers[int(self.numbers.text[number])].gold.get("results") or []
        return [r for r in rows if str(r["value"]).strip() == self.numbers.value[number]]

    def metrics(self, without: frozenset[int]) -> tuple[NDArray[np.uint64], Metrics]:
        """Known names of metrics from the folds that are not in ``without``, and where they stand."""
        seen = {
            r["metric"]
            for i, p in enumerate(self.papers)
            if self.fold_of[i] not in without
            for r in p.gold.get("results") or []
        }
        known = metric_keys(sorted(seen))
        _, heads, stops = metric_words()
        return known, find_metrics(self.batch.tokens, self.batch.table, known, heads, stops)

    def learn(
        self,
        without: frozenset[int],
        metrics: Metrics,
        number: NDArray[np.int64],
        metric: NDArray[np.int64],
        labels: NDArray[np.int8],
    ) -> ResultModel:
        """The tables of counts from the folds that are not in ``without`` (no trees yet)."""
        mine = ~np.isin(self.fold_of[self.numbers.text], list(without))
        paired = mine[number]
        beside = [
            count_rates(k[mine], self.number_labels[mine][:, None], 2, with_optional=True)
            for k in number_lookups(self.batch, self.numbers)
        ]
        named = [
            count_rates(k[metric[paired]], labels[paired][:, None], 2, with_optional=True)
            for k in metric_lookups(self.batch, metrics)
        ]
        tables: list[RateTable] = [*beside, *named]
        return ResultModel(np.zeros(0, np.uint64), tuple(tables), _NO_TREES, 0.5, _NO_CURVE)

    def _pair_labels(self, metrics: Metrics, number: NDArray[np.int64], metric: NDArray[np.int64]) -> NDArray[np.int8]:
        words = [
            set(tokens(printed(self.batch.tokens, self.batch.texts, int(s), int(e))))
            for s, e in zip(metrics.start, metrics.end, strict=True)
        ]
        return np.array(
            [
                _label([r for r in self.gold[n] if set(tokens(r["metric"])) & words[m]])
                for n, m in zip(number.tolist(), metric.tolist(), strict=True)
            ],
            np.int8,
        )

    def train(self) -> tuple[ResultModel, list[list[dict[str, object]]]]:
        """The model, and the held-out results of each paper."""
        claims: list[tuple[int, int, float, str]] = []  # paper, number, score, metric
        for fold in range(FOLDS):
            self.say(f"results, fold {fold + 1} of {FOLDS}")
            _, metrics = self.metrics(frozenset({fold}))
            trees = self._grow(metrics, frozenset({fold}))
            claims += self._claims(fold, metrics, trees)
        known, metrics = self.metrics(frozenset())
        trees = self._grow(metrics, frozenset())
        number, metric, _ = pairs(self.batch.tokens, self.numbers, metrics)
        labels = self._pair_labels(metrics, number, metric)
        tables = self.learn(frozenset(), metrics, number, metric, labels).tables
        threshold = best_threshold({t: self._f1(self._held_out(claims, t, None)) for t in GRID.tolist()})
        loose = self._held_out(claims, threshold * 0.6, None)
        seen = [
            v
            for p, rows in enumerate(loose)
            for v in judge(self.papers[p].gold, {"title": "", "results": rows}, p)
            if v.row == "results" and v.kind != "missed"
        ]
        curve = isotonic(np.array([v.confidence for v in seen]), np.array([v.kind != "wrong" for v in seen], bool))
        return ResultModel(known, tables, trees, threshold, curve), self._held_out(claims, threshold, curve)

    def _grow(self, metrics: Metrics, without: frozenset[int]) -> Trees:
        number, metric, paired = pairs(self.batch.tokens, self.numbers, metrics)
        labels = self._pair_labels(metrics, number, metric)
        fold = self.fold_of[self.numbers.text[number]]
        rows, kept = [], []
        for inner in range(FOLDS):
            if inner in without:
                continue
            mine = fold == inner
            tables = self.learn(without | {inner}, metrics, number, metric, labels)
            rows.append(
                pair_columns(self.batch, self.numbers, metrics, number[mine], metric[mine], paired[mine], tables)
            )
            kept.append(labels[mine])
        (trees,) = grow(np.concatenate(rows), np.concatenate(kept)[:, None], SMALL, self.seed, self.effort)
        return trees

    def _claims(self, fold: int, metrics: Metrics, trees: Trees) -> list[tuple[int, int, float, str]]:
        number, metric, paired = pairs(self.batch.tokens, self.numbers, metrics)
        labels = self._pair_labels(metrics, number, metric)
        tables = self.learn(frozenset({fold}), metrics, number, metric, labels)
        mine = self.fold_of[self.numbers.text[number]] == fold
        number, metric = number[mine], metric[mine]
        scores = score(trees, pair_columns(self.batch, self.numbers, metrics, number, metric, paired[mine], tables))
        best: dict[int, int] = {}
        for row in np.lexsort((-scores, number)).tolist():
            best.setdefault(int(number[row]), row)
        b = self.batch
        return [
            (
                int(self.numbers.text[n]),
                n,
                float(scores[r]),
                clean(printed(b.tokens, b.texts, int(metrics.start[metric[r]]), int(metrics.end[metric[r]]))),
            )
            for n, r in best.items()
        ]

    def _held_out(
        self, claims: Sequence[tuple[int, int, float, str]], threshold: float, curve: Curve | None
    ) -> list[list[dict[str, object]]]:
        out: list[list[dict[str, object]]] = [[] for _ in self.papers]
        for paper, number, value, name in sorted(claims, key=lambda c: c[1]):
            if value >= threshold:
                sure = value if curve is None else curve.at(value)
                out[paper].append({"metric": name, "value": self.numbers.value[number], "confidence": sure})
        return out

    def _f1(self, held: Sequence[list[dict[str, object]]]) -> float:
        right = wrong = missed = 0
        for number, rows in enumerate(held):
            for v in judge(self.papers[number].gold, {"title": "", "results": rows}, number):
                if v.row == "results":
                    right, wrong, missed = (
                        right + (v.kind == "right"),
                        wrong + (v.kind == "wrong"),
                        missed + (v.kind == "missed"),
                    )
        return 2 * right / max(2 * right + wrong + missed, 1)


def _label(rows: Sequence[dict[str, Any]]) -> int:
    if not rows:
        return 0
    return 1 if any(not r.get("optional") for r in rows) else -1
