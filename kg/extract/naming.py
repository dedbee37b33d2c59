"""What a chosen thing is called, by which other names, and which passage shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.passages import HYPHEN, SPACE
from kg.extract.words import CAMEL, CAPITALS, DIGIT, TYPE, TYPE_WORDS, fold
from schema.annotation import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.candidates import Mentions
    from kg.extract.passages import Tokens

_MARKUP = re.compile(r"\\[a-zA-Z]+\s?(?=\{)|[$^{}\\]")
_BROKEN = re.compile(r"(?<=[a-z])-\s+(?=[a-z])")
_CLOSING = ".!?)]\"'’”}"
MOST_ALIASES = 5


def clean(name: str) -> str:
    """A printed name without LaTeX marks and without the line ends of its source.

    >>> clean("MedE$^2$"), clean("canoni- cal  correlation")
    ('MedE2', 'canonical correlation')
    """
    return " ".join(_BROKEN.sub("", _MARKUP.sub("", name)).split())


def printed(tokens: Tokens, texts: Sequence[tuple[str, str]], start: int, end: int) -> str:
    """The characters from one token to another (exclusive), as they stand in the text."""
    text = texts[int(tokens.text[start])][int(tokens.section[start])]
    return text[int(tokens.start[start]) : int(tokens.end[end - 1])]


def name_of(
    tokens: Tokens,
    table: NDArray[np.uint64],
    texts: Sequence[tuple[str, str]],
    mentions: Mentions,
    entity: int,
    relation: str,
) -> tuple[str, tuple[str, ...]]:
    """The name under which a thing is reported and its other names in the text.

    An acronym that the text expands is the name; a type word that belongs to a common name
    ("diffusion model") is kept, after a coined one ("Merlin model") it is not.
    """
    a, b = int(mentions.first[entity]), int(mentions.first[entity + 1])
    forms: dict[int, list[str]] = {}
    order = sorted(range(a, b), key=lambda i: (int(tokens.section[mentions.start[i]]) == 0, i))
    for i in order:
        start, end = int(mentions.start[i]), int(mentions.end[i])
        forms.setdefault(int(mentions.key[i]), []).append(
            clean(printed(tokens, texts, start, _with_type(tokens, texts, table, start, end, relation)))
        )
    names = [_commonest(some) for some in forms.values()]
    names.sort(key=lambda n: (_rank(n), len(n))) if len(names) > 1 else None
    others = [n for some in forms.values() for n in some if n not in names]
    return names[0], tuple(dict.fromkeys([*names[1:], *others]))[:MOST_ALIASES]


def _rank(name: str) -> int:
    return 0 if " " not in name and sum(map(str.isupper, name)) >= 2 else 1


def _commonest(forms: list[str]) -> str:
    return max(dict.fromkeys(forms), key=lambda f: (forms.count(f), -forms.index(f)))


_TYPE_WORDS = {
    "usesMethod": TYPE_WORDS
    - {"dataset", "data", "set", "benchmark", "corpus", "corpora", "database", "disease", "task"},
    "studiesCondition": frozenset({"disease"}),
}
_TYPE_WORDS["proposesMethod"] = _TYPE_WORDS["usesMethod"]


def _with_type(
    tokens: Tokens, texts: Sequence[tuple[str, str]], table: NDArray[np.uint64], start: int, end: int, relation: str
) -> int:
    """One past the type word that follows a common (not coined) name and belongs to things of its kind, or ``end``."""
    if end >= len(tokens.words) or tokens.gap[end] not in (SPACE, HYPHEN):
        return end
    flags = table[tokens.words[start:end], 2]
    coined = ((flags & np.uint64(CAPITALS | CAMEL | DIGIT)) > 0).any()
    if coined or not int(table[tokens.words[end], 2]) & TYPE:
        return end
    word = fold(printed(tokens, texts, end, end + 1))
    return end + 1 if word in _TYPE_WORDS.get(relation, ()) else end


def passage(tokens: Tokens, texts: Sequence[tuple[str, str]], token: int) -> Evidence:
    """The sentence in which a token stands, word for word."""
    text, section = int(tokens.text[token]), int(tokens.section[token])
    first = int(np.searchsorted(tokens.sentence, tokens.sentence[token], "left"))
    last = int(np.searchsorted(tokens.sentence, tokens.sentence[token], "right")) - 1
    return span(texts[text], section, int(tokens.start[first]), int(tokens.end[last]))


def span(text: tuple[str, str], section: int, start: int, end: int) -> Evidence:
    """Evidence from characters of a section, with the closing marks that follow."""
    whole = text[section]
    while end < len(whole) and whole[end] in _CLOSING:
        end += 1
    while start > 0 and whole[start - 1] in "([\"'“‘$\\{":
        start -= 1
    return Evidence(whole[start:end], "title" if section == 0 else "abstract", start, end)
