"""Texts as token arrays: words, what stands between them, sentences, sections.

A batch of texts is one long array of tokens; every token knows its text, its section (0 title,
1 abstract), its place in the section's text, and the kind of gap before it. Nothing is normalised in
place, so an offset is always an offset into the text as loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.words import hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.words import Lexicon

_TOKEN = re.compile(
    r"https?:\s?//[^\s<>\"]+|(?<!\w)(?:www\.|(?:github|gitlab|huggingface)\.(?:com|co|io)/)[^\s<>\"]+"
    r"|\\[a-zA-Z]+(?=\s?\{)|[^\W_]+(?:(?:\.(?=\d)|['’](?=[^\W\d_])|[$^{}\\]+)[^\W_]+)*(?:\+\+|(?<=[A-Z])\+(?=\s))?"
)

# Kinds of gaps, in the order of their codes.
GAPS = ("space", "hyphen", "slash", "and", "comma", "open", "close", "colon", "stop", "quote", "dash", "other", "edge")
SPACE, HYPHEN, SLASH, AND, COMMA, OPEN, CLOSE, COLON, STOP, QUOTE, DASH, OTHER, EDGE = range(13)
_BREAKING = 4  # gaps from here on end a name

_ABBREVIATION = frozenset(
    """
    al vs cf fig figs e.g i.e g e i eg ie dr st approx eq no resp etc incl
    """.split()  # noqa: SIM905
)
_MARKUP = re.compile(r"\\[a-zA-Z]+|[{}$\\]")
_HYPHENS = "-‐‑–‒"


def gap_kind(gap: str) -> int:
    """What kind of gap these characters between two words are (a full stop only by its form)."""
    gap = _MARKUP.sub("", gap)
    bare = gap.strip()
    if not bare:
        return SPACE
    if bare in _HYPHENS and len(bare) == 1:
        return HYPHEN if gap == bare or gap[:1] == bare else DASH
    if gap == "/":
        return SLASH
    if bare in {"&", "\\&"}:
        return AND
    if bare[0] in ".!?" or (bare[-1] in ".!?" and bare[0] in ")]”\"'’"):
        return STOP
    for marks, kind in (("([", OPEN), (")]", CLOSE), (":;", COLON), (",", COMMA), ("\"'`“”‘’", QUOTE)):
        if any(mark in bare for mark in marks):
            return kind
    if "—" in bare or "–" in bare or "--" in bare:
        return DASH
    return OTHER


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a batch of texts, in columns of equal length."""

    words: NDArray[np.int64]  # row in the lexicon
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    text: NDArray[np.int64]
    section: NDArray[np.int64]
    gap: NDArray[np.int64]  # before the token
    sentence: NDArray[np.int64]  # numbered through the batch
    first: NDArray[np.int64]  # first token of each text, and one past the last
    sentence_in_text: NDArray[np.int64]


def read_tokens(texts: Sequence[tuple[str, str]], lexicon: Lexicon) -> Tokens:
    """Cut a batch of (title, abstract) pairs into tokens."""
    words: list[str] = []
    start: list[int] = []
    end: list[int] = []
    gap: list[int] = []
    first = [0]
    counts: list[int] = []
    for pair in texts:
        for section in pair:
            before = len(words)
            _cut(section, words, start, end, gap)
            counts.append(len(words) - before)
        first.append(len(words))
    total = len(words)
    n = len(texts)
    sections = np.repeat(np.tile([0, 1], n), counts)
    text = np.repeat(np.arange(n), np.diff(first))
    gaps = np.array(gap, np.int64)
    new_sentence = (gaps == STOP) | (gaps == EDGE)
    sentence = np.cumsum(new_sentence) if total else np.zeros(0, np.int64)
    firsts = np.array(first, np.int64)
    at = np.minimum(firsts[:-1], max(total - 1, 0))
    in_text = sentence - sentence[at][text] if total else sentence
    return Tokens(
        lexicon.lookup(words),
        np.array(start, np.int64),
        np.array(end, np.int64),
        text,
        sections,
        gaps,
        sentence,
        firsts,
        in_text,
    )


_KINDS: dict[str, int] = {}


def _cut(section: str, words: list[str], start: list[int], end: list[int], gap: list[int]) -> None:
    kinds = _KINDS
    last = -1
    for match in _TOKEN.finditer(section):
        s, e = match.span()
        word = match[0]
        if word[0] == "\\":
            continue
        if last < 0:
            kind = EDGE
        else:
            between = section[last:s]
            found = kinds.get(between)
            if found is None:
                found = gap_kind(between)
                if len(kinds) < 50_000:
                    kinds[between] = found
            kind = found
            if kind == STOP and not _is_sentence_end(words[-1], between, word):
                kind = OTHER
        words.append(word)
        start.append(s)
        end.append(e)
        gap.append(kind)
        last = e


def _is_sentence_end(before: str, gap: str, after: str) -> bool:
    if not any(map(str.isspace, gap)):
        return (
            gap.strip() in {".", "?", "!"}
            and after[0].isupper()
            and len(before) > 2
            and before.islower()
            and len(after) > 2
        )
    if before in _ABBREVIATION and gap.strip()[0] == ".":
        return False
    return after[0].isupper() or not after[0].isalpha() or "?" in gap or "!" in gap or len(before) > 3


def run_ends(tokens: Tokens, stops: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each token, one past the last token of the unbroken run of non-stop words it stands in."""
    n = len(tokens.words)
    broken = np.ones(n + 1, bool)
    broken[:n] = (tokens.gap >= _BREAKING) | stops
    broken[1:n] |= stops[: n - 1]
    where = np.where(broken, np.arange(n + 1), n)
    nearest = np.minimum.accumulate(where[::-1])[::-1]
    return nearest[1:]


_REACH_OF_CONTRAST = 4  # words


def contrasted(tokens: Tokens, table: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which tokens are named only in contrast: "unlike CT", "instead of U-Net", "rather than MRI or CT".

    (Not "without …": a paper that drops an ingredient still speaks of its own system.)
    """
    n = len(tokens.words)
    word = table[tokens.words, 0]
    opens = (word == _UNLIKE) | (word == _INSTEAD)
    opens[1:] |= (word[1:] == _THAN) & (word[:-1] == _RATHER)
    places = np.arange(n)
    last = np.maximum.accumulate(np.where(opens, places, -100))
    unbroken = np.cumsum(tokens.gap >= _BREAKING)
    distance = places - last
    marked: NDArray[np.bool_] = (
        (distance > 0) & (distance <= _REACH_OF_CONTRAST) & (unbroken == unbroken[np.maximum(last, 0)])
    )
    return marked


_UNLIKE, _INSTEAD, _RATHER, _THAN = (np.uint64(hash_of(w)) for w in ("unlike", "instead", "rather", "than"))
