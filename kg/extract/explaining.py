"""Why an edge was drawn, in words: the columns that raised its score most."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from kg.extract.matrix import PLAIN, RELATIONS, statistics_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from kg.extract.decoding import Choice
    from kg.extract.model import EntityModel

COLUMNS = (*PLAIN, *statistics_names())

_CUE_WORDS = {
    "basedon": "based on",
    "suchas": "such as",
    "taskword": "a word for a task",
    "data": "a word for data",
    "model": "a word for a model",
    "method": "a word for a method",
    "task": "a word like task or goal",
    "patients": "a word of illness",
    "with": "using",
    "prior": "existing",
    "results": "a word of results",
    "number": "a number word",
    "contain": "a word of contents",
    "public": "a word of availability",
}
_PLACES = {
    "title": "stands in the title",
    "before colon": "stands before the title's colon",
    "after colon": "stands after the title's colon",
    "opens title": "opens the title",
    "mentions": "how often it occurs",
    "acronym pair": "spelled out with its acronym",
    "listed": "a name known from annotated papers",
    "most listed": "a name known from annotated papers",
    "sentence": "which sentence it stands in",
    "sentence share": "how early it stands",
    "share": "how early it stands",
    "last sentence": "where it occurs last",
    "last share": "where it occurs last",
    "title share": "title or abstract",
}
_PARTS = {
    "name": "the name itself",
    "head": "its last word",
    "last two": "its last two words",
    "first": "its first word",
    "suffix 3": "its ending",
    "suffix 4": "its ending",
    "prefix 4": "its beginning",
    "before": "the word before",
    "after": "the word after",
    "two before": "the two words before",
    "two after": "the two words after",
    "around": "the words around",
    "left": "words to the left",
    "right": "words to the right",
    "sentence": "words of the sentence",
    "text": "words of the text",
}
_VERBS = {
    "usesDataset": "a dataset in use",
    "introducesDataset": "a new dataset",
    "proposesMethod": "a new method",
    "usesMethod": "a method in use",
    "addressesTask": "a task",
    "studiesCondition": "a condition",
}


@cache
def phrase(column: str) -> str:
    """A column's name in words.

    >>> phrase("before propose"), phrase("most after usesMethod")
    ('near, on its left: propose', 'the word after speaks of a method in use')
    """
    bare = re.sub(r"^(most|mean) ", "", column)
    for relation in RELATIONS:
        if bare.endswith(f" {relation}"):
            part = re.sub(r" (optional|words)$", "", bare.removesuffix(f" {relation}"))
            verb = "speak" if "words" in _PARTS[part] else "speaks"
            return f"{_PARTS[part]} {verb} of {_VERBS[relation]}"
    if column in _PLACES:
        return _PLACES[column]
    if column.startswith("known "):
        return "a name, or part of one, that the concept tables know"
    side, _, cue = column.partition(" ")
    if side in ("before", "after") and column in PLAIN:
        return f"near, on its {'left' if side == 'before' else 'right'}: {_CUE_WORDS.get(cue, cue)}"
    if bare.endswith(" seen"):
        return f"how common {_PARTS[bare.removesuffix(' seen')]} is"
    if side in ("title", "abstract"):
        return f"words like {_CUE_WORDS.get(cue, cue)} in the {side}"
    return f"its shape ({bare})"


def reasons_of(
    chosen: Sequence[Sequence[Choice]], row_of: Mapping[int, int], columns: NDArray[np.float32], model: EntityModel
) -> dict[tuple[int, int], tuple[str, ...]]:
    """(relation, entity) -> the reasons that weighed most."""
    out: dict[tuple[int, int], tuple[str, ...]] = {}
    for relation, trees in enumerate(model.first.trees):
        entities = [c.entity for choices in chosen for c in choices if c.relation == relation]
        if not entities:
            continue
        found = trees.reasons(columns[[row_of[e] for e in entities]], 6)
        for entity, moves in zip(entities, found, strict=True):
            words = dict.fromkeys(phrase(COLUMNS[model.columns[column]]) for column, _ in moves)
            out[relation, entity] = tuple(words)[:3]
    return out
