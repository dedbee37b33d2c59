"""Slips of the hand: whether two words are one word with a typing error."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=20_000)
def is_typo(first: str, second: str) -> bool:
    """True where two words differ as a slip of the hand does: one edit from five letters on, two from nine.

    >>> is_typo("segmentation", "segmetnation"), is_typo("liver", "brain"), is_typo("cat", "car")
    (True, False, False)
    """
    if first == second:
        return True
    shorter = min(len(first), len(second))
    allowed = 0 if shorter < 4 else 1 if shorter < 9 else 2
    if abs(len(first) - len(second)) > allowed or first.isdigit() or second.isdigit():
        return False
    return _edits(first, second, allowed) <= allowed


def _edits(first: str, second: str, most: int) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours; more than `most` is `most + 1`.

    Source: the optimal string alignment variant of Damerau-Levenshtein.
    """
    before, row = [0] * (len(second) + 1), list(range(len(second) + 1))
    for i, x in enumerate(first, 1):
        older, before, row = before, row, [i, *([0] * len(second))]
        for j, y in enumerate(second, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == second[j - 2] and first[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
