"""Training of the reader of modalities: a linear model over terms, then trees over terms and names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Boundaries
from kg.extract.cues import CLASSES
from kg.extract.modalities import alias_keys, modality_names
from kg.extract.modality_features import TermModel, find_hits, modality_block, text_terms
from kg.extract.model import Judge, ModalityModel
from kg.extract.reading import Batch
from kg.extract.statistics import RateTable, count_rates
from kg.extract.tagger import Tagged
from kg.extract.tagging import modality_column
from kg.extract.words import Lexicon
from kg.quality.judging import closures, judge
from kg.train.boosting import SMALL, grow, score
from kg.train.calibration import GRID, best_threshold, isotonic
from kg.train.papers import FOLDS, Paper, folds
from schema.concepts import concepts

_FLOOR = 0.08  # score of the linear model below which a concept without a name in the text is not looked at
_LEAST = 3  # papers that a term must occur in
_PENALTY = 0.3


class ModalityTrainer:
    """Reads all papers once; ``train`` gives the model and the held-out claims."""

    def __init__(self, papers: Sequence[Paper], seed: int, say: Callable[[str], None], effort: float = 1.0) -> None:
        self.papers, self.seed, self.say, self.effort = papers, seed, say, effort
        none = np.zeros(0, np.uint64)
        self.batch = Batch.read([p.text for p in papers], Lexicon(CLASSES), Boundaries(none, none, none, none))
        self.names = modality_names()
        self.hits = find_hits(self.batch.tokens, self.batch.table, self.names)
        self.text, self.term = text_terms(self.batch.tokens, self.batch.table)
        self.labels = self._labels()
        self.own = np.zeros(self.labels.shape, bool)
        self.own[self.batch.tokens.text[self.hits.token], self.hits.concept] = True
        self.terms, self.idf, self.matrix = self._matrix()
        self.kernel = (self.matrix @ self.matrix.T).astype(np.float64)
        self._cache: dict[frozenset[int], tuple[NDArray[np.float32], RateTable, NDArray[np.float32]]] = {}

    def _labels(self) -> NDArray[np.int8]:
        place = {c: i for i, c in enumerate(self.names.ids)}
        labels = np.zeros((len(self.papers), len(place)), np.int8)
        for row, paper in zip(labels, self.papers, strict=True):
            for wanted in (True, False):
                for e in paper.edges("targetsModality"):
                    if bool(e.get("optional")) == wanted:
                        row[[place[c] for c in closures()[e["id"]]]] = -1 if wanted else 1
        return labels

    def learn(self, without: frozenset[int]) -> tuple[NDArray[np.float32], RateTable, NDArray[np.float32]]:
        """Linear scores of all papers, rates of names and base rates from the folds that are not in ``without``."""
        if without not in self._cache:
            chosen = self._papers_of(without)
            y = self.labels[chosen]
            base = np.log(((y == 1).sum(0) + 0.5) / ((y >= 0).sum(0) + 1)).astype(np.float16).astype(np.float32)
            dual, mean = self._solve(chosen)
            linear = (self.kernel[:, chosen] @ dual + mean).astype(np.float32)
            self._cache[without] = (linear, self._rates(chosen), base)
        return self._cache[without]

    def _papers_of(self, without: frozenset[int]) -> NDArray[np.int64]:
        return np.array([i for i in range(len(self.papers)) if i % FOLDS not in without], np.int64)

    def _solve(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Ridge regression of all concepts at once, in the dual: required is 1, optional a half, else 0."""
        y = np.where(self.labels[chosen] < 0, 0.5, self.labels[chosen]).astype(np.float64)
        mean = y.mean(axis=0)
        kernel = self.kernel[np.ix_(chosen, chosen)] + _PENALTY * np.eye(len(chosen))
        return np.linalg.solve(kernel, y - mean), mean

    def _matrix(self) -> tuple[NDArray[np.uint64], NDArray[np.float32], NDArray[np.float32]]:
        """Terms of at least three papers, their weights, and the papers as unit vectors over them."""
        unique, at, seen = np.unique(self.term, return_inverse=True, return_counts=True)
        common = seen >= _LEAST
        idf = (np.log(len(self.papers) / seen[common]) + 1).astype(np.float16).astype(np.float32)
        kept = common[at]
        row, column = self.text[kept], (np.cumsum(common) - 1)[at[kept]]
        matrix = np.zeros((len(self.papers), int(common.sum())), np.float32)
        matrix[row, column] = idf[column]
        matrix /= np.sqrt((matrix.astype(np.float64) ** 2).sum(axis=1, keepdims=True)) + 1e-9
        return unique[common], idf, matrix

    def term_model(self) -> TermModel:
        """The linear model from all papers, as weights of terms."""
        dual, mean = self._solve(self._papers_of(frozenset()))
        return TermModel(self.terms, self.idf, _half(self.matrix.T @ dual), _half(mean))

    def _rates(self, chosen: NDArray[np.int64]) -> RateTable:
        """How often each name's concept was meant where the name stood, once per paper."""
        text = self.batch.tokens.text[self.hits.token]
        rows = np.isin(text, chosen)
        cells = np.stack(
            [text[rows].astype(np.uint64), alias_keys(self.hits)[rows], self.hits.concept[rows].astype(np.uint64)], 1
        )
        cells = np.unique(cells, axis=0)
        labels = self.labels[cells[:, 0].astype(np.int64), cells[:, 2].astype(np.int64)]
        return count_rates(cells[:, 1], labels[:, None], 1, with_optional=True)

    def columns(
        self, without: frozenset[int], said: NDArray[np.float32] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(text, concept, column) and the cells that are looked at."""
        linear, rates, base = self.learn(without)
        b = self.batch
        cells = modality_block(
            b.tokens, b.table, self.names, self.hits, linear, rates.rates(alias_keys(self.hits)), base
        )
        if said is not None:
            cells = np.concatenate([cells, said.reshape(-1, 1)], axis=1)
        return cells.reshape(*self.labels.shape, -1), self.own | (linear > _FLOOR)

    def train(
        self, tagged: Sequence[Tagged] | None = None
    ) -> tuple[ModalityModel, list[list[dict[str, object]]], list[list[dict[str, object]]] | None]:
        """The model, and the held-out edges of each paper without and with the tagger's scores."""
        plain, claims = self._judge(None)
        with_tagger, tagged_claims = (None, None) if tagged is None else self._judge(modality_column(tagged))
        _, rates, base = self.learn(frozenset())
        return ModalityModel(self.term_model(), rates, base, _FLOOR, plain, with_tagger), claims, tagged_claims

    def _judge(self, said: NDArray[np.float32] | None) -> tuple[Judge, list[list[dict[str, object]]]]:
        parts = folds(self.papers)
        scores = np.zeros(self.labels.shape, np.float32)
        for fold in range(FOLDS):
            self.say(f"modalities, fold {fold + 1} of {FOLDS}")
            rest = [self._cells(frozenset({fold, i}), parts[i], said) for i in range(FOLDS) if i != fold]
            rows, labels = np.concatenate([r[0] for r in rest]), np.concatenate([r[1] for r in rest])
            (trees,) = grow(rows, labels[:, None], SMALL, self.seed, self.effort)
            columns, open_ = self.columns(frozenset({fold}), said)
            mine = np.zeros_like(open_)
            mine[parts[fold]] = open_[parts[fold]]
            scores[mine] = score(trees, columns[mine])
        every = [self._cells(frozenset({i}), parts[i], said) for i in range(FOLDS)]
        rows, labels = np.concatenate([r[0] for r in every]), np.concatenate([r[1] for r in every])
        final = grow(rows, labels[:, None], SMALL, self.seed, self.effort)
        threshold = best_threshold({t: self._f1(scores, t) for t in GRID.tolist()})
        loose = [v for n in range(len(self.papers)) for v in self._verdicts(scores, n, threshold * 0.6)]
        curve = isotonic(np.array([v[0] for v in loose]), np.array([v[1] for v in loose], bool))
        claims = [self._claims(scores, n, threshold) for n in range(len(self.papers))]
        sure = [[e | {"confidence": curve.at(float(str(e["confidence"])))} for e in edges] for edges in claims]
        return Judge(final, np.array([threshold], np.float32), (curve,)), sure

    def _cells(
        self, without: frozenset[int], numbers: Sequence[int], said: NDArray[np.float32] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        columns, open_ = self.columns(without, said)
        mine = np.zeros_like(open_)
        mine[list(numbers)] = open_[list(numbers)]
        return columns[mine], self.labels[mine]

    def _f1(self, scores: NDArray[np.float32], threshold: float) -> float:
        chosen = scores >= threshold
        up = self.names.above | np.eye(len(self.names.ids), dtype=bool)
        closed = (chosen[:, :, None] & up[None]).any(axis=1)
        right = int((closed & (self.labels == 1)).sum())
        return (
            2
            * right
            / max(2 * right + int((closed & (self.labels == 0)).sum()) + int((~closed & (self.labels == 1)).sum()), 1)
        )

    def _claims(self, scores: NDArray[np.float32], number: int, threshold: float) -> list[dict[str, object]]:
        chosen = scores[number] >= threshold
        broader = (chosen[:, None] & self.names.above).any(axis=0)
        table = concepts("Modality")
        return [
            {
                "relation": "targetsModality",
                "id": (c := self.names.ids[i]),
                "name": table[c].label,
                "confidence": float(scores[number, i]),
            }
            for i in np.flatnonzero(chosen & ~broader).tolist()
        ]

    def _verdicts(self, scores: NDArray[np.float32], number: int, threshold: float) -> list[tuple[float, bool]]:
        claims = self._claims(scores, number, threshold)
        gold = self.papers[number].gold
        out = []
        for c in claims:
            wrong = {
                v.what
                for v in judge(gold, {"title": "", "edges": [c]}, number)
                if v.row == "targetsModality" and v.kind == "wrong"
            }
            out.append((float(str(c["confidence"])), c["id"] not in wrong))
        return out


def _half(values: NDArray[np.floating]) -> NDArray[np.float32]:
    return values.astype(np.float16).astype(np.float32)
