"""What a text says about each modality: names found, words seen, and how they stand to the paper's aim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.candidates import keys_by_length
from kg.extract.cues import NAMES
from kg.extract.passages import CLOSE, OPEN, contrasted
from kg.extract.words import CAPITAL, CAPITALS, fold, hash_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from kg.extract.passages import Tokens

_LONGEST = 5
_CUES = (
    "negation",
    "compare",
    "prior",
    "propose",
    "we",
    "evaluate",
    "on",
    "from",
    "for",
    "with",
    "data",
    "contain",
    "task",
    "suchas",
    "future",
    "of",
    "patients",
    "taskword",
)
_CUE_ROWS = np.array([NAMES.index(c) for c in _CUES])
_TITLE_MARK = np.uint64(0x5851F42D4C957F2D)
_PAIR_MARK = np.uint64(0x9E3779B97F4A7C15)
FAR = 20


@dataclass(frozen=True, slots=True)
class ModalityNames:
    """Concepts with their broader ones, and the names under which they are met, by hash."""

    ids: tuple[str, ...]
    keys: NDArray[np.uint64]  # sorted, may repeat
    concept: NDArray[np.int64]
    capitals: NDArray[np.bool_]  # the name counts only when printed in capitals
    above: NDArray[np.bool_]  # (concepts, concepts): column is broader than row

    @classmethod
    def of(cls, broader: Mapping[str, Sequence[str]], names: Mapping[str, Sequence[str]]) -> ModalityNames:
        """Build from id -> broader ids and id -> names."""
        ids = tuple(broader)
        rows = sorted(
            {
                (
                    hash_of(
                        "".join(
                            fold(part)
                            for part in name.replace("&", " and ").replace("-", " ").replace("/", " ").split()
                        )
                    ),
                    ids.index(concept),
                    name.isupper() and len(name) <= 5,
                )
                for concept, some in names.items()
                for name in some
            }
        )
        above = np.zeros((len(ids), len(ids)), bool)
        for child in ids:
            todo = list(broader[child])
            while todo:
                parent = todo.pop()
                above[ids.index(child), ids.index(parent)] = True
                todo.extend(broader[parent])
        return cls(
            ids,
            np.array([r[0] for r in rows], np.uint64),
            np.array([r[1] for r in rows]),
            np.array([r[2] for r in rows]),
            above,
        )


@dataclass(frozen=True, slots=True)
class Hits:
    """Names of modalities found: first token, length in tokens, concept, key."""

    token: NDArray[np.int64]
    length: NDArray[np.int64]
    concept: NDArray[np.int64]
    key: NDArray[np.uint64]


def find_hits(tokens: Tokens, table: NDArray[np.uint64], names: ModalityNames) -> Hits:
    """Every place where a known name of a modality stands."""
    keys = keys_by_length(tokens, table, _LONGEST)
    flags = table[tokens.words, 2]
    n = len(flags)
    upper = (flags & np.uint64(CAPITALS)) > 0
    found: list[tuple[NDArray[np.int64], ...]] = []
    run = np.arange(n)
    meant = ~contrasted(tokens, table)
    for length in range(1, _LONGEST + 1):
        last = run + length - 1
        inside = (last < n) & meant
        last = np.minimum(last, n - 1)
        inside &= tokens.sentence[last] == tokens.sentence
        low = np.searchsorted(names.keys, keys[length - 1], "left")
        high = np.searchsorted(names.keys, keys[length - 1], "right")
        for step in range(3):
            at = np.flatnonzero(inside & (low + step < high))
            row = low[at] + step
            fits = ~names.capitals[row] | upper[at] | (length > 1)
            found.append(
                (
                    at[fits],
                    np.full(int(fits.sum()), length),
                    names.concept[row[fits]],
                    names.keys[row[fits]].astype(np.int64),
                )
            )
    token, lengths, concept, key = (np.concatenate(c) for c in zip(*found, strict=True))
    return Hits(token, lengths, concept, key.astype(np.uint64))


def text_terms(tokens: Tokens, table: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """(text, term hash), each once: words, pairs of words, words of the title."""
    word = table[tokens.words, 0]
    pair = word[:-1] * _PAIR_MARK + word[1:]
    near = tokens.sentence[:-1] == tokens.sentence[1:]
    title = tokens.section == 0
    text = np.concatenate([tokens.text, tokens.text[:-1][near], tokens.text[title]])
    term = np.concatenate([word, pair[near], word[title] ^ _TITLE_MARK])
    order = np.lexsort((term, text))
    text, term = text[order], term[order]
    keep = np.append(True, (np.diff(text) != 0) | (term[1:] != term[:-1])) if len(text) else np.zeros(0, bool)
    return text[keep], term[keep]


@dataclass(frozen=True, slots=True)
class TermModel:
    """One linear model per concept over the terms of a text."""

    terms: NDArray[np.uint64]  # sorted
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]  # (terms, concepts)
    bias: NDArray[np.float32]

    def scores(self, text: NDArray[np.int64], term: NDArray[np.uint64], texts: int) -> NDArray[np.float32]:
        """The score of each concept for each text: about 1 where it is meant, about 0 where not."""
        at = np.searchsorted(self.terms, term)
        at[at == len(self.terms)] = 0
        known = self.terms[at] == term
        text, at = text[known], at[known]
        idf = self.idf[at]
        norm = np.sqrt(np.bincount(text, weights=idf.astype(np.float64) ** 2, minlength=texts)) + 1e-9
        out = np.zeros((texts, self.weights.shape[1]), np.float32)
        rows = self.weights[at].astype(np.float32) * (idf / norm[text])[:, None].astype(np.float32)
        first = np.searchsorted(text, np.arange(texts))
        counts = np.bincount(text, minlength=texts)
        filled = counts > 0
        if len(rows):
            out[filled] = np.add.reduceat(rows, first[filled], axis=0)
        return out + self.bias


def modality_block(
    tokens: Tokens,
    table: NDArray[np.uint64],
    names: ModalityNames,
    hits: Hits,
    scores: NDArray[np.float32],
    rates: NDArray[np.float32],
    base: NDArray[np.float32],
) -> NDArray[np.float32]:
    """One row per text and concept (texts * concepts rows).

    ``rates`` is what annotated papers say of each hit's name; ``base`` of each concept.
    """
    n_texts, n = len(tokens.first) - 1, len(names.ids)
    cell = tokens.text[hits.token] * n + hits.concept
    size = n_texts * n

    def total(weights: NDArray[np.float64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(cell, weights=weights, minlength=size).astype(np.float64)

    def extreme(values: NDArray[np.float32], start: float, lowest: bool) -> NDArray[np.float32]:
        out = np.full((size, values.shape[1]), start, np.float32)
        (np.minimum if lowest else np.maximum).at(out, cell, values)
        return out

    title = tokens.section[hits.token] == 0
    sentence = tokens.sentence_in_text[hits.token]
    last = tokens.sentence_in_text[np.maximum(tokens.first[1:] - 1, 0)][tokens.text[hits.token]]
    share = (sentence / np.maximum(last, 1)).astype(np.float32)
    own = total(np.ones(len(cell)))
    grid = own.reshape(n_texts, n)
    below = grid @ names.above
    over = grid @ names.above.T
    columns = [
        total(title), own, below.ravel(), over.ravel(), (grid / np.maximum(grid.sum(1, keepdims=True), 1)).ravel(),
        np.repeat(grid.sum(1), n), np.repeat((grid > 0).sum(1), n),
        total(hits.length > 1), (total(title).reshape(n_texts, n) @ names.above).ravel(),
    ]  # fmt: skip
    child = np.where(names.above.T[None], scores[:, None, :], -1).max(2)
    parent = np.where(names.above[None], scores[:, None, :], -1).max(2)
    rank = np.argsort(np.argsort(-scores, axis=1), axis=1)
    columns += [
        scores.ravel(),
        child.ravel(),
        parent.ravel(),
        rank.ravel(),
        np.tile(base, n_texts),
        np.tile(np.arange(n), n_texts),
    ]
    columns += [np.repeat(scores.max(1), n)]
    out = np.stack([np.asarray(c, np.float32) for c in columns], axis=1)
    near = _distances(tokens, table, hits)
    gaps = tokens.gap
    end = np.minimum(hits.token + hits.length, len(gaps) - 1)
    bracket = ((gaps[hits.token] == OPEN) & (gaps[end] == CLOSE)).astype(np.float32)
    flags = table[tokens.words, 2]
    caps = ((flags[hits.token] & np.uint64(CAPITAL)) > 0).astype(np.float32)
    return np.concatenate(
        [
            out,
            extreme(near, FAR, True),
            extreme(np.stack([share, sentence.astype(np.float32)], 1), 30, True),
            extreme(np.concatenate([share[:, None], rates, bracket[:, None], caps[:, None]], 1), -1, False),
        ],
        axis=1,
    )


def _distances(tokens: Tokens, table: NDArray[np.uint64], hits: Hits) -> NDArray[np.float32]:
    n = len(tokens.words)
    classes = table[tokens.words, 3]
    bits = np.uint64(1) << _CUE_ROWS.astype(np.uint64)
    has = (classes[None, :] & bits[:, None]) > 0
    place = np.arange(n, dtype=np.int32)
    left = np.maximum.accumulate(np.where(has, place, np.int32(-1000)), axis=1)
    right = np.minimum.accumulate(np.where(has, place, np.int32(n + 1000))[:, ::-1], axis=1)[:, ::-1]
    s, e = hits.token, hits.token + hits.length
    from_ = np.searchsorted(tokens.sentence, tokens.sentence[s], "left")
    to = np.searchsorted(tokens.sentence, tokens.sentence[s], "right")
    lefts, rights = left[:, np.maximum(s - 1, 0)], right[:, np.minimum(e, n - 1)]
    to_left = np.where((lefts >= from_) & (s > 0), s - lefts, FAR)
    to_right = np.where((rights < to) & (e < n), rights - e + 1, FAR)
    near: NDArray[np.float32] = np.minimum(np.concatenate([to_left, to_right]).T, FAR).astype(np.float32)
    return near
