"""Numbers that an abstract reports for its own work, each with its metric."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.cues import STOPS
from kg.extract.entities import key_of
from kg.extract.naming import clean, passage, printed
from kg.extract.passages import EDGE
from kg.extract.result_features import Metrics, Numbers, find_metrics, find_numbers, number_block, pairs
from kg.extract.tagging import number_block as tagged_numbers
from kg.extract.words import fold, hash_of
from schema.annotation import ResultAnnotation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.model import ResultModel
    from kg.extract.reading import Batch
    from kg.extract.tagger import Tagged

_DELTA = frozenset(
    """
    improve improves improved improving improvement improvements increase increases increased increasing gain gains
    higher lower reduce reduces reduced reducing reduction reductions decrease decreases decreased outperform
    outperforms outperformed outperforming surpass surpasses surpassing surpassed exceed exceeds exceeding boost
    boosts boosting faster fewer less better drop drops declined degradation relative absolute more smaller speedup
    """.split()  # noqa: SIM905
)
_REACHED = frozenset(
    """
    to of achieve achieves achieved achieving reaching reached reaches was is attained attains obtains obtained
    yields
    """.split()  # noqa: SIM905
)


@cache
def metric_words() -> tuple[tuple[str, ...], NDArray[np.uint64], NDArray[np.uint64]]:
    """Names of metrics, and the hashes of head words of metrics and of stop words."""
    text = resources.files("kg.extract").joinpath("tables", "metrics.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    cut = lines.index("[heads]")
    return tuple(lines[:cut]), _hashes(lines[cut + 1 :]), _hashes(STOPS)


def _hashes(words: Sequence[str] | frozenset[str]) -> NDArray[np.uint64]:
    return np.unique(np.array([hash_of(fold(w)) for w in words], np.uint64))


def metric_keys(more: Sequence[str] = ()) -> NDArray[np.uint64]:
    """The keys of all known names of metrics."""
    return np.unique(np.array([key_of(n) for n in (*metric_words()[0], *more)], np.uint64))


def number_lookups(batch: Batch, numbers: Numbers) -> list[NDArray[np.uint64]]:
    """Hashes of what stands beside each number."""
    word, gap, n = batch.word, batch.tokens.gap, len(batch.word)
    mix = np.uint64(31)

    def beside(first: int, second: int, edge: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """The word at ``first`` tokens from each number, and it with the one at ``second``; 0 beyond the section."""
        at = numbers.token + first
        inside = (at >= 0) & (at < n)
        inside &= gap[np.clip(at + edge, 0, n - 1)] != EDGE
        one = np.where(inside, word[np.clip(at, 0, n - 1)], np.uint64(0))
        further = numbers.token + second
        inside &= (further >= 0) & (further < n)
        inside &= gap[np.clip(further + edge, 0, n - 1)] != EDGE
        return one, one * mix + np.where(inside, word[np.clip(further, 0, n - 1)], np.uint64(0))

    (after, two_after), (before, two_before) = beside(1, 2, 0), beside(-1, -2, 1)
    return [after, before, two_after, two_before]


def metric_lookups(batch: Batch, metrics: Metrics) -> list[NDArray[np.uint64]]:
    """Hashes of each metric's name and last word."""
    return [metrics.key, batch.word[metrics.end - 1]]


def pair_columns(
    batch: Batch,
    numbers: Numbers,
    metrics: Metrics,
    number: NDArray[np.int64],
    metric: NDArray[np.int64],
    paired: NDArray[np.float32],
    model: ResultModel,
    tagged: Sequence[Tagged] | None = None,
) -> NDArray[np.float32]:
    """The columns of each pair of a number and a metric."""
    beside = [t.rates(k[number]) for t, k in zip(model.tables[:4], number_lookups(batch, numbers), strict=True)]
    named = [t.rates(k[metric]) for t, k in zip(model.tables[4:], metric_lookups(batch, metrics), strict=True)]
    alone = number_block(batch.texts, batch.tokens, batch.table, numbers)[number]
    said = [] if tagged is None else [tagged_numbers(batch, numbers, tagged)[number]]
    return np.concatenate([paired, alone, *beside, *named, *said], axis=1)


def extract_results(
    batch: Batch, model: ResultModel, maker: str, tagged: Sequence[Tagged] | None = None
) -> list[list[ResultAnnotation]]:
    """The results of each text of a batch, in the order of the text."""
    out: list[list[ResultAnnotation]] = [[] for _ in batch.texts]
    numbers = find_numbers(batch.texts, batch.tokens)
    _, heads, stops = metric_words()
    metrics = find_metrics(batch.tokens, batch.table, model.metrics, heads, stops)
    if not len(numbers.value) or not len(metrics.start):
        return out
    number, metric, paired = pairs(batch.tokens, numbers, metrics)
    if not len(number):
        return out
    if tagged is None or model.tagged is None:
        tagged, judge = None, model.plain
    else:
        judge = model.tagged
    assert judge is not None
    columns = pair_columns(batch, numbers, metrics, number, metric, paired, model, tagged)
    scores = judge.trees[0].probabilities(np.ascontiguousarray(columns.T))
    best: dict[int, int] = {}
    for row in np.lexsort((-scores, number)).tolist():
        best.setdefault(int(number[row]), row)
    for n, row in sorted(best.items()):
        if scores[row] >= judge.thresholds[0]:
            confidence = judge.curves[0].at(float(scores[row]))
            out[int(numbers.text[n])].append(_result(batch, numbers, metrics, n, int(metric[row]), confidence, maker))
    return out


def _result(
    batch: Batch, numbers: Numbers, metrics: Metrics, number: int, metric: int, confidence: float, maker: str
) -> ResultAnnotation:
    token = int(numbers.token[number])
    name = clean(printed(batch.tokens, batch.texts, int(metrics.start[metric]), int(metrics.end[metric])))
    unit = numbers.unit[number].lstrip("\\- ") or None
    return ResultAnnotation(
        name,
        numbers.value[number],
        passage(batch.tokens, batch.texts, token),
        confidence,
        maker,
        unit,
        None,
        _is_delta(batch, token),
    )


def _is_delta(batch: Batch, token: int) -> bool:
    """Whether the words before a number (or just after it) tell of a change rather than a level."""
    tokens = batch.tokens
    section = batch.texts[int(tokens.text[token])][int(tokens.section[token])]
    first = max(token - 6, int(np.searchsorted(tokens.sentence, tokens.sentence[token], "left")))
    before = [section[int(tokens.start[i]) : int(tokens.end[i])].casefold() for i in range(first, token)]
    last = min(token + 4, int(np.searchsorted(tokens.sentence, tokens.sentence[token], "right")))
    after = [section[int(tokens.start[i]) : int(tokens.end[i])].casefold() for i in range(token + 1, last)]
    if section[max(int(tokens.start[token]) - 1, 0)] == "+":
        return True
    for word in reversed(before):
        if word in _DELTA:
            return True
        if word in _REACHED:
            return False
    return any(w in _DELTA for w in after)
