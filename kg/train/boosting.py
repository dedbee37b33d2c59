"""Boosted trees by LightGBM, seeded and on one thread, so that the same data give the same trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.extract.trees import Trees, trees_of
from schema.errors import ExtractorError


@dataclass(frozen=True, slots=True)
class Boosting:
    """How trees are grown; the settings below are what cross-validation chose."""

    rounds: int = 150
    keep: float = 1.0  # share of the rows without any label that are trained on
    settings: dict[str, Any] = field(default_factory=dict)


_COMMON: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 15,
    "min_data_in_leaf": 20,
    "lambda_l2": 5,
    "max_bin": 63,
    "bagging_freq": 1,
    "bagging_fraction": 0.8,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
}

FIRST = Boosting(150, 0.3, {"learning_rate": 0.06, "feature_fraction": 0.25})
SECOND = Boosting(150, 1.0, {"learning_rate": 0.05, "num_leaves": 12, "min_data_in_leaf": 25, "feature_fraction": 0.3})
SMALL = Boosting(200, 1.0, {"learning_rate": 0.05, "min_data_in_leaf": 12, "feature_fraction": 0.4})


def grow(
    rows: NDArray[np.float32], labels: NDArray[np.int8], how: Boosting, seed: int, effort: float = 1.0
) -> tuple[Trees, ...]:
    """Trees for each yes-or-no question (a column of labels: 1 yes, 0 no, -1 left out of the loss).

    ``effort`` scales the number of trees. Raises `ExtractorError` without LightGBM.
    """
    rounds = max(1, round(how.rounds * effort))
    return tuple(trees_of(b.dump_model()) for b in _boosters(rows, labels, how, seed, rounds))


def useful_columns(
    rows: NDArray[np.float32], labels: NDArray[np.int8], how: Boosting, seed: int, most: int
) -> NDArray[np.int32]:
    """The columns that a few trees for each question gain most by, sorted."""
    gains = np.zeros(rows.shape[1])
    for booster in _boosters(rows, labels, how, seed, 30):
        gain = booster.feature_importance("gain")
        gains += gain / max(gain.sum(), 1e-9)
    return np.sort(np.argsort(-gains, kind="stable")[:most]).astype(np.int32)


def _boosters(
    rows: NDArray[np.float32], labels: NDArray[np.int8], how: Boosting, seed: int, rounds: int
) -> Iterator[Any]:
    try:
        import lightgbm
    except (ImportError, OSError) as err:  # OSError: it is there, and the system library libgomp is not
        raise ExtractorError(
            f"Training needs LightGBM, which cannot be loaded ({err}): "
            "install paperatlas[train], and on Debian the package libgomp1."
        ) from err
    if how.keep < 1:
        chance = np.random.default_rng(seed).random(len(rows))
        kept = (labels != 0).any(axis=1) | (chance < how.keep)
        rows, labels = rows[kept], labels[kept]
    settings = {**_COMMON, **how.settings}
    data = lightgbm.Dataset(rows, np.zeros(len(rows)), params=settings, free_raw_data=False).construct()
    for number, column in enumerate(labels.T):
        data.set_label((column == 1).astype(np.float32))
        data.set_weight((column >= 0).astype(np.float32))
        yield lightgbm.train({**settings, "seed": seed + number}, data, rounds)


def score(trees: Trees, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of rows, as the extractor computes them."""
    return trees.probabilities(np.ascontiguousarray(rows.T))
