"""Numbers of an abstract and the metrics named near them: candidate pairs and what they look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.candidates import is_in, keys_by_length
from kg.extract.cues import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.passages import Tokens

NUMBER = re.compile(r"(?<![\w.,/])(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<=\s)\.\d+)(?![\d])")
_UNIT = re.compile(
    r"\s?(?:\\?%|percent(?:age)?(?:[- ]points?)?|points?|pp\b|p\.p\.|x\b|×|\\times|times|-?fold\b|dB\b|"
    r"mm\b|cm\b|ms\b|s\b|seconds?|minutes?|hours?|fps\b|FPS\b|Hz\b|°|degrees?|μm|um\b|G?FLOPs|M\b|B\b|MB\b|GB\b|W\b|N\b|kg\b|mL\b)"
)
LONGEST_METRIC = 6
FAR = 30


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers found: their text, section offsets, the token they stand at, and their unit as printed."""

    text: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    token: NDArray[np.int64]
    value: tuple[str, ...]
    unit: tuple[str, ...]


def find_numbers(texts: Sequence[tuple[str, str]], tokens: Tokens) -> Numbers:
    """Every number printed in an abstract."""
    rows: list[tuple[int, int, int, str, str]] = []
    for i, (_, abstract) in enumerate(texts):
        for match in NUMBER.finditer(abstract):
            unit = _UNIT.match(abstract, match.end())
            rows.append((i, match.start(), match.end(), match[0], unit[0].strip() if unit else ""))
    text = np.array([r[0] for r in rows], np.int64)
    start = np.array([r[1] for r in rows], np.int64)
    big = 1 << 32
    place = (tokens.text * 2 + tokens.section) * big + tokens.start
    token = np.searchsorted(place, (text * 2 + 1) * big + start, side="right") - 1 if len(rows) else text
    return Numbers(
        text,
        start,
        np.array([r[2] for r in rows], np.int64),
        token,
        tuple(r[3] for r in rows),
        tuple(r[4] for r in rows),
    )


