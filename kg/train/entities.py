"""Training of the readers of named things: statistics, two stages of trees, thresholds, calibration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.extract import features as f
from kg.extract import words
from kg.extract.candidates import MOST_WORDS_KNOWN, Boundaries
from kg.extract.context import context_block
from kg.extract.cues import CLASSES, STOPS
from kg.extract.decoding import choose
from kg.extract.entities import AliasFinder, is_junk
from kg.extract.matrix import RELATIONS, statistics_block
from kg.extract.model import Curve, EntityModel, Judge
from kg.extract.naming import name_of
from kg.extract.reading import Batch
from kg.extract.statistics import Statistics, count_rates, word_weights
from kg.extract.tagger import Tagged
from kg.extract.tagging import entity_block
from kg.quality.judging import NAMED, judge
from kg.train.aliases import learn_aliases
from kg.train.boosting import FIRST, SECOND, grow, score, useful_columns
from kg.train.calibration import GRID, best_threshold, isotonic
from kg.train.labels import entity_labels, inside_names
from kg.train.papers import FOLDS, Paper, folds, unique_keys

_RARE = 0.005  # a word that names hold less often than this
_OFTEN = 30  # ... of at least so many occurrences
_FLOOR = 0.02
_COLUMNS = 180  # of the first stage; those that trees gain most by

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """A fold's living candidates: entity numbers, first-stage scores and columns, labels."""

    alive: NDArray[np.int64]
    scores: NDArray[np.float32]
    columns: NDArray[np.float32]
    labels: NDArray[np.int8]


