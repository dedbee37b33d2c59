"""Annotated papers with their texts, and the folds in which they are held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kg.extract.matrix import RELATIONS
from kg.extract.reading import Pair
from kg.extract.words import hash_of
from kg.quality.matching import names_of
from kg.quality.texts import read_annotated
from schema.errors import BadRequest

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Paper:
    """A title and an abstract with what annotators found in them."""

    text: Pair
    gold: Mapping[str, Any]

    def edges(self, relation: str) -> list[Mapping[str, Any]]:
        """The annotated edges of a relation."""
        return [e for e in self.gold["edges"] if e["relation"] == relation]

    def name_keys(self) -> set[int]:
        """The keys of all annotated names."""
        named = (e for e in self.gold["edges"] if e["relation"] in RELATIONS)
        return {hash_of("".join(t)) for e in named for t in names_of(e)}


def read_papers(gold: Path, texts: Mapping[str, Pair]) -> list[Paper]:
    """Annotations (JSON Lines) with their texts, in the order of the annotations. Raises `BadRequest`."""
    papers = [Paper(text, row) for row, text in read_annotated(gold, texts)]
    if len(papers) < FOLDS * 4:
        raise BadRequest(f"{gold} holds {len(papers)} annotated papers; at least {FOLDS * 4} are needed.")
    return papers


def folds(papers: Sequence[Paper]) -> list[list[int]]:
    """The numbers of the papers of each fold: every fifth paper."""
    return [list(range(f, len(papers), FOLDS)) for f in range(FOLDS)]


def unique_keys(keys: set[int]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Sorted hashes."""
    return np.array(sorted(keys), np.uint64)
