"""Boosted trees as numpy scores them."""

from __future__ import annotations

import numpy as np
import pytest

from kg.extract.trees import trees_of

try:
    import lightgbm
except (ImportError, OSError) as err:  # OSError: the system library libgomp is missing
    pytest.skip(f"LightGBM cannot be loaded: {err}", allow_module_level=True)


@pytest.fixture(scope="module")
def grown():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(800, 6)).astype(np.float32)
    labels = (rows[:, 0] * rows[:, 1] + rows[:, 2] > 0.3).astype(int)
    settings = {"objective": "binary", "num_leaves": 16, "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, labels), 60)
    return rows, booster


def test_numpy_scores_rows_as_lightgbm_does(grown):
    rows, booster = grown
    trees = trees_of(booster.dump_model())

    ours = trees.probabilities(np.ascontiguousarray(rows.T), floor=-np.inf)

    assert np.abs(ours - booster.predict(rows)).max() < 1e-5


def test_rows_that_are_dropped_early_were_far_below_any_threshold(grown):
    rows, booster = grown
    trees = trees_of(booster.dump_model())
    early = trees.probabilities(np.ascontiguousarray(rows.T), head=30, floor=-1.0)
    whole = booster.predict(rows)
    changed = np.abs(early - whole) > 1e-5

    assert changed.any()
    assert whole[changed].max() < 0.5


def test_the_reasons_of_a_row_are_the_features_that_raised_it(grown):
    rows, booster = grown
    trees = trees_of(booster.dump_model())
    best = int(np.argmax(booster.predict(rows)))

    reasons = trees.reasons(rows[best : best + 1], 3)[0]

    assert {column for column, _ in reasons} & {0, 1, 2}
    assert all(change > 0 for _, change in reasons)
