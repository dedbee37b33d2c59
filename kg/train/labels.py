"""Which candidates annotators would sign: 1 required, -1 optional (left out of the loss), 0 neither."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kg.extract.candidates import Mentions
from kg.extract.matrix import RELATIONS
from kg.extract.naming import printed
from kg.extract.reading import Batch
from kg.quality.matching import LENIENT, Tokens, meet, names_of, required_first, tokens
from kg.train.papers import Paper


def entity_labels(batch: Batch, papers: Sequence[Paper]) -> NDArray[np.int8]:
    """One row per entity of a batch, one column per relation."""
    mentions = batch.mentions
    labels = np.zeros((len(mentions.first) - 1, len(RELATIONS)), np.int8)
    texts = batch.tokens.text[mentions.start[mentions.first[:-1]]]
    wanted = [_wanted(p) for p in papers]
    for entity, text in enumerate(texts.tolist()):
        if not any(wanted[text]):
            continue
        names = entity_names(batch, mentions, entity)
        for column, edges in enumerate(wanted[text]):
            lenient = RELATIONS[column] in LENIENT
            for label, golds in edges:
                if meet(golds, names, lenient=lenient):
                    labels[entity, column] = label
                    break
    return labels


def _wanted(paper: Paper) -> list[list[tuple[int, list[Tokens]]]]:
    return [
        [(-1 if e.get("optional") else 1, names_of(e)) for e in required_first(paper.edges(relation))]
        for relation in RELATIONS
    ]


def entity_names(batch: Batch, mentions: Mentions, entity: int) -> list[Tokens]:
    """The folded forms under which an entity occurs."""
    found: dict[int, Tokens] = {}
    for i in range(int(mentions.first[entity]), int(mentions.first[entity + 1])):
        key = int(mentions.key[i])
        if key not in found:
            found[key] = tokens(printed(batch.tokens, batch.texts, int(mentions.start[i]), int(mentions.end[i])))
    return [t for t in found.values() if t]


def inside_names(
    batch: Batch, papers: Sequence[Paper], most: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """For each token: stands in an annotated name, begins one, ends one."""
    from kg.extract.candidates import keys_by_length

    n = len(batch.tokens.words)
    keys = keys_by_length(batch.tokens, batch.table, most)
    inside, begins, ends = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n, bool)
    for number, paper in enumerate(papers):
        a, b = int(batch.tokens.first[number]), int(batch.tokens.first[number + 1])
        names = np.array(sorted(paper.name_keys()), np.uint64)
        for length in range(1, most + 1):
            for hit in (np.flatnonzero(np.isin(keys[length - 1][a : max(a, b - length + 1)], names)) + a).tolist():
                begins[hit] = ends[hit + length - 1] = True
                inside[hit : hit + length] = True
    return inside, begins, ends