class EntityTrainer:
    """Holds the folds, read once; ``train`` gives the model and the claims on unseen papers."""

    def __init__(self, papers: Sequence[Paper], seed: int, say: Say, effort: float = 1.0) -> None:
        self.papers, self.seed, self.say, self.effort = papers, seed, say, effort
        self.folds = folds(papers)
        self.lexicon = words.Lexicon(CLASSES)
        self.boundaries = learn_boundaries(papers, self.lexicon)
        self.chosen: NDArray[np.int32] | None = None
        self.batches = [self._batch(fold) for fold in range(FOLDS)]
        self.aliases = [
            AliasFinder(learn_aliases(p for i, p in enumerate(papers) if i % FOLDS != f)) for f in range(FOLDS)
        ]
        self.labels = [entity_labels(b, self._papers(i)) for i, b in enumerate(self.batches)]

    def _papers(self, fold: int) -> list[Paper]:
        return [self.papers[i] for i in self.folds[fold]]

    def _batch(self, fold: int) -> Batch:
        """A fold's texts; names count as known only where other folds annotate them."""
        known: set[int] = set()
        for other in range(FOLDS):
            if other != fold:
                known.update(*(p.name_keys() for p in self._papers(other)))
        b = self.boundaries
        boundaries = Boundaries(b.stops, b.no_start, b.no_end, unique_keys(known))
        return Batch.read([p.text for p in self._papers(fold)], self.lexicon, boundaries)

    def columns(self, fold: int, without: set[int]) -> NDArray[np.float32]:
        """A fold's first-stage columns, with statistics from the folds that are neither it nor in ``without``."""
        statistics = self.statistics([i for i in range(FOLDS) if i != fold and i not in without])
        b = self.batches[fold]
        counted = statistics_block(b.tokens, b.word, b.mentions, b.features, statistics)
        columns = np.concatenate([b.plain, counted], axis=1)
        return columns if self.chosen is None else columns[:, self.chosen]

    def statistics(self, chosen: Sequence[int]) -> Statistics:
        """Counts over some folds: names once per entity, surroundings once per mention."""
        names, name_labels, around, labels = [], [], [], []
        hashes, starts, ends, sentences = [], [], [], []
        token = sentence = 0
        for fold in chosen:
            b, y = self.batches[fold], self.labels[fold]
            m = b.mentions
            _, once = np.unique(m.key ^ (m.entity.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)), return_index=True)
            names.append(b.features.lookups[once])
            name_labels.append(y[m.entity[once]])
            around.append(b.features.lookups)
            labels.append(y[m.entity])
            hashes.append(b.word)
            starts.append(m.start + token)
            ends.append(m.end + token)
            sentences.append(b.tokens.sentence + sentence)
            token += len(b.word)
            sentence += int(b.tokens.sentence.max()) + 1
        by_name, y_name = np.concatenate(names), np.concatenate(name_labels)
        by_place, y_place = np.concatenate(around), np.concatenate(labels)
        tables = [
            count_rates(by_name[:, i], y_name, 1 if i == 0 else 2, with_optional=i == 0)
            if i < f.NAME_TABLES
            else count_rates(by_place[:, i], y_place, 3)
            for i in range(len(f.TABLES))
        ]
        near = word_weights(
            np.concatenate(hashes),
            np.concatenate(starts),
            np.concatenate(ends),
            np.concatenate(sentences),
            y_place,
            f.WINDOW,
        )
        return Statistics(tuple(tables), near)

    def train(
        self, tagged: Sequence[Tagged] | None = None
    ) -> tuple[EntityModel, list[dict[str, object]], list[dict[str, object]]]:
        """The model; and, for each paper, the held-out claims of the fast reader and of the best.

        The second stage reads the tagger's (held-out) scores where they are given; the fast reader is then the
        second stage without them, else the first stage.
        """
        held = self.first_stage()
        second, claims = self.second_stage(held, tagged)
        first_cut, first_curves, fast_claims = self._settle([h.alive for h in held], [h.scores for h in held])
        plain = None
        if tagged is not None:
            plain, fast_claims = self.second_stage(held, None)
        self.say("entities, first stage, on all papers")
        rows = np.concatenate([self.columns(i, set()) for i in range(FOLDS)])
        first = Judge(grow(rows, np.concatenate(self.labels), FIRST, self.seed, self.effort), first_cut, first_curves)
        known = unique_keys(set().union(*(p.name_keys() for p in self.papers)))
        b = self.boundaries
        boundaries = Boundaries(b.stops, b.no_start, b.no_end, known)
        assert self.chosen is not None
        statistics = self.statistics(range(FOLDS))
        model = EntityModel(boundaries, self.chosen, statistics, first, _FLOOR, second, tagged is not None, plain)
        return model, fast_claims, claims

    def first_stage(self) -> list[Held]:
        """Each fold's living candidates, scored by a model that did not see the fold."""
        self.say("entities, choice of columns")
        self.chosen = useful_columns(self.columns(0, set()), self.labels[0], FIRST, self.seed, _COLUMNS)
        out = []
        for fold in range(FOLDS):
            self.say(f"entities, first stage, fold {fold + 1} of {FOLDS}")
            rest = [i for i in range(FOLDS) if i != fold]
            rows = np.concatenate([self.columns(i, {fold}) for i in rest])
            trees = grow(rows, np.concatenate([self.labels[i] for i in rest]), FIRST, self.seed, self.effort)
            own = self.columns(fold, set())
            scores = np.stack([score(t, own) for t in trees], axis=1)
            alive = np.flatnonzero(scores.max(axis=1) > _FLOOR)
            out.append(Held(alive, scores[alive], own[alive], self.labels[fold][alive]))
        return out

    def second_stage(
        self, held: Sequence[Held], tagged: Sequence[Tagged] | None
    ) -> tuple[Judge, list[dict[str, object]]]:
        """Trees over candidates and their rivals; thresholds, calibration and claims from held-out folds."""
        rows = [self._second_columns(i, held[i], tagged) for i in range(FOLDS)]
        labels = [h.labels for h in held]
        scores = []
        for fold in range(FOLDS):
            self.say(f"entities, second stage{' with tagger' if tagged else ''}, fold {fold + 1} of {FOLDS}")
            rest = [i for i in range(FOLDS) if i != fold]
            some, wanted = np.concatenate([rows[i] for i in rest]), np.concatenate([labels[i] for i in rest])
            trees = grow(some, wanted, SECOND, self.seed, self.effort)
            scores.append(np.stack([score(t, rows[fold]) for t in trees], axis=1))
        thresholds, curves, claims = self._settle([h.alive for h in held], scores)
        trees = grow(np.concatenate(rows), np.concatenate(labels), SECOND, self.seed, self.effort)
        return Judge(trees, thresholds, curves), claims

    def _second_columns(self, fold: int, held: Held, tagged: Sequence[Tagged] | None) -> NDArray[np.float32]:
        b = self.batches[fold]
        blocks = [context_block(b.tokens, b.table, b.mentions, held.alive, held.scores), held.columns]
        if tagged is not None:
            blocks.append(entity_block(b, held.alive, [tagged[i] for i in self.folds[fold]]))
        return np.concatenate(blocks, axis=1)

    def _settle(
        self, held: Sequence[NDArray[np.int64]], scores: Sequence[NDArray[np.float32]]
    ) -> tuple[NDArray[np.float32], tuple[Curve, ...], list[dict[str, object]]]:
        """Thresholds with the best F1 per relation, calibration of what passes them, and the claims."""
        f1: dict[str, dict[float, float]] = {r: {} for r in RELATIONS}
        for cut in GRID.tolist():
            counts = self._counts(self._claims(held, scores, np.full(len(RELATIONS), cut, np.float32)))
            for r, (right, wrong, missed) in counts.items():
                f1[r][cut] = 2 * right / max(2 * right + wrong + missed, 1)
        thresholds = np.array([best_threshold(f1[r]) for r in RELATIONS], np.float32)
        claims = self._claims(held, scores, thresholds)
        loose = self._claims(held, scores, thresholds * 0.6)
        curves = []
        for r in RELATIONS:
            seen = [
                v
                for p, c in enumerate(loose)
                for v in judge(self.papers[p].gold, c, p)
                if v.row == r and v.kind != "missed"
            ]
            curves.append(
                isotonic(np.array([v.confidence for v in seen]), np.array([v.kind != "wrong" for v in seen], bool))
            )
        calibrated = [_calibrated(c, curves) for c in claims]
        return thresholds, tuple(curves), calibrated

    def _counts(self, claims: Sequence[dict[str, object]]) -> dict[str, list[int]]:
        counts = {r: [0, 0, 0] for r in RELATIONS}
        place = {"right": 0, "wrong": 1, "missed": 2}
        for number, claim in enumerate(claims):
            for v in judge(self.papers[number].gold, claim, number):
                if v.row in NAMED and v.kind in place:
                    counts[v.row][place[v.kind]] += 1
        return counts

    def _claims(
        self, held: Sequence[NDArray[np.int64]], scores: Sequence[NDArray[np.float32]], thresholds: NDArray[np.float32]
    ) -> list[dict[str, object]]:
        """What the extractor would say of each paper, in the order of the papers."""
        out: list[dict[str, object]] = [{} for _ in self.papers]
        for fold, numbers in enumerate(self.folds):
            b = self.batches[fold]
            chosen = choose(b.tokens, b.mentions, held[fold], scores[fold], thresholds)
            for number, choices in zip(numbers, chosen, strict=True):
                edges = []
                for c in choices:
                    relation = RELATIONS[c.relation]
                    name, others = name_of(b.tokens, b.table, b.texts, b.mentions, c.entity, relation)
                    if is_junk(name):
                        continue
                    names = self.aliases[fold].complete(relation, name, others)
                    edges.append(
                        {
                            "relation": relation,
                            "name": name,
                            "aliases": list(names),
                            "confidence": c.score,
                        }
                    )
                out[number] = {"title": self.papers[number].text[0], "edges": edges}
        return out


