"""What the tagger is taught: the places of the annotated names in the text, as labels of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.extract._wordpiece import Words, words_of
from kg.extract.tagger import ANY, RELATIONS, REQUIRED
from schema.annotation import Text
from schema.concepts import broader_closure, concepts

OUTSIDE, BEGINS, GOES_ON, NOT_SCORED = 0, 1, 2, -100
_TYPE_WORDS: Final = frozenset(
    "dataset data set benchmark corpus corpora database cohort challenge collection model framework network "  # noqa: SIM905
    "method algorithm system approach technique architecture task disease".split()
)
_SHORT: Final = 4  # letters; so short a name must be printed with a capital where the annotation has one
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and its labels: `words` (2 readings, relations, n); for each modality its label and whether it counts."""

    text: Words
    words: NDArray[np.int64]
    modalities: NDArray[np.float32]
    counts: NDArray[np.float32]


def lesson_from(text: Text, gold: Mapping[str, Any]) -> Lesson:
    """The labels of one annotated paper; `gold` is in the shape of the annotation guide.

    Longer names go first, required ones before optional ones. In the reading
    `REQUIRED` the words of optional names are not scored: to report them or not is
    no error. In the reading `ANY` they are names like the others.
    """
    words = words_of(text)
    printed = _Printed(f"{text.title}\n{text.abstract}", words)
    labels = np.zeros((2, len(RELATIONS), len(words.texts)), np.int64)
    for row, relation in enumerate(RELATIONS):
        spans = sorted(set(_spans(printed, gold, relation)), key=lambda s: (s[1][0] - s[1][1], s[0], s[1]))
        for optional, (first, last) in sorted(spans, key=lambda s: s[0]):
            part = labels[REQUIRED, row, first : last + 1]
            if not part.any():
                _mark(part, optional)
        for _, (first, last) in spans:
            part = labels[ANY, row, first : last + 1]
            if not part.any():
                _mark(part, False)
    return Lesson(words, labels, *_modalities(gold))


def _mark(part: NDArray[np.int64], masked: bool) -> None:
    part[:] = NOT_SCORED if masked else GOES_ON
    if not masked:
        part[0] = BEGINS


def _spans(printed: _Printed, gold: Mapping[str, Any], relation: str) -> Iterator[tuple[bool, Span]]:
    if relation == "results":
        for result in gold.get("results") or []:
            for span in printed.find_value(str(result["value"])):
                yield bool(result.get("optional")), span
        return
    for edge in gold["edges"]:
        if edge["relation"] == relation:
            for name in (edge.get("name") or "", *(edge.get("aliases") or ())):
                for span in printed.find_name(name):
                    yield bool(edge.get("optional")), span


def _modalities(gold: Mapping[str, Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """By row of the modality table: whether the paper targets it or something narrower; whether that is scored."""
    up = broader_closure("Modality")
    edges = [e for e in gold["edges"] if e["relation"] == "targetsModality" and e["id"] in up]
    allowed = frozenset[str]().union(*(up[e["id"]] for e in edges))
    required = frozenset[str]().union(*(up[e["id"]] for e in edges if not e.get("optional")))
    ids = list(concepts("Modality"))
    targets = np.array([i in required for i in ids], np.float32)
    return targets, np.array([i in required or i not in allowed for i in ids], np.float32)


class _Printed:
    """A text in which names are found whatever their case, plural, hyphens and spaces."""

    def __init__(self, text: str, words: Words) -> None:
        self._text, self._offsets = text, words.offsets
        self._letters = ""
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        for n, word in enumerate(words.texts):
            plus_plus = words.texts[n : n + 2] == ("+", "+")
            folded = "plusplus" if plus_plus else "and" if word == "&" else _fold(word) if word[0].isalnum() else ""
            if folded:
                self._first[len(self._letters)] = n
                self._letters += folded
                self._last.setdefault(len(self._letters), n + plus_plus)

    def find_name(self, name: str) -> Iterator[Span]:
        """First and last word of each place where a name is printed."""
        key = "".join(_key(name))
        at = self._letters.find(key) if key else -1
        while at >= 0:
            first, last = self._first.get(at), self._last.get(at + len(key))
            if first is not None and last is not None and last >= first:
                printed = self._text[self._offsets[first][0] : self._offsets[last][1]]
                if len(key) > _SHORT or not name[0].isupper() or any(c.isupper() for c in printed):
                    yield first, last
            at = self._letters.find(key, at + 1)

    def find_value(self, value: str) -> Iterator[Span]:
        """First and last word of each place where a number is printed and is not part of a longer one."""
        if not value.strip():
            return
        for hit in re.finditer(rf"(?<![\d.]){re.escape(value.strip())}(?!\d|\.\d)", self._text):
            first = int(np.searchsorted(self._offsets[:, 1], hit.start(), "right"))
            yield first, int(np.searchsorted(self._offsets[:, 0], hit.end(), "left")) - 1


def _fold(word: str) -> str:
    word = unicodedata.normalize("NFKC", word).casefold()
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _key(name: str) -> list[str]:
    """The words by which a name is the same name: no article before, no type word behind."""
    text = re.sub(r"[$^{}\\]", "", unicodedata.normalize("NFKC", name).casefold())
    words = [_fold(w) for w in re.findall(r"[^\W_]+", text.replace("&", " and ").replace("++", "plusplus"))]
    while len(words) > 1 and words[0] in {"the", "a", "an", "our"}:
        words = words[1:]
    while len(words) > 1 and words[-1] in _TYPE_WORDS:
        words = words[:-1]
    return words
