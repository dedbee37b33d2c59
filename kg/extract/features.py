"""What a candidate looks like: the columns that the trees read, computed for a whole batch at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.extract.candidates import is_in
from kg.extract.cues import NAMES
from kg.extract.gazetteer import TABLES as TABLES_OF_CONCEPTS
from kg.extract.gazetteer import gazetteer
from kg.extract.passages import CLOSE, COLON, COMMA, EDGE, GAPS, OPEN, QUOTE
from kg.extract.words import CAMEL, CAPITAL, CAPITALS, DIGIT, LONG, SHAPES, SINGLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.extract.candidates import Mentions
    from kg.extract.passages import Tokens

FAR = 20  # a cue farther away than this many words counts as absent
WINDOW = 6

# The statistics tables: which part of a mention or of its surroundings is looked up.
TABLES = (
    "name",
    "head",
    "last two",
    "first",
    "suffix 3",
    "suffix 4",
    "prefix 4",
    "before",
    "after",
    "two before",
    "two after",
    "around",
)
NAME_TABLES = 7  # the first ones depend on the name alone


def mention_lookups(tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions) -> NDArray[np.uint64]:
    """The lookup keys of every mention, in the order of ``TABLES``."""
    n = len(tokens.words)
    word = table[tokens.words, 0]
    s, e = mentions.start, mentions.end
    last = e - 1
    gap = tokens.gap.astype(np.uint64)
    edge = np.uint64(7)
    prev_ok = (s > 0) & (gap[s] != np.uint64(EDGE))
    nxt = np.minimum(e, n - 1)
    next_ok = (e < n) & (gap[nxt] != np.uint64(EDGE))
    mix = np.uint64(0x9E3779B97F4A7C15)
    before = np.where(prev_ok, word[np.maximum(s - 1, 0)], edge) * mix + gap[s]
    after = np.where(next_ok, word[nxt], edge) * mix + np.where(next_ok, gap[nxt], np.uint64(EDGE))
    prev2_ok = prev_ok & (s > 1) & (gap[np.maximum(s - 1, 0)] != np.uint64(EDGE))
    next2_ok = next_ok & (e + 1 < n) & (gap[np.minimum(e + 1, n - 1)] != np.uint64(EDGE))
    prev2 = np.where(prev2_ok, word[np.maximum(s - 2, 0)], edge)
    next2 = np.where(next2_ok, word[np.minimum(e + 1, n - 1)], edge)
    single = (e - s) == 1
    two = np.where(single, np.uint64(3), word[np.maximum(last - 1, 0)]) * mix + word[last]
    words = tokens.words
    return np.stack(
        [
            mentions.key,
            word[last],
            two,
            word[s],
            table[words[last], 4],
            table[words[last], 5],
            table[words[s], 6],
            before,
            after,
            before * mix + prev2,
            after * mix + next2,
            before * mix + after,
        ],
        axis=1,
    )


def mention_distances(tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions) -> NDArray[np.float32]:
    """How many words to the nearest cue of each class, to the left and to the right in the sentence."""
    n = len(tokens.words)
    classes = table[tokens.words, 3]
    bits = np.uint64(1) << np.arange(len(NAMES), dtype=np.uint64)
    has = (classes[None, :] & bits[:, None]) > 0
    place = np.arange(n, dtype=np.int32)
    left = np.maximum.accumulate(np.where(has, place, np.int32(-1000)), axis=1)
    right = np.minimum.accumulate(np.where(has, place, np.int32(n + 1000))[:, ::-1], axis=1)[:, ::-1]
    sentence_start = np.searchsorted(tokens.sentence, tokens.sentence, side="left").astype(np.int32)
    sentence_end = np.searchsorted(tokens.sentence, tokens.sentence, side="right").astype(np.int32)
    s, e = mentions.start, mentions.end
    at = np.maximum(s - 1, 0)
    lefts = left[:, at]
    to_left = np.where((lefts >= sentence_start[s]) & (s > 0), s.astype(np.int32) - lefts, FAR)
    at = np.minimum(e, n - 1)
    rights = right[:, at]
    to_right = np.where((rights < sentence_end[s]) & (e < n), rights - e.astype(np.int32) + 1, FAR)
    out = np.concatenate([to_left, to_right]).T
    near: NDArray[np.float32] = np.minimum(out, FAR).astype(np.float32)
    return near


DISTANCES = tuple(f"{side} {name}" for side in ("before", "after") for name in NAMES)


def mention_shapes(tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions) -> NDArray[np.float32]:
    """The look of each mention: lengths, letters, brackets, quotes."""
    flags = table[tokens.words, 2]
    s, e = mentions.start, mentions.end
    n = len(flags)
    columns = [(e - s).astype(np.float32), (tokens.end[e - 1] - tokens.start[s]).astype(np.float32)]
    for bit in (CAPITAL, CAPITALS, CAMEL, DIGIT, SINGLE, LONG):
        sums = np.append(0, np.cumsum((flags & np.uint64(bit)) > 0))
        columns.append((sums[e] - sums[s]).astype(np.float32))
    for bit in (CAPITAL, CAPITALS, CAMEL, DIGIT):
        columns.append(((flags[s] & np.uint64(bit)) > 0).astype(np.float32))
        columns.append(((flags[e - 1] & np.uint64(bit)) > 0).astype(np.float32))
    inner = np.append(0, np.cumsum(tokens.gap == 1))
    columns.append((inner[e] - inner[np.minimum(s + 1, n)]).astype(np.float32))  # hyphens inside
    after = np.where(e < n, tokens.gap[np.minimum(e, n - 1)], len(GAPS) - 1)
    before = tokens.gap[s]
    columns += [before.astype(np.float32), after.astype(np.float32)]
    columns.append(((before == OPEN) & (after == CLOSE)).astype(np.float32))
    columns.append((after == OPEN).astype(np.float32))
    columns.append((before == QUOTE).astype(np.float32))
    columns.append(((before == COMMA) | (after == COMMA)).astype(np.float32))
    columns.append(mentions.known.astype(np.float32))
    return np.stack(columns, axis=1)


SHAPE_NAMES = (
    "words",
    "letters",
    *(f"sum {s}" for s in (*SHAPES[:4], "single", "long")),
    *(f"{where} {s}" for s in SHAPES[:4] for where in ("starts", "ends")),
    "hyphens",
    "gap before",
    "gap after",
    "in brackets",
    "before bracket",
    "quoted",
    "beside comma",
    "listed",
)


def mention_places(tokens: Tokens, mentions: Mentions) -> NDArray[np.float32]:
    """Where each mention stands: title, sentence, distance from the ends."""
    s, e = mentions.start, mentions.end
    text = tokens.text[s]
    title = (tokens.section[s] == 0).astype(np.float32)
    last_sentence = tokens.sentence_in_text[np.maximum(tokens.first[1:] - 1, 0)][text]
    sentence = tokens.sentence_in_text[s]
    starts = np.searchsorted(tokens.sentence, tokens.sentence[s], side="left")
    ends = np.searchsorted(tokens.sentence, tokens.sentence[s], side="right")
    colons = np.append(0, np.cumsum((tokens.gap == COLON) & (tokens.section == 0)))
    text_start = tokens.first[text]
    before_colon = (colons[s + 1] - colons[text_start]) == 0
    has_colon = (colons[tokens.first[1:]] - colons[tokens.first[:-1]])[text] > 0
    columns = [
        title,
        title * before_colon * has_colon,
        title * ~before_colon,
        (s == text_start).astype(np.float32),
        sentence.astype(np.float32),
        sentence / np.maximum(last_sentence, 1),
        (s - starts).astype(np.float32),
        (ends - e).astype(np.float32),
        (s - text_start) / np.maximum(tokens.first[1:] - tokens.first[:-1], 1)[text],
    ]
    return np.stack([np.asarray(c, np.float32) for c in columns], axis=1)


PLACES = (
    "title",
    "before colon",
    "after colon",
    "opens title",
    "sentence",
    "sentence share",
    "from start",
    "to end",
    "share",
)


def windows(tokens: Tokens, mentions: Mentions, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sums of per-word weights left, right, in the sentence, and in the text (weights: left and right halves)."""
    half = weights.shape[1] // 2
    sums = np.concatenate([np.zeros((1, weights.shape[1]), np.float64), np.cumsum(weights, axis=0, dtype=np.float64)])
    s, e = mentions.start, mentions.end
    from_ = np.searchsorted(tokens.sentence, tokens.sentence[s], side="left")
    to = np.searchsorted(tokens.sentence, tokens.sentence[s], side="right")
    text = tokens.text[s]
    left = sums[s, :half] - sums[np.maximum(from_, s - WINDOW), :half]
    right = sums[np.minimum(to, e + WINDOW), half:] - sums[e, half:]
    sentence = sums[to, :half] - sums[from_, :half]
    whole = (sums[tokens.first[1:], :half] - sums[tokens.first[:-1], :half])[text]
    length = np.maximum(tokens.first[1:] - tokens.first[:-1], 1)[text]
    return np.concatenate([left, right, sentence, whole / length[:, None]], axis=1).astype(np.float32)