@dataclass(frozen=True, slots=True)
class Metrics:
    """Names of metrics found: tokens from and to, key."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    key: NDArray[np.uint64]


def find_metrics(
    tokens: Tokens,
    table: NDArray[np.uint64],
    known: NDArray[np.uint64],
    heads: NDArray[np.uint64],
    stops: NDArray[np.uint64],
) -> Metrics:
    """Known names of metrics, longest first, and unknown ones by their head word ("… rate", "… error")."""
    keys = keys_by_length(tokens, table, LONGEST_METRIC)
    n = len(tokens.words)
    place = np.arange(n)
    end = np.zeros(n, np.int64)
    for length in range(1, LONGEST_METRIC + 1):
        last = np.minimum(place + length - 1, n - 1)
        inside = (place + length <= n) & (tokens.sentence[last] == tokens.sentence)
        hit = inside & is_in(keys[length - 1], known)
        end[hit] = place[hit] + length
    word = table[tokens.words, 0]
    head = is_in(word, heads) & (end == 0)
    stop = is_in(word, stops)
    starts, ends, covered = [], [], -1
    joined = tokens.gap < 4
    for i in np.flatnonzero((end > 0) | head).tolist():
        if i < covered:
            continue
        if end[i]:
            starts.append(i)
            ends.append(int(end[i]))
            covered = int(end[i])
            continue
        first = i
        while first > 0 and i - first < 2 and joined[first] and not stop[first - 1] and first - 1 >= covered:
            first -= 1
        starts.append(first)
        ends.append(i + 1)
        covered = i + 1
    start, stop_at = np.array(starts, np.int64), np.array(ends, np.int64)
    key = np.zeros(len(start), np.uint64)
    for length in range(1, LONGEST_METRIC + 1):
        rows = stop_at - start == length
        key[rows] = keys[length - 1][start[rows]]
    return Metrics(start, stop_at, key)


_CLASSES = (
    "results",
    "with",
    "on",
    "from",
    "compare",
    "number",
    "contain",
    "patients",
    "data",
    "is",
    "of",
    "propose",
    "we",
    "prior",
    "evaluate",
    "method",
    "model",
    "and",
    "in",
    "a",
)
_ROWS = np.array([NAMES.index(c) for c in _CLASSES])


def number_block(
    texts: Sequence[tuple[str, str]], tokens: Tokens, table: NDArray[np.uint64], numbers: Numbers
) -> NDArray[np.float32]:
    """What each number looks like and what stands near it."""
    n = len(tokens.words)
    t = numbers.token
    gap = tokens.gap
    value = np.array([_float(v) for v in numbers.value], np.float32)
    dotted = np.array(["." in v for v in numbers.value])
    comma = np.array(["," in v for v in numbers.value])
    unit = np.array([_unit_kind(u) for u in numbers.unit], np.float32)
    length = np.array([len(v) for v in numbers.value], np.float32)
    follows = np.array(
        [_char(texts, i, e) for i, e in zip(numbers.text.tolist(), numbers.end.tolist(), strict=True)], np.float32
    )
    precedes = np.array(
        [_char(texts, i, s - 1) for i, s in zip(numbers.text.tolist(), numbers.start.tolist(), strict=True)], np.float32
    )
    from_ = np.searchsorted(tokens.sentence, tokens.sentence[t], "left")
    to = np.searchsorted(tokens.sentence, tokens.sentence[t], "right")
    last = tokens.sentence_in_text[np.maximum(tokens.first[1:] - 1, 0)][numbers.text]
    in_sentence = np.searchsorted(t, to, "left") - np.searchsorted(t, from_, "left")
    ordinal = np.arange(len(t)) - np.searchsorted(t, from_, "left")
    columns = [
        np.log1p(value),
        dotted,
        comma,
        unit,
        length,
        follows,
        precedes,
        tokens.sentence_in_text[t],
        tokens.sentence_in_text[t] / np.maximum(last, 1),
        t - from_,
        to - t,
        in_sentence,
        ordinal,
        gap[t],
        np.where(t + 1 < n, gap[np.minimum(t + 1, n - 1)], 12),
        (value >= 1900) & (value <= 2030) & ~dotted,
        value <= 1,
        value == 95,
        (value > 100),
    ]
    return np.concatenate(
        [np.stack([np.asarray(c, np.float32) for c in columns], axis=1), _near(tokens, table, t, t + 1)], axis=1
    )


def _near(tokens: Tokens, table: NDArray[np.uint64], s: NDArray[np.int64], e: NDArray[np.int64]) -> NDArray[np.float32]:
    n = len(tokens.words)
    bits = np.uint64(1) << _ROWS.astype(np.uint64)
    has = (table[tokens.words, 3][None, :] & bits[:, None]) > 0
    place = np.arange(n, dtype=np.int32)
    left = np.maximum.accumulate(np.where(has, place, np.int32(-1000)), axis=1)
    right = np.minimum.accumulate(np.where(has, place, np.int32(n + 1000))[:, ::-1], axis=1)[:, ::-1]
    from_ = np.searchsorted(tokens.sentence, tokens.sentence[s], "left")
    to = np.searchsorted(tokens.sentence, tokens.sentence[s], "right")
    lefts, rights = left[:, np.maximum(s - 1, 0)], right[:, np.minimum(e, n - 1)]
    to_left = np.where((lefts >= from_) & (s > 0), s - lefts, 20)
    to_right = np.where((rights < to) & (e < n), rights - e + 1, 20)
    near: NDArray[np.float32] = np.minimum(np.concatenate([to_left, to_right]).T, 20).astype(np.float32)
    return near


def _float(value: str) -> float:
    return min(float(value.replace(",", "")), 1e9)


def _unit_kind(unit: str) -> int:
    if not unit:
        return 0
    for kind, marks in enumerate(
        ("%", "percent", "point", "pp", "x", "×", "\\times", "times", "fold", "dB", "mm", "cm", "ms", "s", "second"), 1
    ):
        if unit.lstrip("\\-").startswith(marks.lstrip("\\")):
            return kind
    return 16


def _char(texts: Sequence[tuple[str, str]], text: int, at: int) -> int:
    abstract = texts[text][1]
    if not 0 <= at < len(abstract):
        return 0
    char = abstract[at]
    return 1 if char.isspace() else 2 + " .,;:()[]%-–~±+<>=≤≥$/\\×°xXMKBk".find(char)


def pairs(
    tokens: Tokens, numbers: Numbers, metrics: Metrics
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """(number, metric, columns) for each number and each metric of its sentence, and the last one before it."""
    rows: list[tuple[int, int]] = []
    sentence_of_metric = tokens.sentence[metrics.start]
    sentence_of_number = tokens.sentence[numbers.token]
    low = np.searchsorted(sentence_of_metric, sentence_of_number, "left")
    high = np.searchsorted(sentence_of_metric, sentence_of_number, "right")
    for i, (a, b) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        rows.extend((i, j) for j in range(a, b))
        if a > 0 and tokens.text[metrics.start[a - 1]] == numbers.text[i] and tokens.section[metrics.start[a - 1]] == 1:
            rows.append((i, a - 1))
    number = np.array([r[0] for r in rows], np.int64)
    metric = np.array([r[1] for r in rows], np.int64)
    t, s, e = numbers.token[number], metrics.start[metric], metrics.end[metric]
    same = sentence_of_metric[metric] == sentence_of_number[number]
    after = s > t
    distance = np.where(after, s - t, t - e + 1)
    between_low, between_high = np.where(after, t + 1, e), np.where(after, s, t)
    numbers_between = np.searchsorted(numbers.token, between_high, "left") - np.searchsorted(
        numbers.token, between_low, "left"
    )
    metrics_between = np.searchsorted(metrics.start, between_high, "left") - np.searchsorted(
        metrics.start, between_low, "left"
    )
    sums = [np.append(0, np.cumsum(tokens.gap == kind)) for kind in range(12)]
    gaps = [
        np.minimum(c[np.maximum(between_high, between_low)] - c[between_low], 9)
        for c in (sums[4], sums[5], sums[6], sums[7], sums[11])
    ]
    number_rank = number - np.searchsorted(sentence_of_number, sentence_of_number[number], "left")
    metric_rank = metric - np.searchsorted(sentence_of_metric, sentence_of_metric[metric], "left")
    numbers_in = np.searchsorted(sentence_of_number, sentence_of_number[number], "right") - np.searchsorted(
        sentence_of_number, sentence_of_number[number], "left"
    )
    metrics_in = np.searchsorted(sentence_of_metric, sentence_of_metric[metric], "right") - np.searchsorted(
        sentence_of_metric, sentence_of_metric[metric], "left"
    )
    inside = (t >= s) & (t < e)
    nearest = np.full(len(numbers.token), 10**6)
    if len(number):
        np.minimum.at(nearest, number, distance)
    columns = [
        same,
        after,
        np.minimum(distance, FAR),
        numbers_between,
        metrics_between,
        *gaps,
        number_rank,
        metric_rank,
        number_rank - metric_rank,
        numbers_in,
        metrics_in,
        numbers_in - metrics_in,
        e - s,
        inside,
        distance - nearest[number] if len(number) else distance,
    ]
    return number, metric, np.stack([np.asarray(c, np.float32) for c in columns], axis=1)
