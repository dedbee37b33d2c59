"""Words as numbers: every distinct word of a text is described once and then looked up by index.

A row of the lexicon holds a word's folded form (case, plural and LaTeX marks removed, the same folding
under which two names count as one), its hash, its shape and the cue classes it belongs to. Hashes compose:
``hash(a + b) = hash(a) * power(b) + hash(b)``, so the key of any run of words is a few array operations.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_BASE = 0x100000001B3
_MASK = (1 << 64) - 1
_LATEX = re.compile(r"[$^{}\\]")
_PIECE = re.compile(r"[^\W_]+")

TYPE_WORDS = frozenset(
    """
    dataset data set benchmark corpus corpora database cohort challenge collection model framework network method
    algorithm system approach technique architecture task disease
    """.split()  # noqa: SIM905
)

# Columns of the lexicon.
SHAPES = ("capital", "capitals", "camel", "digit", "number", "single", "long", "lower")
CAPITAL, CAPITALS, CAMEL, DIGIT, NUMBER, SINGLE, LONG, LOWER, TYPE, URL = (1 << i for i in range(10))


def fold(word: str) -> str:
    """Fold one word: case, compatibility forms, LaTeX marks and a plural s are taken away.

    >>> fold("VAEs"), fold("Alzheimer's"), fold("C$^2$Net")
    ('vae', 'alzheimers', 'c2net')
    """
    text = _LATEX.sub("", unicodedata.normalize("NFKC", word).casefold())
    text = text.replace("&", " and ").replace("++", "plusplus")
    return "".join(_singular(piece) for piece in _PIECE.findall(text))


def _singular(piece: str) -> str:
    if len(piece) > 3 and piece.endswith("s") and not piece.endswith(("ss", "us", "is")):
        return piece[:-1]
    return piece


def hash_of(folded: str) -> int:
    """A 64-bit polynomial hash of a folded word; equal for equal text in every process."""
    value = 0
    for char in folded:
        value = (value * _BASE + ord(char) + 1) & _MASK
    return value


def power_of(folded: str) -> int:
    """What a hash is multiplied by when this word is appended."""
    return pow(_BASE, len(folded), 1 << 64)


def shape_of(word: str) -> int:
    """The shape of a printed word as a sum of the flags above."""
    flags = 0
    if word[:4] == "http" or word[:4] == "www." or "/" in word:
        return URL
    letters = [c for c in word if c.isalpha()]
    if word[0].isupper():
        flags |= CAPITAL
    if len(letters) > 1 and sum(map(str.isupper, letters)) >= max(2, len(letters) - 1):
        flags |= CAPITALS
    if any(c.isupper() for c in word[1:]) and any(map(str.islower, word)):
        flags |= CAMEL
    if any(map(str.isdigit, word)):
        flags |= DIGIT
        if not letters:
            flags |= NUMBER
    if len(word) == 1:
        flags |= SINGLE
    if len(word) > 9:
        flags |= LONG
    if word.islower():
        flags |= LOWER
    return flags


class Lexicon:
    """The words met so far, in columns; grows as texts are read and is emptied when it gets large."""

    def __init__(self, classes: Sequence[Iterable[str]], most: int = 400_000) -> None:
        self._class_of: dict[str, int] = {}
        for bit, words in enumerate(classes):
            for word in words:
                self._class_of[fold(word)] = self._class_of.get(fold(word), 0) | (1 << bit)
        self._most = most
        self.clear()

    def clear(self) -> None:
        """Forget every word."""
        self.index: dict[str, int] = {}
        self.folded: list[str] = []
        self._rows: list[tuple[int, ...]] = []
        self._table: NDArray[np.uint64] = np.zeros((0, 8), np.uint64)

    def lookup(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The rows of these words, adding those not met before."""
        index = self.index
        out = []
        for word in words:
            row = index.get(word)
            if row is None:
                row = self._add(word)
            out.append(row)
        return np.array(out, np.int64)

    def _add(self, word: str) -> int:
        folded = fold(word)
        flags = shape_of(word)
        if folded in TYPE_WORDS:
            flags |= TYPE
        self.folded.append(folded)
        self._rows.append(
            (
                hash_of(folded),
                power_of(folded),
                flags,
                self._class_of.get(folded, 0),
                hash_of("-3" + folded[-3:]),
                hash_of("-4" + folded[-4:]),
                hash_of("+4" + folded[:4]),
                len(word),
            )
        )
        self.index[word] = len(self._rows) - 1
        return len(self._rows) - 1

    def table(self) -> NDArray[np.uint64]:
        """Columns: hash, power, shape, classes, suffix of 3, suffix of 4, prefix of 4, length."""
        have = len(self._table)
        if have < len(self._rows):
            new = np.array(self._rows[have:], np.uint64)
            self._table = np.concatenate([self._table, new])
        return self._table

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._rows) > self._most
