"""Marks evidence in a text: which words carry which edges. Pure; the templates only print what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from schema.node import Edge


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a section, `start` to `end`, that belongs to the edge with this number on the page."""

    start: int
    end: int
    relation: str
    number: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text with the marks that cover all of it; pieces in order give the text again."""

    text: str
    marks: tuple[Mark, ...]

    @property
    def relation(self) -> str:
        """The relation that gives the piece its colour: that of its shortest mark; "" for plain text."""
        return min(self.marks, key=lambda m: m.end - m.start).relation if self.marks else ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the edges that the piece supports, ascending."""
        return tuple(sorted({m.number for m in self.marks}))


def find_marks(text: str, section: str, edges: Sequence[tuple[Edge, Sequence[str]]]) -> list[Mark]:
    """The marks of a section: for each edge the words in its passage that name its target, else the passage.

    `edges` pairs each edge with the names of its target; an edge's number is its place in the list.
    """
    found = []
    for number, (edge, names) in enumerate(edges):
        for support in edge.supports:
            evidence = support.evidence
            if evidence.section != section or text[evidence.start : evidence.end] != evidence.quote:
                continue
            start, end = _named(evidence.quote, names) or (0, len(evidence.quote))
            found.append(Mark(evidence.start + start, evidence.start + end, edge.relation, number))
            break
    return found


def segments(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """Cut a text at every end of a mark.

    >>> [(s.text, s.numbers) for s in segments("we use BERT", [Mark(7, 11, "usesMethod", 0)])]
    [('we use ', ()), ('BERT', (0,))]
    """
    marks = [m for m in marks if m.start < m.end]
    cuts = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    return [
        Segment(text[a:b], tuple(m for m in marks if m.start <= a and b <= m.end)) for a, b in pairwise(cuts) if a < b
    ]


def highlight(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Cut a text into pieces that are, or are not, one of the words looked for (whole words, any case).

    >>> highlight("CT of the chest", ["ct"])
    [('CT', True), (' of the chest', False)]
    """
    if not words:
        return [(text, False)]
    pattern = re.compile(rf"\b({'|'.join(re.escape(w) for w in words)})\w{{0,3}}", re.IGNORECASE)
    pieces: list[tuple[str, bool]] = []
    at = 0
    for hit in pattern.finditer(text):
        if hit.start() > at:
            pieces.append((text[at : hit.start()], False))
        pieces.append((hit[0], True))
        at = hit.end()
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces


def _named(quote: str, names: Sequence[str]) -> tuple[int, int] | None:
    for name in sorted(names, key=len, reverse=True):
        if found := re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", quote, re.IGNORECASE):
            return found.span()
    return None
