"""Learning to read: annotated papers in, a model file and its cross-validated figures out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.extract.code import extract_code
from kg.extract.model import Model
from kg.extract.tagger import Tagged
from kg.train.aliases import learn_aliases
from kg.train.entities import EntityTrainer
from kg.train.modalities import ModalityTrainer
from kg.train.papers import FOLDS, Paper, read_papers
from kg.train.results import ResultTrainer
from schema.annotation import Text

__all__ = ["FOLDS", "Paper", "Trained", "read_papers", "train"]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what it (without the paper in question) claims of each paper it was trained on.

    ``claims`` are those of everything together, ``fast_claims`` those of the fast reader.
    """

    model: Model
    claims: tuple[Mapping[str, Any], ...]
    fast_claims: tuple[Mapping[str, Any], ...]


def train(
    papers: Sequence[Paper],
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
    effort: float = 1.0,
    tagged: Sequence[Tagged] | None = None,
) -> Trained:
    """Train on annotated papers; the same papers and seed give the same model.

    Every threshold and every confidence comes from papers that the model in
    question had not seen (five folds: each fifth paper). ``effort`` scales the number of trees.
    ``tagged`` are the tagger's scores of the papers, each by a tagger that had not seen the paper.
    """
    modalities, *modality_claims = ModalityTrainer(papers, seed, say, effort).train(tagged)
    results, *result_claims = ResultTrainer(papers, seed, say, effort).train(tagged)
    entities, *claims = EntityTrainer(papers, seed, say, effort).train(tagged)
    aliases = learn_aliases(papers)
    code = [extract_code(Text(*p.text), "").as_json() for p in papers]

    def whole(which: int) -> tuple[Mapping[str, Any], ...]:
        modality, result = modality_claims[which] or modality_claims[0], result_claims[which] or result_claims[0]
        assert modality is not None
        assert result is not None
        return tuple(
            {"title": p.text[0], "edges": [*_edges(e), *m], "code": c, "results": r}
            for p, e, m, r, c in zip(papers, claims[which], modality, result, code, strict=True)
        )

    model = Model(version_of(papers, seed), entities, modalities, results, aliases)
    return Trained(model, whole(1), whole(0))


def _edges(claim: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    edges: list[Mapping[str, Any]] = claim["edges"]
    return edges


def version_of(papers: Sequence[Paper], seed: int) -> str:
    """A version that changes with the training data: format, number of papers, digest."""
    digest = hashlib.sha256(repr([(p.text, p.gold) for p in papers]).encode() + str(seed).encode()).hexdigest()
    return f"1.{len(papers)}.{digest[:8]}"
