"""Words, their shapes, and the pieces of words that the tagger's encoder knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schema.annotation import Text

LONGEST: Final = 512  # positions that the encoder has
_WORD: Final = re.compile(r"[^\W_]+|[^\w\s]|_")
_PIECES_PER_WORD: Final = 6
_CHARS_PER_WORD: Final = 100
SHAPES: Final = 10


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: `offsets` (n, 2) into title + newline + abstract, and how many are of the title."""

    texts: tuple[str, ...]
    offsets: NDArray[np.int32]
    in_title: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """The encoder's input: ids, shape and segment of each piece; `first` holds the place of each word's first piece."""

    ids: NDArray[np.int64]
    shapes: NDArray[np.int64]
    segments: NDArray[np.int64]
    first: NDArray[np.int64]


def words_of(text: Text) -> Words:
    """Split a text: a run of letters and digits is a word, every other visible character is one by itself.

    >>> words_of(Text("GPT-4 reads", "CT.")).texts
    ('GPT', '-', '4', 'reads', 'CT', '.')
    """
    hits = list(_WORD.finditer(f"{text.title}\n{text.abstract}"))
    offsets = np.array([h.span() for h in hits], np.int32).reshape(-1, 2)
    return Words(tuple(h.group() for h in hits), offsets, int((offsets[:, 0] < len(text.title)).sum()))


def shape_of(word: str) -> int:
    """The shape of a word as a number; the encoder itself does not see case.

    1 punctuation, 2 digits, 3 lower case, 4 one capital, 5 capitals,
    6 capitalised, 7 mixed case, 8 letters and digits with a capital, 9 without.

    >>> [shape_of(w) for w in ("-", "18", "net", "CT", "Merlin", "ResNet", "GPT4o", "4th")]
    [1, 2, 3, 5, 6, 7, 8, 9]
    """
    if not word[0].isalnum():
        return 1
    if word.isdigit():
        return 2
    if not word.isalpha():
        return 8 if any(c.isupper() for c in word) else 9
    if word.islower():
        return 3
    if word.isupper():
        return 4 if len(word) == 1 else 5
    return 6 if word.istitle() else 7


class WordPieces:
    """Cuts words by greedy longest match (Wu et al. 2016, as BERT does); remembers what it has cut."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._id = {piece: n for n, piece in enumerate(vocabulary)}
        self._begin, self._end, self._unknown = (self._id[p] for p in ("[CLS]", "[SEP]", "[UNK]"))
        self._cut: dict[str, list[int]] = {}

    def __call__(self, words: Words) -> Pieces:
        """The pieces of a text; words past `LONGEST` pieces are left out, so `first` may be shorter than the words."""
        ids, shapes, segments, first = [self._begin], [0], [0], []
        for n, word in enumerate(words.texts):
            pieces = self.cut(word)
            if len(ids) + len(pieces) >= LONGEST:
                break
            first.append(len(ids))
            ids += pieces
            shapes += [shape_of(word)] * len(pieces)
            segments += [1 if n < words.in_title else 2] * len(pieces)
        columns = ([*ids, self._end], [*shapes, 0], [*segments, 0], first)
        return Pieces(*(np.array(column, np.int64) for column in columns))

    def cut(self, word: str) -> list[int]:
        """Ids of the pieces of one word, case and accents dropped; at most six."""
        found = self._cut.get(word)
        if found is None:
            if len(self._cut) > 200_000:  # a bound on memory in a long run
                self._cut.clear()
            found = self._cut[word] = self._pieces(word)
        return found

    def _pieces(self, word: str) -> list[int]:
        lower = "".join(c.lower() for c in word[:_CHARS_PER_WORD])
        plain = "".join(c for c in unicodedata.normalize("NFD", lower) if unicodedata.category(c) != "Mn")
        pieces: list[int] = []
        start = 0
        while start < len(plain):
            mark = "##" if start else ""
            ends = range(len(plain), start, -1)
            end = next((e for e in ends if mark + plain[start:e] in self._id), None)
            if end is None:
                return [self._unknown]
            pieces.append(self._id[mark + plain[start:end]])
            start = end
        return pieces[:_PIECES_PER_WORD] or [self._unknown]
