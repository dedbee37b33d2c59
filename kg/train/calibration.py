"""Thresholds and calibration, both from scores of papers that the model had not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kg.extract.model import Curve

GRID = np.arange(0.1, 0.8, 0.025)


def isotonic(score: NDArray[np.floating], right: NDArray[np.bool_], least: int = 20) -> Curve:
    """A rising curve from scores to shares of right claims, with ``least`` claims a step (pool adjacent violators)."""
    if not len(score):
        return Curve(np.array([0.0, 1.0], np.float32), np.array([0.0, 1.0], np.float32))
    order = np.argsort(score, kind="stable")
    blocks: list[list[float]] = []  # sum of scores, sum of rights, claims
    for s, r in zip(score[order].tolist(), right[order].tolist(), strict=True):
        blocks.append([s, float(r), 1.0])
        while len(blocks) > 1 and (
            blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2] or blocks[-2][2] < least
        ):
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    # one claim more on either side keeps the ends from 0 and 1
    points = [(b[0] / b[2], (b[1] + 0.5) / (b[2] + 1)) for b in blocks]
    return Curve(
        np.array([p[0] for p in points], np.float32),
        np.maximum.accumulate(np.array([p[1] for p in points], np.float32)),
    )


def best_threshold(figures: dict[float, float]) -> float:
    """The threshold with the best figure, smoothed over its neighbours so that chance peaks do not win."""
    grid = sorted(figures)
    values = np.array([figures[t] for t in grid])
    smooth = np.convolve(np.pad(values, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    return float(grid[int(np.argmax(smooth))])
