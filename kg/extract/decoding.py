"""From scores to edges: the best candidates first, no span twice, no thing under two rival relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.matrix import RELATIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.extract.candidates import Mentions
    from kg.extract.passages import Tokens

# A thing is used or new, not both.
_RIVALS = {
    "usesDataset": "introducesDataset",
    "introducesDataset": "usesDataset",
    "usesMethod": "proposesMethod",
    "proposesMethod": "usesMethod",
}
_RIVAL = tuple(RELATIONS.index(_RIVALS[r]) if r in _RIVALS else -1 for r in RELATIONS)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entity chosen for a relation (numbers in the batch), with its score."""

    relation: int
    entity: int
    score: float


def choose(
    tokens: Tokens,
    mentions: Mentions,
    entities: NDArray[np.int64],
    scores: NDArray[np.float32],
    thresholds: NDArray[np.float32],
) -> list[list[Choice]]:
    """The edges of each text of a batch; ``scores`` has one row per listed entity and a column per relation."""
    out: list[list[Choice]] = [[] for _ in range(len(tokens.first) - 1)]
    row, relation = np.nonzero(scores >= thresholds[None, :])
    value = scores[row, relation]
    order = np.lexsort((entities[row], relation, -value))
    starts, ends, first = mentions.start, mentions.end, mentions.first
    taken: dict[tuple[int, int], list[list[tuple[int, int]]]] = {}
    held: set[tuple[int, int]] = set()
    for i in order.tolist():
        entity, kind = int(entities[row[i]]), int(relation[i])
        if (entity, _RIVAL[kind]) in held:
            continue
        a, b = int(first[entity]), int(first[entity + 1])
        spans = list(zip(starts[a:b].tolist(), ends[a:b].tolist(), strict=True))
        text = int(tokens.text[spans[0][0]])
        before = taken.setdefault((text, kind), [])
        if any(_covered(spans, other) for other in before):
            continue
        before.append(spans)
        held.add((entity, kind))
        out[text].append(Choice(kind, entity, float(value[i])))
    return out


def _covered(spans: list[tuple[int, int]], other: list[tuple[int, int]]) -> bool:
    hit = sum(any(s < to and start < e for start, to in other) for s, e in spans)
    return 2 * hit >= len(spans)
