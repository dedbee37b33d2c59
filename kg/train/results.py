"""Training of the reader of results: pairs of a number and a metric."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Boundaries
from kg.extract.cues import CLASSES
from kg.extract.model import Curve, Judge, ResultModel
from kg.extract.naming import clean, printed
from kg.extract.reading import Batch
from kg.extract.result_features import Metrics, find_metrics, find_numbers, pairs
from kg.extract.results import metric_keys, metric_lookups, metric_words, number_lookups, pair_columns
from kg.extract.statistics import RateTable, count_rates
from kg.extract.tagger import Tagged
from kg.extract.trees import Trees
from kg.extract.words import Lexicon
from kg.quality.judging import Verdict, figures, judge
from kg.quality.matching import tokens
from kg.train.boosting import SMALL, grow, score
from kg.train.calibration import GRID, best_threshold, isotonic
from kg.train.papers import FOLDS, Paper


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
        return ResultModel(np.zeros(0, np.uint64), tuple(tables), None, None)

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

    def train(
        self, tagged: Sequence[Tagged] | None = None
    ) -> tuple[ResultModel, list[list[dict[str, object]]], list[list[dict[str, object]]] | None]:
        """The model, and the held-out results of each paper without and with the tagger's scores."""
        plain, held = self._judge(None)
        with_tagger, tagged_held = (None, None) if tagged is None else self._judge(tagged)
        known, metrics = self.metrics(frozenset())
        number, metric, _ = pairs(self.batch.tokens, self.numbers, metrics)
        tables = self.learn(frozenset(), metrics, number, metric, self._pair_labels(metrics, number, metric)).tables
        return ResultModel(known, tables, plain, with_tagger), held, tagged_held

    def _judge(self, tagged: Sequence[Tagged] | None) -> tuple[Judge, list[list[dict[str, object]]]]:
        claims: list[tuple[int, int, float, str]] = []  # paper, number, score, metric
        for fold in range(FOLDS):
            self.say(f"results, fold {fold + 1} of {FOLDS}")
            _, metrics = self.metrics(frozenset({fold}))
            claims += self._claims(fold, metrics, self._grow(metrics, frozenset({fold}), tagged), tagged)
        _, metrics = self.metrics(frozenset())
        trees = self._grow(metrics, frozenset(), tagged)
        threshold = best_threshold({t: self._f1(self._held_out(claims, t, None)) for t in GRID.tolist()})
        loose = self._held_out(claims, threshold * 0.6, None)
        seen = [v for p, rows in enumerate(loose) for v in self._verdicts(p, rows) if v.kind != "missed"]
        curve = isotonic(np.array([v.confidence for v in seen]), np.array([v.kind != "wrong" for v in seen], bool))
        judged = Judge((trees,), np.array([threshold], np.float32), (curve,))
        return judged, self._held_out(claims, threshold, curve)

    def _verdicts(self, paper: int, rows: list[dict[str, object]]) -> list[Verdict]:
        found = judge(self.papers[paper].gold, {"title": "", "results": rows}, paper)
        return [v for v in found if v.row == "results"]

    def _grow(self, metrics: Metrics, without: frozenset[int], tagged: Sequence[Tagged] | None) -> Trees:
        number, metric, paired = pairs(self.batch.tokens, self.numbers, metrics)
        labels = self._pair_labels(metrics, number, metric)
        fold = self.fold_of[self.numbers.text[number]]
        rows, kept = [], []
        for inner in range(FOLDS):
            if inner in without:
                continue
            mine = fold == inner
            tables = self.learn(without | {inner}, metrics, number, metric, labels)
            rows.append(self._columns(metrics, number[mine], metric[mine], paired[mine], tables, tagged))
            kept.append(labels[mine])
        (trees,) = grow(np.concatenate(rows), np.concatenate(kept)[:, None], SMALL, self.seed, self.effort)
        return trees

    def _columns(
        self,
        metrics: Metrics,
        number: NDArray[np.int64],
        metric: NDArray[np.int64],
        paired: NDArray[np.float32],
        tables: ResultModel,
        tagged: Sequence[Tagged] | None,
    ) -> NDArray[np.float32]:
        return pair_columns(self.batch, self.numbers, metrics, number, metric, paired, tables, tagged)

    def _claims(
        self, fold: int, metrics: Metrics, trees: Trees, tagged: Sequence[Tagged] | None
    ) -> list[tuple[int, int, float, str]]:
        number, metric, paired = pairs(self.batch.tokens, self.numbers, metrics)
        labels = self._pair_labels(metrics, number, metric)
        tables = self.learn(frozenset({fold}), metrics, number, metric, labels)
        mine = self.fold_of[self.numbers.text[number]] == fold
        number, metric = number[mine], metric[mine]
        scores = score(trees, self._columns(metrics, number, metric, paired[mine], tables, tagged))
        best: dict[int, int] = {}
        for row in np.lexsort((-scores, number)).tolist():
            best.setdefault(int(number[row]), row)
        return [
            (int(self.numbers.text[n]), n, float(scores[r]), self._name(metrics, int(metric[r])))
            for n, r in best.items()
        ]

    def _name(self, metrics: Metrics, metric: int) -> str:
        b = self.batch
        return clean(printed(b.tokens, b.texts, int(metrics.start[metric]), int(metrics.end[metric])))

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
        return figures([v for n, rows in enumerate(held) for v in self._verdicts(n, rows)], ("results",)).f1


def _label(rows: Sequence[dict[str, Any]]) -> int:
    if not rows:
        return 0
    return 1 if any(not r.get("optional") for r in rows) else -1
