"""Which spans of a text may be names: runs of words that are no stop words, and names known already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.acronyms import find_acronyms
from kg.extract.passages import HYPHEN, contrasted, run_ends
from kg.extract.words import CAMEL, CAPITAL, CAPITALS, DIGIT, NUMBER, SINGLE, TYPE, URL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.passages import Tokens

MOST_WORDS = 6
MOST_WORDS_KNOWN = 8


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Folded words (as hashes, sorted) that end a run, that start no name, that end no name; names known."""

    stops: NDArray[np.uint64]
    no_start: NDArray[np.uint64]
    no_end: NDArray[np.uint64]
    known: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Candidate spans, sorted by entity and place; entities are numbered through the batch."""

    start: NDArray[np.int64]  # tokens
    end: NDArray[np.int64]
    key: NDArray[np.uint64]
    entity: NDArray[np.int64]
    known: NDArray[np.bool_]
    first: NDArray[np.int64]  # first mention of each entity, and one past the last
    pair: NDArray[np.int64]  # 1: the entity has a long form and an acronym


def is_in(values: NDArray[np.uint64], table: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which values stand in a sorted table."""
    if not len(table):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(table, values), len(table) - 1)
    found: NDArray[np.bool_] = table[at] == values
    return found


def keys_by_length(tokens: Tokens, table: NDArray[np.uint64], most: int) -> list[NDArray[np.uint64]]:
    """Hashes of the 1, 2, ... most words from each token on (wrong beyond the end, never used there)."""
    word = table[tokens.words, 0]
    power = table[tokens.words, 1]
    out = [word]
    n = len(word)
    for length in range(2, most + 1):
        key = out[-1].copy()
        shift = length - 1
        if n > shift:
            key[: n - shift] = out[-1][: n - shift] * power[shift:] + word[shift:]
        out.append(key)
    return out


def find_mentions(
    tokens: Tokens, texts: Sequence[tuple[str, str]], table: NDArray[np.uint64], boundaries: Boundaries
) -> Mentions:
    """All candidate spans of a batch, grouped into entities by key and by acronym."""
    keys = keys_by_length(tokens, table, MOST_WORDS_KNOWN)
    start, end, known = _spans(tokens, table, keys, boundaries)
    pairs = find_acronyms(tokens, texts)
    start, end, known = _with_pairs(start, end, known, pairs)
    key = np.zeros(len(start), np.uint64)
    for length in range(1, MOST_WORDS_KNOWN + 1):
        rows = end - start == length
        key[rows] = keys[length - 1][start[rows]]
    return _group(tokens, start, end, key, known, pairs)


def _spans(
    tokens: Tokens, table: NDArray[np.uint64], keys: list[NDArray[np.uint64]], boundaries: Boundaries
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    n = len(tokens.words)
    word = table[tokens.words, 0]
    flags = table[tokens.words, 2]
    stop = is_in(word, boundaries.stops) | ((flags & np.uint64(URL)) > 0)
    ends = run_ends(tokens, stop)
    may_start, may_end = _cuts(tokens, flags)
    may_start &= ~contrasted(tokens, table)
    bare = (flags & np.uint64(NUMBER)) > 0
    starts = may_start & ~stop & ~is_in(word, boundaries.no_start)
    is_type = (flags & np.uint64(TYPE)) > 0
    closes = may_end & ~is_in(word, boundaries.no_end) & ~is_type
    limit = run_ends(tokens, np.zeros(n, bool))
    places = np.arange(n)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]] = []
    for length in range(1, MOST_WORDS_KNOWN + 1):
        last = np.minimum(places + length - 1, n - 1)
        inside = places + length <= limit
        listed = inside & may_start & may_end[last] & is_in(keys[length - 1], boundaries.known) & ~is_type[last]
        keep = listed
        if length <= MOST_WORDS:
            free = starts & closes[last] & (places + length <= ends)
            if length == 1:
                free &= ~bare
            keep = free | listed
        at = np.flatnonzero(keep)
        found.append((at, at + length, listed[at]))
    starts_at, ends_at, listed_at = zip(*found, strict=True)
    return np.concatenate(starts_at), np.concatenate(ends_at), np.concatenate(listed_at)


def _with_pairs(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    known: NDArray[np.bool_],
    pairs: Sequence[tuple[int, int, int, int]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The spans with both sides of each acronym pair among them."""
    have = set(zip(start.tolist(), end.tolist(), strict=True)) if pairs else set()
    wanted = {span for pair in pairs for span in (pair[:2], pair[2:]) if span[1] - span[0] <= MOST_WORDS_KNOWN} - have
    if not wanted:
        return start, end, known
    more = np.array(sorted(wanted), np.int64)
    return (
        np.concatenate([start, more[:, 0]]),
        np.concatenate([end, more[:, 1]]),
        np.concatenate([known, np.zeros(len(more), bool)]),
    )


def _cuts(tokens: Tokens, flags: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a name may start and end: not inside GPT-4, U-Net, MIMIC-CXR; but inside transformer-based."""
    n = len(flags)
    tied = np.zeros(n + 1, bool)
    if n:
        glued = tokens.gap == HYPHEN
        hard = (flags & np.uint64(DIGIT | SINGLE)) > 0
        cased = (flags & np.uint64(CAPITALS | CAMEL | CAPITAL)) > 0
        left_hard = np.append(False, hard[:-1])
        tied[:n] = glued & (hard | left_hard | cased)
    return ~tied[:n], ~tied[1:]


def _group(
    tokens: Tokens,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    key: NDArray[np.uint64],
    known: NDArray[np.bool_],
    pairs: Sequence[tuple[int, int, int, int]],
) -> Mentions:
    text = tokens.text[start]
    mixed = key ^ (text.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    _, entity = np.unique(mixed, return_inverse=True)
    entity = entity.astype(np.int64)
    joined = np.zeros(len(start), np.int64)
    if pairs and len(start):
        place = {(int(s), int(e)): i for i, (s, e) in enumerate(zip(start.tolist(), end.tolist(), strict=True))}
        parent = np.arange(int(entity.max()) + 1)
        for long_start, long_end, short_start, short_end in pairs:
            a, b = place.get((long_start, long_end)), place.get((short_start, short_end))
            if a is None or b is None:
                continue
            root_a, root_b = parent[entity[a]], parent[entity[b]]
            parent[parent == root_b] = root_a
            joined[a] = joined[b] = 1
        entity = parent[entity]
    # entities in the order of their first mention
    order = np.lexsort((end, start, entity))
    entity, start, end = entity[order], start[order], end[order]
    key, known, joined = key[order], known[order], joined[order]
    heads = np.flatnonzero(np.append(True, np.diff(entity) != 0)) if len(entity) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(heads, len(entity)))
    rank = np.empty(len(heads), np.int64)
    rank[np.lexsort((end[heads], start[heads]))] = np.arange(len(heads))
    number = np.repeat(rank, sizes)
    order = np.lexsort((end, start, number))
    number = number[order]
    first = (
        np.append(np.flatnonzero(np.append(True, np.diff(number) != 0)), len(number))
        if len(number)
        else np.zeros(1, np.int64)
    )
    pair = np.maximum.reduceat(joined[order], first[:-1]) if len(number) else np.zeros(0, np.int64)
    return Mentions(start[order], end[order], key[order], number, known[order], first, pair)