_COUNTED = ("data", "model", "method", "task", "taskword", "patients", "novel", "prior", "compare", "contain", "code")


def text_counts(tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions) -> NDArray[np.float32]:
    """Per text: how often each cue class occurs in the title, and a few counts; repeated for its mentions."""
    n_texts = len(tokens.first) - 1
    classes = table[tokens.words, 3]
    bits = np.uint64(1) << np.arange(len(NAMES), dtype=np.uint64)
    columns = []
    for cue in _COUNTED:
        has = (classes & bits[NAMES.index(cue)]) > 0
        columns.append(np.bincount(tokens.text[has & (tokens.section == 0)], minlength=n_texts))
        columns.append(np.bincount(tokens.text[has & (tokens.section == 1)], minlength=n_texts))
    columns.append(tokens.first[1:] - tokens.first[:-1])
    columns.append(np.bincount(tokens.text, weights=tokens.gap == COLON, minlength=n_texts))
    flags = table[tokens.words, 2]
    columns.append(np.bincount(tokens.text, weights=(flags & np.uint64(CAPITALS)) > 0, minlength=n_texts))
    columns.append(np.bincount(tokens.text, weights=(flags & np.uint64(CAMEL)) > 0, minlength=n_texts))
    return np.stack(columns, axis=1).astype(np.float32)[tokens.text[mentions.start]]


TEXT_COUNTS = (
    *(f"{where} {cue}" for cue in _COUNTED for where in ("title", "abstract")),
    "length",
    "colons",
    "acronyms",
    "camels",
)


def mention_gazetteer(
    tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions, lookups: NDArray[np.uint64]
) -> NDArray[np.float32]:
    """Whether the concept tables know the name, its last two words, its last word."""
    word = table[tokens.words, 0]
    last = mentions.end - 1
    two = mentions.end - mentions.start > 1
    before = np.maximum(last - 1, 0)
    pair = np.where(two, word[before] * table[tokens.words[last], 1] + word[last], lookups[:, 0])
    columns = []
    for whole, lasts in gazetteer():
        columns += [is_in(lookups[:, 0], whole), is_in(pair, whole), is_in(word[last], lasts), is_in(word[last], whole)]
    return np.stack(columns, axis=1).astype(np.float32)


GAZETTEER = tuple(
    f"{part} {table}"
    for table in TABLES_OF_CONCEPTS
    for part in ("known", "known end", "known last word", "known word")
)
