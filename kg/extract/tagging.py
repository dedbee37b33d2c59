"""The tagger's scores of a batch, as columns for the readers that decide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kg.extract.reading import Batch
from kg.extract.result_features import Numbers
from kg.extract.tagger import FEATURES, RELATIONS, Tagged

_RESULTS = tuple(i for i, name in enumerate(FEATURES) if name.endswith(RELATIONS[-1]))
TAGGED = (*(f"most {name}" for name in FEATURES), *(f"mean {name}" for name in FEATURES))


def _spans(
    batch: Batch, tagged: Sequence[Tagged], text: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The tagger's columns of character spans, given in title + newline + abstract; sorted by text."""
    out = np.zeros((len(text), len(FEATURES)), np.float32)
    first = np.searchsorted(text, np.arange(len(batch.texts)), "left")
    stop = np.searchsorted(text, np.arange(len(batch.texts)), "right")
    for number, (a, b) in enumerate(zip(first.tolist(), stop.tolist(), strict=True)):
        if b > a:
            out[a:b] = tagged[number].span_features(start[a:b], end[a:b])
    return out


def entity_block(batch: Batch, alive: NDArray[np.int64], tagged: Sequence[Tagged]) -> NDArray[np.float32]:
    """One row per living entity: the best and the mean score over its mentions."""
    if not len(alive):
        return np.zeros((0, len(TAGGED)), np.float32)
    t, m = batch.tokens, batch.mentions
    position = np.full(len(m.first) - 1, -1)
    position[alive] = np.arange(len(alive))
    kept = np.flatnonzero(position[m.entity] >= 0)
    start, last = m.start[kept], m.end[kept] - 1
    text = t.text[start]
    shift = np.where(t.section[start] == 0, 0, _title_lengths(batch)[text] + 1)
    order = np.argsort(text, kind="stable")
    rows = np.empty((len(kept), len(FEATURES)), np.float32)
    rows[order] = _spans(batch, tagged, text[order], (t.start[start] + shift)[order], (t.end[last] + shift)[order])
    heads = np.flatnonzero(np.append(True, np.diff(position[m.entity[kept]]) != 0))
    sizes = np.diff(np.append(heads, len(kept)))[:, None]
    best = np.maximum.reduceat(rows, heads, axis=0)
    mean = np.add.reduceat(rows, heads, axis=0) / sizes
    return np.concatenate([best, mean], axis=1).astype(np.float32)


def number_block(batch: Batch, numbers: Numbers, tagged: Sequence[Tagged]) -> NDArray[np.float32]:
    """One row per number: how much it looks like a result."""
    shift = _title_lengths(batch)[numbers.text] + 1 if len(numbers.text) else numbers.text
    return _spans(batch, tagged, numbers.text, numbers.start + shift, numbers.end + shift)[:, _RESULTS]


def modality_column(tagged: Sequence[Tagged]) -> NDArray[np.float32]:
    """One row per text, one column per modality."""
    return np.stack([t.modalities for t in tagged]).astype(np.float32)


def _title_lengths(batch: Batch) -> NDArray[np.int64]:
    return np.array([len(title) for title, _ in batch.texts], np.int64)
