"""Which records to compare at all: locality-sensitive hashing, so that cost grows with the records, not their pairs.

MinHash over the letter triples of titles and the words of abstracts: two texts
agree in one hash with a probability equal to the share of what they have in
common (Broder, Compression and Complexity of Sequences, 1997); bands of a few
hashes make candidates (Leskovec, Rajaraman, Ullman, Mining of Massive
Datasets, chapter 3).
"""

from __future__ import annotations

import zlib
from array import array
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

TITLE_BANDS, TITLE_ROWS = 12, 3
TITLE_HASHES = TITLE_BANDS * TITLE_ROWS
LIKELY_TITLE = 0.4
"""Titles that agree in a smaller share of their hashes are not looked at."""
ABSTRACT_BANDS, ABSTRACT_ROWS = 2, 4
ABSTRACT_HASHES = 16
LIKELY_ABSTRACT = 0.5
_OTHER_KEYS = 2
KEYS = TITLE_BANDS + ABSTRACT_BANDS + _OTHER_KEYS
"""How many block keys a record has; 0 stands for none."""

_MIX = np.random.Generator(np.random.PCG64(20_240_401))
_MULTIPLY = _MIX.integers(1, 1 << 63, size=64, dtype=np.uint64) | np.uint64(1)
_ADD = _MIX.integers(0, 1 << 63, size=64, dtype=np.uint64)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
Hashes = NDArray[np.uint32]


def minhash(items: NDArray[np.uint64], hashes: int) -> Hashes:
    """The smallest of each of `hashes` hash functions over the items, which must not be none."""
    mixed = items[:, None] * _MULTIPLY[:hashes] + _ADD[:hashes]
    least: Hashes = (mixed >> np.uint64(32)).min(axis=0).astype(np.uint32)
    return least


def title_hashes(title: str) -> Hashes | None:
    """Hashes of the letter triples of a plain title; None where it is shorter than three letters."""
    data = np.frombuffer(title.replace(" ", "").encode(), dtype=np.uint8).astype(np.uint64)
    if len(data) < 3:
        return None
    triples = (data[:-2] << np.uint64(16)) | (data[1:-1] << np.uint64(8)) | data[2:]
    return minhash(triples, TITLE_HASHES)


def abstract_hashes(abstract: str) -> Hashes | None:
    """Hashes of the pairs of words of an abstract; None where it has fewer than eight words."""
    words = abstract.casefold().split()
    if len(words) < 8:
        return None
    pairs = [zlib.crc32(f"{a} {b}".encode("utf-8", "replace")) for a, b in pairwise(words)]
    return minhash(np.array(pairs, dtype=np.uint64), ABSTRACT_HASHES)


def block_keys(title: str, authors: tuple[str, ...], titles: Hashes | None, abstracts: Hashes | None) -> list[int]:
    """The keys of a record, as many as `KEYS`: records that share one are compared."""
    keys = _bands(titles, TITLE_BANDS, TITLE_ROWS, 1) + _bands(abstracts, ABSTRACT_BANDS, ABSTRACT_ROWS, 2)
    start = "".join(title.split()[:4])
    people = sorted(max(a.split(), key=len) for a in authors[:3]) if len(authors) > 1 else []
    keys += [_text_key("start", start) if len(start) >= 10 else 0]
    keys += [_text_key("people", " ".join(people)) if people else 0]
    return keys


def candidate_pairs(
    keys: array[int], titles: array[int], abstracts: array[int], order: NDArray[np.int64], most: int
) -> NDArray[np.int64]:
    """Pairs of records worth comparing, two columns, each pair once, the smaller number first.

    `keys`, `titles` and `abstracts` hold `KEYS`, `TITLE_HASHES` and
    `ABSTRACT_HASHES` numbers for each record. A pair shares a key and, by its
    hashes, a good part of title or abstract. In a block of many records each
    is compared with its `most` neighbours in the given order only, so that a
    common title costs no square.
    """
    table = np.frombuffer(keys, dtype=np.int64).reshape(-1, KEYS)
    title = np.frombuffer(titles, dtype=np.uint32).reshape(-1, TITLE_HASHES)
    abstract = np.frombuffer(abstracts, dtype=np.uint32).reshape(-1, ABSTRACT_HASHES)
    found = [np.empty(0, dtype=np.int64)]
    for column in range(KEYS):
        ranked = np.lexsort((order, table[:, column]))
        values = table[ranked, column]
        for step in range(1, most + 1):
            near = np.flatnonzero((values[step:] == values[:-step]) & (values[step:] != 0))
            if not len(near):
                break
            first, second = ranked[near], ranked[near + step]
            likely = _alike(title, first, second, LIKELY_TITLE) | _alike(abstract, first, second, LIKELY_ABSTRACT)
            low, high = np.minimum(first, second)[likely], np.maximum(first, second)[likely]
            found.append(low * len(order) + high)
    pairs = np.unique(np.concatenate(found))
    return np.stack((pairs // max(len(order), 1), pairs % max(len(order), 1)), axis=1)


def _alike(
    hashes: NDArray[np.uint32], first: NDArray[np.int64], second: NDArray[np.int64], least: float
) -> NDArray[np.bool_]:
    """Where two records agree in at least the share `least` of their hashes, and have some."""
    agreed = (hashes[first] == hashes[second]) & (hashes[first] != 0)
    enough: NDArray[np.bool_] = agreed.mean(axis=1) >= least
    return enough


def _bands(hashes: Hashes | None, bands: int, rows: int, salt: int) -> list[int]:
    if hashes is None:
        return [0] * bands
    grouped = hashes[: bands * rows].reshape(bands, rows).astype(np.uint64)
    keys = np.arange(1, bands + 1, dtype=np.uint64) * np.uint64(salt)
    for row in range(rows):
        keys = (keys ^ grouped[:, row]) * _PRIME
        keys ^= keys >> np.uint64(29)
    return [int(k) for k in keys.view(np.int64)]


def _text_key(kind: str, text: str) -> int:
    data = f"{kind} {text}".encode()
    return (zlib.crc32(data) << 31) ^ zlib.crc32(data[::-1]) or 1
