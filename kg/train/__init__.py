"""Learning to read: annotated papers in, a model file and its cross-validated figures out."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.extract.code import extract_code
from kg.extract.entities import key_of, kind_key
from kg.extract.matrix import RELATIONS
from kg.extract.model import AliasTable, Model
from kg.quality.judging import Verdict, judge
from kg.train.entities import EntityTrainer
from kg.train.modalities import ModalityTrainer
from kg.train.papers import FOLDS, Paper, read_papers
from kg.train.results import ResultTrainer
from schema.annotation import Text

__all__ = ["FOLDS", "Paper", "Trained", "read_papers", "train"]

_LIKE = {"introducesDataset": "usesDataset", "proposesMethod": "usesMethod"}
_MOST_KNOWN = 4


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what it (without the paper in question) claims of each paper it was trained on."""

    model: Model
    claims: tuple[Mapping[str, Any], ...]
    fast_claims: tuple[Mapping[str, Any], ...]

    def verdicts(self, papers: Sequence[Paper], *, fast: bool = False) -> list[Verdict]:
        """The held-out claims, judged."""
        claims = self.fast_claims if fast else self.claims
        return [v for n, c in enumerate(claims) for v in judge(papers[n].gold, c, n)]


def train(
    papers: Sequence[Paper], seed: int = 0, say: Callable[[str], None] = lambda _: None, effort: float = 1.0
) -> Trained:
    """Train on annotated papers; the same papers and seed give the same model.

    Every threshold and every confidence comes from papers that the model in
    question had not seen (five folds: each fifth paper). ``effort`` scales the number of trees.
    """
    modalities, modality_claims = ModalityTrainer(papers, seed, say, effort).train()
    results, result_claims = ResultTrainer(papers, seed, say, effort).train()
    entities, claims, fast_claims = EntityTrainer(papers, seed, say, effort).train()
    aliases = learn_aliases(papers)
    code = [extract_code(Text(*p.text), "").as_json() for p in papers]

    def whole(parts: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            {"title": p.text[0], "edges": [*e["edges"], *m], "code": c, "results": r}
            for p, e, m, r, c in zip(papers, parts, modality_claims, result_claims, code, strict=True)
        )

    model = Model(version_of(papers, seed), entities, modalities, results, aliases)
    return Trained(model, whole(claims), whole(fast_claims))


def version_of(papers: Sequence[Paper], seed: int) -> str:
    """A version that changes with the training data: format, number of papers, digest."""
    digest = hashlib.sha256(repr([(p.text, p.gold) for p in papers]).encode() + str(seed).encode()).hexdigest()
    return f"1.{len(papers)}.{digest[:8]}"


def learn_aliases(papers: Sequence[Paper]) -> AliasTable:
    """For each annotated name, the other names that annotators gave the same thing most often."""
    together: dict[int, Counter[str]] = defaultdict(Counter)
    for paper in papers:
        for relation in RELATIONS:
            for edge in paper.edges(relation):
                names = [edge["name"], *(edge.get("aliases") or [])]
                for name in names:
                    key = kind_key(_LIKE.get(relation, relation), name)
                    together[key].update(n for n in names if key_of(n) != key_of(name) and "\n" not in n)
    keys, first, lines = [], [0], []
    for key in sorted(together):
        best: dict[int, str] = {}
        for name, _ in sorted(together[key].items(), key=lambda pair: (-pair[1], pair[0])):
            best.setdefault(key_of(name), name)
        if best:
            keys.append(key)
            lines.extend(list(best.values())[:_MOST_KNOWN])
            first.append(len(lines))
    text = "\n".join(lines).encode()
    return AliasTable(np.array(keys, np.uint64), np.array(first, np.int64), np.frombuffer(text, np.uint8))
