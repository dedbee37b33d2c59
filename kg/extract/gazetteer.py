"""Names that the concept tables know: datasets, methods, tasks and conditions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.words import TYPE_WORDS, fold, hash_of
from schema.concepts import concepts

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLES = ("Dataset", "Method", "Task", "Condition")


def folded_words(name: str) -> list[str]:
    """The folded words of a name without trailing type words, as candidates are keyed."""
    words = [w for w in (fold(part) for part in name.replace("-", " ").replace("/", " ").split()) if w]
    while len(words) > 1 and words[-1] in TYPE_WORDS:
        words.pop()
    return words


@cache
def gazetteer() -> tuple[tuple[NDArray[np.uint64], NDArray[np.uint64]], ...]:
    """For each table the sorted hashes of its names, and of the last words of names of several words."""
    out = []
    for table in TABLES:
        names = [folded_words(name) for concept in concepts(table).values() for name in concept.names]
        whole = {hash_of("".join(words)) for words in names if words}
        last = {hash_of(words[-1]) for words in names if len(words) > 1}
        out.append((np.array(sorted(whole), np.uint64), np.array(sorted(last), np.uint64)))
    return tuple(out)
