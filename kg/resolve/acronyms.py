"""Short forms and their long forms: "CNN" of "convolutional neural network", and the numbers that keep names apart."""

from __future__ import annotations

import re

from kg.resolve.names import TYPE_WORDS, clean, fold, singular

_PARENTHESIS = re.compile(r"^(?P<outer>.{2,}?)\s*\((?P<inner>[^()]{2,})\)(?P<rest>(?:\s+[a-z]+)?)$")

_SMALL = frozenset({"of", "and", "for", "the", "in", "on", "with", "to", "a", "via", "by"})


def split_parenthesis(name: str) -> tuple[str, ...]:
    """The two names in "long form (SHORT)", or the name alone.

    >>> split_parenthesis("Brain Tumor Segmentation (BraTS) challenge")
    ('Brain Tumor Segmentation challenge', 'BraTS')
    """
    found = _PARENTHESIS.match(name.strip())
    if not found:
        return (name,)
    outer, inner = found["outer"] + found["rest"], found["inner"]
    return (outer, inner) if is_acronym_of(inner, found["outer"]) or is_acronym_of(found["outer"], inner) else (name,)


def numbers_of(name: str) -> tuple[str, ...]:
    """The digits and Roman numerals of a name in order: names that differ here are different things.

    >>> numbers_of("MIMIC-IV"), numbers_of("ResNet-18"), numbers_of("GPT-4o")
    (('4',), ('18',), ('4',))
    """
    text = clean(name)
    found = re.findall(r"\d+|(?<![A-Za-z])(?:VIII|VII|VI|IV|IX|III|II|V|X)(?![A-Za-z])", text)
    return tuple(_ROMAN.get(n, n.lstrip("0") or "0") for n in found)


_ROMAN = {"II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10"}


def is_acronym_of(short: str, long: str) -> bool:
    """True where the letters of `short` can be found in order in `long`, the first at the start of a word.

    The test of Schwartz and Hearst (Pacific Symposium on Biocomputing, 2003),
    which wants the first letters to agree, with more demands: the numbers
    agree, most words begin with a letter of the short form, and the short form
    does not itself stand in the long one ("GPT-4" in "GPT-4 Turbo").

    >>> is_acronym_of("CNN", "convolutional neural network"), is_acronym_of("CAD", "coronary artery disease")
    (True, True)
    >>> is_acronym_of("MIMIC-IV", "MIMIC-III"), is_acronym_of("SAM", "language model")
    (False, False)
    """
    long_text = clean(long)
    letters = [c for c in singular(clean(short)).casefold() if c.isalnum() or c == "+"]
    words = [w for w in re.split(r"[\s\-–/]+", long_text.casefold()) if w]
    if not 2 <= len(letters) <= 12 or len(words) < 2 or (" " not in long_text and len(words) < 3):
        return False
    if " " in short.strip() or _stands_in(fold(short), words) or len(long_text) <= len(letters):
        return False
    if set(numbers_of(short)) - set(numbers_of(long)) or set(numbers_of(long)) - set(numbers_of(short)) - {"2", "3"}:
        return False
    if letters[0] == "t" and words[0][0] != "t":
        # An article that was taken off: The Cancer Genome Atlas (TCGA).
        letters = letters[1:]
    return (
        letters[0] == words[0][0]
        and _starts(letters, words) >= 0.6
        and _ends(letters, words)
        and _found_in_order(letters, long_text.casefold())
    )


def _stands_in(short: str, words: list[str]) -> bool:
    """True where some neighbouring words of the long form spell the short one."""
    folded = [fold(w) for w in words]
    ends = range(len(words) + 1)
    return any(short == "".join(folded[start:end]) for start in ends for end in ends[start + 1 :])


def _found_in_order(letters: list[str], text: str) -> bool:
    place = -1
    for letter in letters:
        place = text.find(letter, place + 1)
        if place < 0:
            return False
    return True


def _starts(letters: list[str], words: list[str]) -> float:
    """The share of the words, small ones aside, whose first letter is met in order."""
    met = _met(letters, words)
    counted = [m for word, m in zip(words, met, strict=True) if word not in _SMALL]
    return sum(counted) / len(counted) if counted else 0.0


def _ends(letters: list[str], words: list[str]) -> bool:
    """True where the last word, type words aside, begins with a letter of the short form or holds its last."""
    met = _met(letters, words)
    last = len(words) - 1
    if last > 1 and not met[last] and words[last] in TYPE_WORDS["Method"] | TYPE_WORDS["Dataset"]:
        last -= 1
    left = len(letters) - sum(met)
    return met[last] or (left > 1 and letters[-1] in words[last])


def _met(letters: list[str], words: list[str]) -> list[bool]:
    """For each word whether its first letter is the next, or a later, letter of the short form."""
    todo, met = list(letters), []
    for word in words:
        met.append(word[0] in todo)
        if met[-1]:
            del todo[: todo.index(word[0]) + 1]
    return met
