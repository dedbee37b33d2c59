"""Named things in texts: datasets, methods, tasks and conditions, and what the paper does with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.context import context_block
from kg.extract.decoding import choose
from kg.extract.explaining import reasons_of
from kg.extract.matrix import RELATIONS, statistics_block
from kg.extract.naming import MOST_ALIASES, name_of, passage
from kg.extract.tagging import entity_block
from kg.extract.words import fold, hash_of
from schema.annotation import Annotation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.decoding import Choice
    from kg.extract.model import AliasTable, EntityModel, Judge
    from kg.extract.reading import Batch
    from kg.extract.tagger import Tagged


@dataclass(frozen=True, slots=True)
class Scored:
    """Living candidates of a batch: entity numbers, their first-stage columns, and their scores."""

    entities: NDArray[np.int64]
    columns: NDArray[np.float32]  # (rows, features)
    scores: NDArray[np.float32]


def entity_columns(batch: Batch, model: EntityModel) -> NDArray[np.float32]:
    """The columns of the first stage: one row per column, one column per entity."""
    counted = statistics_block(batch.tokens, batch.word, batch.mentions, batch.features, model.statistics)
    # chosen and turned in one go: the trees read column by column
    by_feature: NDArray[np.float32] = np.concatenate([batch.plain, counted], axis=1).T[model.columns]
    return by_feature


def judge_of(model: EntityModel, *, both: bool) -> Judge:
    """Who decides: the second stage, or for the fast reader the one without the tagger (else the first stage)."""
    if both:
        return model.second
    return model.first if model.plain is None else model.plain


def score_entities(batch: Batch, model: EntityModel, tagged: Sequence[Tagged] | None, *, both: bool) -> Scored:
    """Probabilities of each relation for each candidate that may matter, by the first stage or by both."""
    if not len(batch.mentions.start):
        return Scored(np.zeros(0, np.int64), np.zeros((0, 1), np.float32), np.zeros((0, len(RELATIONS)), np.float32))
    by_feature = np.ascontiguousarray(entity_columns(batch, model))
    first = np.stack([trees.probabilities(by_feature) for trees in model.first.trees], axis=1)
    alive = np.flatnonzero(first.max(axis=1) > model.floor)
    columns, first = np.ascontiguousarray(by_feature[:, alive].T), first[alive]
    judge = judge_of(model, both=both)
    if judge is model.first or not len(alive):
        return Scored(alive, columns, first)
    blocks = [context_block(batch.tokens, batch.table, batch.mentions, alive, first), columns]
    if both and model.needs_tagger:
        assert tagged is not None
        blocks.append(entity_block(batch, alive, tagged))
    by_feature = np.ascontiguousarray(np.concatenate(blocks, axis=1).T)
    scores = np.stack([trees.probabilities(by_feature) for trees in judge.trees], axis=1)
    return Scored(alive, columns, scores)


def extract_entities(
    batch: Batch,
    model: EntityModel,
    aliases: AliasFinder,
    maker: str,
    tagged: Sequence[Tagged] | None = None,
    *,
    both: bool = True,
) -> list[list[Annotation]]:
    """The edges to named things of each text of a batch."""
    scored = score_entities(batch, model, tagged, both=both)
    judge = judge_of(model, both=both)
    chosen = choose(batch.tokens, batch.mentions, scored.entities, scored.scores, judge.thresholds)
    row_of = {int(e): i for i, e in enumerate(scored.entities)}
    why = reasons_of(chosen, row_of, scored.columns, model)
    out: list[list[Annotation]] = []
    for choices in chosen:
        edges = (
            _edge(batch, c, judge.curves[c.relation].at(c.score), aliases, maker, why[c.relation, c.entity])
            for c in choices
        )
        out.append([e for e in edges if e is not None])
    return out


def _edge(
    batch: Batch, choice: Choice, confidence: float, aliases: AliasFinder, maker: str, cues: tuple[str, ...]
) -> Annotation | None:
    name, others = name_of(
        batch.tokens, batch.table, batch.texts, batch.mentions, choice.entity, RELATIONS[choice.relation]
    )
    if is_junk(name):
        return None
    relation = RELATIONS[choice.relation]
    names = aliases.complete(relation, name, others)
    at = _telling_mention(batch, choice.entity)
    return Annotation(relation, name, passage(batch.tokens, batch.texts, at), confidence, maker, None, names, cues)


def _telling_mention(batch: Batch, entity: int) -> int:
    """The first token of the mention whose sentence is shown: the first in the abstract, else the title's."""
    a, b = int(batch.mentions.first[entity]), int(batch.mentions.first[entity + 1])
    starts = batch.mentions.start[a:b]
    in_abstract = starts[batch.tokens.section[starts] == 1]
    return int(in_abstract[0] if len(in_abstract) else starts[0])


_EMPTY = frozenset(
    """
    proposed novel new our the a an this that these its their existing present current same other such various
    several different first method methods model models approach approaches framework frameworks system systems
    network networks algorithm algorithms technique techniques architecture architectures dataset datasets data
    benchmark benchmarks task tasks problem problems work paper study results performance experiments tool tools
    strategy module modules pipeline baseline baselines state of art sota et al corpus database cohort
    url urls http https www link links page code github
    """.split()  # noqa: SIM905
)


def is_junk(name: str) -> bool:
    """Whether a name names nothing: "the proposed method", "our dataset", a bare number.

    >>> is_junk("the proposed method"), is_junk("3.5"), is_junk("U-Net")
    (True, True, False)
    """
    words = name.casefold().replace("-", " ").split()
    return (
        not any(c.isalpha() for c in name)
        or len(name) < 2
        or all(w in _EMPTY or not any(map(str.isalpha, w)) for w in words)
    )


@lru_cache(maxsize=50_000)
def key_of(name: str) -> int:
    """The key under which names meet: folded words, joined."""
    return hash_of("".join(fold(word) for word in name.replace("-", " ").replace("/", " ").split()))


_KIND = {
    "usesDataset": 1,
    "introducesDataset": 1,
    "proposesMethod": 2,
    "usesMethod": 2,
    "addressesTask": 3,
    "studiesCondition": 4,
}


def kind_key(relation: str, name: str) -> int:
    """The key of a name among things of its kind."""
    return key_of(name) ^ (_KIND[relation] << 60)


class AliasFinder:
    """Completes a thing's other names from those that annotators gave it."""

    def __init__(self, table: AliasTable) -> None:
        lines = table.lines()
        self._of = {
            int(k): lines[int(a) : int(b)]
            for k, a, b in zip(table.keys, table.first[:-1], table.first[1:], strict=True)
        }

    def complete(self, relation: str, name: str, others: Sequence[str]) -> tuple[str, ...]:
        """Up to five other names: the text's first, then known ones."""
        known = self._of.get(kind_key(relation, name), ())
        seen = {key_of(n) for n in (name, *others)}
        more = [n for n in known if key_of(n) not in seen]
        return (*others, *more)[:MOST_ALIASES]