def _calibrated(claim: dict[str, object], curves: Sequence[Curve]) -> dict[str, object]:
    edges = claim.get("edges", [])
    assert isinstance(edges, list)
    return claim | {
        "edges": [e | {"confidence": curves[RELATIONS.index(e["relation"])].at(e["confidence"])} for e in edges]
    }


def learn_boundaries(papers: Sequence[Paper], lexicon: words.Lexicon) -> Boundaries:
    """Words that annotated names never hold, never start with, never end with; all annotated names."""
    none = np.zeros(0, np.uint64)
    batch = Batch.read([p.text for p in papers], lexicon, Boundaries(none, none, none, none))
    inside, begins, ends = inside_names(batch, papers, MOST_WORDS_KNOWN)
    unique, at, seen = np.unique(batch.word, return_inverse=True, return_counts=True)

    def never(marks: NDArray[np.bool_]) -> NDArray[np.uint64]:
        share = np.bincount(at, weights=marks, minlength=len(unique)) / seen
        rare: NDArray[np.uint64] = unique[(seen >= _OFTEN) & (share < _RARE)]
        return rare

    stops = np.union1d(never(inside), np.array([words.hash_of(words.fold(w)) for w in STOPS], np.uint64))
    known = unique_keys(set().union(*(p.name_keys() for p in papers)))
    return Boundaries(stops, never(begins), never(ends), known)
