"""Acronyms with their long forms, in the manner of Schwartz and Hearst (PSB 2003), in both orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kg.extract.passages import CLOSE, COLON, EDGE, HYPHEN, OPEN, SLASH, STOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.extract.passages import Tokens

_MOST_SHORT = 4  # tokens: "Oph-Guid-RAG"


def find_acronyms(tokens: Tokens, texts: Sequence[tuple[str, str]]) -> list[tuple[int, int, int, int]]:
    """(long start, long end, short start, short end) in tokens, for each "long form (LF)" and "LF (long form)"."""
    found = []
    gap = tokens.gap
    n = len(gap)
    for opening in np.flatnonzero(gap == OPEN).tolist():
        close = opening + 1
        while close < n and close - opening <= 12 and gap[close] not in (OPEN, CLOSE, STOP, EDGE):
            close += 1
        inside = _printed(tokens, texts, opening, min(close, n))
        if _is_short(inside) and close - opening <= _MOST_SHORT:
            pair = _long_before(tokens, texts, opening, inside)
            if pair is not None:
                found.append((pair, opening, opening, close))
                continue
        before = opening - 1
        while before > 0 and gap[before] in (HYPHEN, SLASH):
            before -= 1
        short = _printed(tokens, texts, before, opening)
        if close - opening >= 2 and _is_short(short) and _fits(short, inside):
            found.append((opening, close, before, opening))
    for colon in np.flatnonzero((gap == COLON) & (tokens.section == 0)).tolist():
        first = int(tokens.first[tokens.text[colon]])
        short = _printed(tokens, texts, first, colon)
        if colon - first > _MOST_SHORT or not _is_short(short):
            continue
        for end in range(colon + 2, min(colon + 8, n) + 1):
            if tokens.text[end - 1] != tokens.text[colon] or tokens.section[end - 1] != 0:
                break
            if _fits(short, _printed(tokens, texts, colon, end)) and _initials(
                short, _printed(tokens, texts, colon, end)
            ):
                found.append((colon, end, first, colon))
                break
    return found


def _printed(tokens: Tokens, texts: Sequence[tuple[str, str]], start: int, end: int) -> str:
    text = texts[int(tokens.text[start])][int(tokens.section[start])]
    return text[int(tokens.start[start]) : int(tokens.end[end - 1])]


def _is_short(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return 2 <= len(text) <= 20 and len(letters) >= 2 and sum(map(str.isupper, letters)) >= 2 and text.count(" ") <= 1


def _letters(short: str) -> str:
    kept = [c for c in short if c.isalnum()]
    if len(kept) > 3 and kept[-1] == "s" and kept[-2].isupper():
        kept = kept[:-1]
    return "".join(kept).casefold()


def _long_before(tokens: Tokens, texts: Sequence[tuple[str, str]], opening: int, short: str) -> int | None:
    """The token at which the long form before an opening bracket starts, or None."""
    letters = _letters(short)
    words = min(len(letters) + 5, len(letters) * 2)
    lowest = opening
    while lowest > 0 and opening - lowest < words and tokens.sentence[lowest - 1] == tokens.sentence[opening - 1]:
        if tokens.gap[lowest] in (OPEN, CLOSE) and lowest != opening:
            break
        lowest -= 1
    if lowest == opening:
        return None
    text = _printed(tokens, texts, lowest, opening).casefold()
    at = len(text) - 1
    for i in range(len(letters) - 1, -1, -1):
        while at >= 0 and (text[at] != letters[i] or (i == 0 and at > 0 and text[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
        at -= 1
    offset = int(tokens.start[lowest]) + at + 1
    start = int(np.searchsorted(tokens.start[lowest:opening], offset, side="right")) - 1 + lowest
    printed = _printed(tokens, texts, start, opening)
    return start if len(printed) > len(short) and opening - start >= 2 else None


def _fits(short: str, long: str) -> bool:
    """Whether the letters of a short form stand in a long form in order, the first at its start."""
    letters, text = _letters(short), long.casefold()
    if not text or text[0] != letters[0] or len(text) <= len(short):
        return False
    at = 0
    for letter in letters:
        at = text.find(letter, at) + 1
        if at == 0:
            return False
    return True


def _initials(short: str, long: str) -> bool:
    words = [w for w in long.replace("-", " ").split() if w]
    initials = "".join(w[0] for w in words).casefold()
    letters = _letters(short)
    return sum(c in initials for c in letters) >= max(2, len(letters) - 1) and words[-1][0].casefold() in letters[-2:]
