"""What the other candidates of a text say of a candidate: its rivals, its companions, its rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.extract.cues import NAMES
from kg.extract.passages import COMMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.extract.candidates import Mentions
    from kg.extract.passages import Tokens

_AND = NAMES.index("and")
_REACH = 8


def _overlapping(start: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index pairs of overlapping spans (spans sorted by start; the pair in both directions)."""
    low = np.searchsorted(start, start - _REACH, "left")
    own = np.arange(len(start))
    sizes = own - low
    left = np.repeat(own, sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    right = np.arange(len(left)) - first + np.repeat(low, sizes)
    meets = end[right] > start[left]
    left, right = left[meets], right[meets]
    return np.concatenate([left, right]), np.concatenate([right, left])


def _max_into(rows: int, at: NDArray[np.int64], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each row the column-wise greatest of the values sent to it; 0 where none are."""
    out = np.zeros((rows, values.shape[1]), np.float32)
    if len(at):
        order = np.argsort(at, kind="stable")
        at, values = at[order], values[order]
        heads = np.flatnonzero(np.append(True, np.diff(at) != 0))
        out[at[heads]] = np.maximum.reduceat(values, heads, axis=0)
    return out


def context_block(
    tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions, alive: NDArray[np.int64], scores: NDArray[np.float32]
) -> NDArray[np.float32]:
    """One row per living entity (``alive`` sorted, ``scores`` one row each)."""
    rows = len(alive)
    position = np.full(len(mentions.first) - 1, -1)
    position[alive] = np.arange(rows)
    kept = np.flatnonzero(position[mentions.entity] >= 0)
    kept = kept[np.argsort(mentions.start[kept], kind="stable")]
    start, end = mentions.start[kept], mentions.end[kept]
    entity = position[mentions.entity[kept]]
    text = tokens.text[mentions.start[mentions.first[:-1][alive]]]
    left, right = _overlapping(start, end)
    different = entity[left] != entity[right]
    left, right = left[different], right[different]
    wider = (start[right] <= start[left]) & (end[right] >= end[left])
    narrower = (start[right] >= start[left]) & (end[right] <= end[left])
    theirs = scores[entity[right]]
    blocks = [scores]
    kinds = (wider, narrower, ~wider & ~narrower)
    blocks.extend(_max_into(rows, entity[left[kind]], theirs[kind]) for kind in kinds)
    beaten = _max_into(len(start), left, (theirs > scores[entity[left]]).astype(np.float32))
    counts = np.bincount(entity, minlength=rows)[:, None]
    share = np.zeros((rows, scores.shape[1]), np.float32)
    np.add.at(share, entity, beaten)
    blocks.append((share / np.maximum(counts, 1)).astype(np.float32))
    blocks.append(_companions(tokens, table, start, end, entity, scores))
    last = table[tokens.words[mentions.end[mentions.first[:-1][alive]] - 1], 0]
    blocks.append(_best_other(np.stack([text.astype(np.uint64), last], 1), scores))
    blocks.extend(_ranks(text, scores))
    return np.concatenate(blocks, axis=1).astype(np.float32)


def _companions(
    tokens: Tokens,
    table: NDArray[np.uint64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    entity: NDArray[np.int64],
    scores: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Scores of what a candidate is listed with: "A, B and C"."""
    n = len(tokens.words)
    joins = (table[tokens.words, 3] & np.uint64(1 << _AND)) > 0
    at = np.minimum(end, n - 1)
    after = np.where((tokens.gap[at] == COMMA) & ~joins[at], end, np.where(joins[at], end + 1, -1))
    next_at = np.minimum(at + 1, n - 1)
    after = np.where((tokens.gap[at] == COMMA) & joins[at], next_at, after)
    low = np.searchsorted(start, after, "left")
    high = np.searchsorted(start, after, "right")
    sizes = np.where(after >= 0, high - low, 0)
    left = np.repeat(np.arange(len(start)), sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    right = np.arange(len(left)) - first + np.repeat(low, sizes)
    to = np.concatenate([entity[left], entity[right]])
    values = np.concatenate([scores[entity[right]], scores[entity[left]]])
    return _max_into(len(scores), to, values)


def _best_other(group: NDArray[np.uint64], scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The best score of another row of the same group."""
    out = np.zeros_like(scores)
    if not len(scores):
        return out
    mixed = group[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ group[:, 1]
    order = np.argsort(mixed, kind="stable")
    heads = np.flatnonzero(np.append(True, np.diff(mixed[order]) != 0))
    sizes = np.diff(np.append(heads, len(order)))
    best = np.maximum.reduceat(scores[order], heads, axis=0)
    is_best = scores[order] >= np.repeat(best, sizes, axis=0)
    second = np.maximum.reduceat(np.where(is_best, 0, scores[order]), heads, axis=0)
    out[order] = np.where(is_best, np.repeat(second, sizes, axis=0), np.repeat(best, sizes, axis=0))
    return out


def _ranks(text: NDArray[np.int64], scores: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Rank in the text, best and sum of the text's scores, per relation."""
    rank = np.zeros_like(scores)
    for column in range(scores.shape[1]):
        order = np.lexsort((-scores[:, column], text))
        heads = np.flatnonzero(np.append(True, np.diff(text[order]) != 0)) if len(text) else np.zeros(0, np.int64)
        sizes = np.diff(np.append(heads, len(order)))
        rank[order, column] = np.arange(len(order)) - np.repeat(heads, sizes)
    texts = int(text.max()) + 1 if len(text) else 0
    best = _max_into(texts, text, scores)[text]
    total = (
        np.stack([np.bincount(text, weights=c, minlength=texts) for c in scores.T], axis=1)[text] if texts else scores
    )
    return [rank, best, total.astype(np.float32)]


KINDS = (
    "score",
    "wider",
    "narrower",
    "crossing",
    "beaten",
    "companion",
    "same head",
    "rank",
    "best of text",
    "sum of text",
)
