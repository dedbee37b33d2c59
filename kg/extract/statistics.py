"""Counts from annotated papers: how often a name, a head word, a neighbour went with each relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WEIGHT = 2.0  # of the prior, in observations
_DAMPING = 4.0  # of word lifts, in observations


@dataclass(frozen=True, slots=True)
class RateTable:
    """Hash -> smoothed shares per relation (required; with optional) and log(1 + seen)."""

    keys: NDArray[np.uint64]  # sorted
    rows: NDArray[np.float32]  # one per key; the last one is for unknown keys

    def rates(self, keys: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The rows of these keys."""
        if not len(self.keys):
            return np.repeat(self.rows, len(keys), axis=0)
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        at[self.keys[at] != keys] = len(self.keys)
        return self.rows[at]


def count_rates(
    keys: NDArray[np.uint64], labels: NDArray[np.int8], least: int = 2, *, with_optional: bool = False
) -> RateTable:
    """Count labels (1 required, -1 optional, 0 none; one column per relation) by key; rarer keys are dropped."""
    unique, at = np.unique(keys, return_inverse=True)
    size = len(unique)
    seen = np.bincount(at, minlength=size).astype(np.float64)
    required = np.stack([np.bincount(at, weights=column == 1, minlength=size) for column in labels.T], axis=1)
    optional = np.stack([np.bincount(at, weights=column == -1, minlength=size) for column in labels.T], axis=1)
    prior = (labels == 1).sum(0) / np.maximum((labels >= 0).sum(0), 1)
    counted = np.maximum(seen[:, None] - optional, 0)
    parts = [(required + _WEIGHT * prior) / (counted + _WEIGHT)]
    if with_optional:
        parts.append((required + optional + _WEIGHT * prior) / (seen[:, None] + _WEIGHT))
    rows = np.concatenate([*parts, np.log1p(seen)[:, None]], axis=1)
    unknown = np.concatenate([np.tile(prior, len(parts)), [0.0]])
    keep = seen >= least
    # single precision by way of half: what is stored is what was trained on
    table = np.concatenate([rows[keep], unknown[None, :]]).astype(np.float16).astype(np.float32)
    return RateTable(unique[keep], table)


@dataclass(frozen=True, slots=True)
class WordWeights:
    """Per word, what its nearness says about each relation (left half, right half)."""

    words: NDArray[np.uint64]  # sorted hashes
    weights: NDArray[np.float32]  # (words, 2 * relations)

    def of(self, hashes: NDArray[np.uint64]) -> NDArray[np.float32]:
        """The weights of these words; 0 for unknown ones."""
        if not len(self.words):
            return np.zeros((len(hashes), self.weights.shape[1]), np.float32)
        at = np.searchsorted(self.words, hashes)
        at[at == len(self.words)] = 0
        known = self.words[at] == hashes
        found: NDArray[np.float32] = self.weights[at] * known[:, None]
        return found


def word_weights(
    word: NDArray[np.uint64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    sentence: NDArray[np.int64],
    labels: NDArray[np.int8],
    window: int,
) -> WordWeights:
    """Lift of each word left and right of mentions: log of observed over expected, damped."""
    unique, at = np.unique(word, return_inverse=True)
    size = len(unique)
    prior = (labels == 1).sum(0) / np.maximum((labels >= 0).sum(0), 1)
    halves = []
    for side in (-1, 1):
        seen, hits = _around(at, size, start, end, sentence, labels, window, side)
        halves.append(np.log((hits + _DAMPING) / (seen[None, :] * prior[:, None] + _DAMPING)).T)
    keep = np.bincount(at, minlength=size) >= 3
    weights = np.concatenate(halves, axis=1)[keep].astype(np.float16).astype(np.float32)
    return WordWeights(unique[keep], weights)


def _around(
    word: NDArray[np.int64],
    size: int,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    sentence: NDArray[np.int64],
    labels: NDArray[np.int8],
    window: int,
    side: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    seen = np.zeros(size)
    hits = np.zeros((labels.shape[1], size))
    for distance in range(1, window + 1):
        at = start - distance if side < 0 else end + distance - 1
        inside = (at >= 0) & (at < len(word))
        at = np.clip(at, 0, len(word) - 1)
        inside &= sentence[at] == sentence[start]
        near = word[at[inside]]
        seen += np.bincount(near, minlength=size)
        for r in range(labels.shape[1]):
            hits[r] += np.bincount(near, weights=labels[inside, r] == 1, minlength=size)
    return seen, hits


@dataclass(frozen=True, slots=True)
class Statistics:
    """All rate tables, in the order of ``features.TABLES``, and the word weights."""

    tables: tuple[RateTable, ...]
    near: WordWeights
