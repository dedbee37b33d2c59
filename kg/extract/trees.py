"""Boosted trees as flat arrays, scored for many rows at once with numpy alone.

Each tree has at most 16 leaves, numbered from left to right. A row starts with all leaves possible; every
split whose condition fails strikes out the leaves to its left, and the lowest leaf that remains is the
row's (Lucchese et al., QuickScorer, SIGIR 2015). So a tree costs a few vector operations over all rows,
without branching. After the first trees, rows that can no longer matter are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MOST_LEAVES = 16
_LOWEST = np.array([(v & -v).bit_length() - 1 if v else 0 for v in range(1 << MOST_LEAVES)], np.uint8)


@dataclass(frozen=True, slots=True)
class Trees:
    """One boosted model: splits (tree by tree) and leaf values; a row's score is the sum of its leaves."""

    first: NDArray[np.int32]  # first split of each tree, and one past the last
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    struck: NDArray[np.uint16]  # leaves that a failed condition strikes out
    under: NDArray[np.uint16]  # all leaves under the split, for explanations
    leaves: NDArray[np.float32]  # (trees, MOST_LEAVES)

    @property
    def count(self) -> int:
        """How many trees there are."""
        return len(self.leaves)

    def margins(self, columns: NDArray[np.float32], start: int = 0, stop: int | None = None) -> NDArray[np.float64]:
        """The summed leaves of trees start..stop for each row; columns are (features, rows)."""
        rows = columns.shape[1]
        total = np.zeros(rows, np.float64)
        fails = np.empty(rows, bool)
        out = np.empty(rows, np.uint16)
        struck = np.empty(rows, np.uint16)
        first = self.first.tolist()
        features, thresholds, masks = self.feature.tolist(), self.threshold, self.struck
        for tree in range(start, self.count if stop is None else stop):
            struck.fill(0)
            for split in range(first[tree], first[tree + 1]):
                np.greater(columns[features[split]], thresholds[split], out=fails)
                np.multiply(fails, masks[split], out=out)
                np.bitwise_or(struck, out, out=struck)
            np.invert(struck, out=struck)
            total += self.leaves[tree].take(_LOWEST.take(struck))
        return total

    def probabilities(self, columns: NDArray[np.float32], head: int = 30, floor: float = -5.0) -> NDArray[np.float32]:
        """Probabilities; rows whose margin after ``head`` trees is below ``floor`` keep that margin."""
        if self.count <= head:
            return _sigmoid(self.margins(columns))
        margin = self.margins(columns, 0, head)
        alive = np.flatnonzero(margin > floor)
        if len(alive):
            margin[alive] += self.margins(np.ascontiguousarray(columns[:, alive]), head)
        return _sigmoid(margin)

    def reasons(self, rows: NDArray[np.float32], how_many: int = 3) -> list[list[tuple[int, float]]]:
        """The features that raised each row's score most: the change of the mean leaf at each split on its way.

        Rows are (rows, features); the answer has up to ``how_many`` (feature, change) per row, the largest first.
        """
        trees = np.repeat(np.arange(self.count), np.diff(self.first))
        below, above = _moves(self, trees)
        out = []
        for row in rows:
            fails = row[self.feature] > self.threshold
            struck = np.zeros(self.count, np.uint16)
            np.bitwise_or.at(struck, trees[fails], self.struck[fails])
            leaf = np.uint16(1) << _LOWEST[~struck].astype(np.uint16)
            passed = (self.under & leaf[trees]) > 0
            moved = np.bincount(self.feature[passed], np.where(fails, above, below)[passed], minlength=len(row))
            best = np.argsort(-moved, kind="stable")[:how_many]
            out.append([(int(f), float(moved[f])) for f in best if moved[f] > 0])
        return out


def _moves(trees: Trees, tree_of: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each split, how far the mean leaf value moves on its left and on its right."""
    bits = np.arange(MOST_LEAVES, dtype=np.uint16)
    values = trees.leaves[tree_of].astype(np.float64)

    def mean(masks: NDArray[np.uint16]) -> NDArray[np.float64]:
        chosen = (masks[:, None] >> bits) & 1
        means: NDArray[np.float64] = (values * chosen).sum(1) / np.maximum(chosen.sum(1), 1)
        return means

    both = mean(trees.under)
    return mean(trees.struck) - both, mean(trees.under & ~trees.struck) - both


def _sigmoid(margin: NDArray[np.float64]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(margin, -30, 30)))).astype(np.float32)


def trees_of(dump: Mapping[str, Any]) -> Trees:
    """Flatten a model as LightGBM dumps it (numeric splits, no missing values)."""
    first, feature, threshold, struck, under = [0], [], [], [], []
    leaves = np.zeros((len(dump["tree_info"]), MOST_LEAVES), np.float32)
    for number, info in enumerate(dump["tree_info"]):
        values: list[float] = []
        splits: list[tuple[int, float, int, int]] = []
        _flatten(info["tree_structure"], values, splits)
        leaves[number, : len(values)] = values
        for column, at, left, both in splits:
            feature.append(column)
            threshold.append(at)
            struck.append(left)
            under.append(both)
        first.append(len(feature))
    return Trees(
        np.array(first, np.int32),
        np.array(feature, np.int32),
        _rounded(threshold),
        np.array(struck, np.uint16),
        np.array(under, np.uint16),
        leaves,
    )


def _rounded(thresholds: list[float]) -> NDArray[np.float32]:
    """Thresholds in single precision that part the same single-precision values as the doubles do."""
    double = np.array(thresholds, np.float64)
    single = double.astype(np.float32)
    return np.where(single > double, np.nextafter(single, np.float32(-np.inf)), single).astype(np.float32)


def _flatten(node: Mapping[str, Any], values: list[float], splits: list[tuple[int, float, int, int]]) -> int:
    if "leaf_value" in node:
        values.append(float(node["leaf_value"]))
        return 1 << (len(values) - 1)
    place = len(splits)
    splits.append((0, 0.0, 0, 0))
    left = _flatten(node["left_child"], values, splits)
    right = _flatten(node["right_child"], values, splits)
    splits[place] = (int(node["split_feature"]), float(node["threshold"]), left, left | right)
    return left | right
