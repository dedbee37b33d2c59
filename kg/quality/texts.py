"""Annotated papers and their texts, paired by title."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import loaders
from kg.quality.matching import fold_title
from schema.errors import BadRequest, did_you_mean
from schema.paper import Paper

Pair = tuple[str, str]


def read_texts(sources: Sequence[str]) -> dict[str, Pair]:
    """Titles and abstracts of some sources, by folded title."""
    texts: dict[str, Pair] = {}
    for source in sources:
        for record in loaders.read(source):
            if isinstance(record, Paper):
                texts[fold_title(record.title)] = (record.title, record.abstract or "")
    return texts


def read_annotated(gold: Path, texts: Mapping[str, Pair]) -> list[tuple[Mapping[str, Any], Pair]]:
    """Annotations (JSON Lines) with their texts, in the order of the annotations. Raises `BadRequest`."""
    out = []
    for number, line in enumerate(gold.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            title = fold_title(row["title"])
            row["edges"]
        except (ValueError, KeyError, TypeError) as err:
            raise BadRequest(
                f"{gold}:{number} is no annotated paper ({err!r}). See docs/extraction.md for the shape."
            ) from err
        if title not in texts:
            near = did_you_mean(title, list(texts))
            raise BadRequest(f"{gold}:{number}: no text is titled {row['title']!r}.{near} Give the file that holds it.")
        out.append((row, texts[title]))
    return out
