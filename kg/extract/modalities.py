"""Kinds of data that a paper works on: names of modalities and words of the text, weighed together."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from kg.extract.modality_features import ModalityNames, find_hits, modality_block, text_terms
from kg.extract.naming import passage
from kg.extract.tagging import modality_column
from schema.annotation import Annotation
from schema.concepts import concepts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kg.extract.modality_features import Hits
    from kg.extract.model import ModalityModel
    from kg.extract.reading import Batch
    from kg.extract.tagger import Tagged


@cache
def modality_names() -> ModalityNames:
    """The concept table's names and those of ``tables/modality_cues.tsv``."""
    table = concepts("Modality")
    names = {c.id: list(c.names) for c in table.values()}
    text = resources.files("kg.extract").joinpath("tables", "modality_cues.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            concept, _, more = line.partition("\t")
            names[concept].extend(n.strip() for n in more.split(";"))
    return ModalityNames.of({c.id: c.broader for c in table.values()}, names)


def alias_keys(hits: Hits) -> NDArray[np.uint64]:
    """The key of each hit's name together with its concept."""
    return hits.key ^ (hits.concept.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def modality_scores(
    batch: Batch, model: ModalityModel, hits: Hits, tagged: Sequence[Tagged] | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]:
    """Columns (text, concept, column), which cells are worth a look, and the linear scores."""
    names = modality_names()
    texts = len(batch.texts)
    text, term = text_terms(batch.tokens, batch.table)
    linear = model.terms.scores(text, term, texts)
    rates = model.rates.rates(alias_keys(hits))
    columns = modality_block(batch.tokens, batch.table, names, hits, linear, rates, model.base)
    if tagged is not None and model.tagged is not None:
        columns = np.concatenate([columns, modality_column(tagged).reshape(-1, 1)], axis=1)
    own = np.zeros(linear.shape, bool)
    own[batch.tokens.text[hits.token], hits.concept] = True
    return columns.reshape(texts, len(names.ids), -1), own | (linear > model.floor), linear


def extract_modalities(
    batch: Batch, model: ModalityModel, maker: str, tagged: Sequence[Tagged] | None = None
) -> list[list[Annotation]]:
    """The modality edges of each text of a batch: the most specific concepts that are likely enough."""
    names = modality_names()
    judge = model.plain if tagged is None or model.tagged is None else model.tagged
    hits = find_hits(batch.tokens, batch.table, names)
    columns, open_, _ = modality_scores(batch, model, hits, tagged)
    scores = np.zeros(open_.shape, np.float32)
    if open_.any():
        scores[open_] = judge.trees[0].probabilities(np.ascontiguousarray(columns[open_].T))
    chosen = scores >= judge.thresholds[0]
    broader = (chosen[:, :, None] & names.above[None]).any(axis=1)
    out: list[list[Annotation]] = [[] for _ in batch.texts]
    table = concepts("Modality")
    for text, concept in zip(*np.nonzero(chosen & ~broader), strict=True):
        evidence = passage(batch.tokens, batch.texts, _place(batch, hits, names, int(text), int(concept)))
        found = table[names.ids[concept]]
        out[text].append(
            Annotation(
                "targetsModality",
                found.label,
                evidence,
                judge.curves[0].at(float(scores[text, concept])),
                maker,
                found.id,
                cues=_cues(batch, hits, names, int(text), int(concept)),
            )
        )
    return [sorted(edges, key=lambda e: (-e.confidence, e.id or "")) for edges in out]


def _hits_of(batch: Batch, hits: Hits, names: ModalityNames, text: int, concept: int) -> NDArray[np.int64]:
    in_text = batch.tokens.text[hits.token] == text
    own = np.flatnonzero(in_text & (hits.concept == concept))
    if len(own):
        return own
    return np.flatnonzero(in_text & (names.above[hits.concept, concept] | names.above[concept, hits.concept]))


def _place(batch: Batch, hits: Hits, names: ModalityNames, text: int, concept: int) -> int:
    """The token whose sentence is shown: a name of the concept, rather in the abstract; else the first of the text."""
    found = hits.token[_hits_of(batch, hits, names, text, concept)]
    if len(found):
        in_abstract = found[batch.tokens.section[found] == 1]
        return int(in_abstract.min() if len(in_abstract) else found.min())
    return int(batch.tokens.first[text])


def _cues(batch: Batch, hits: Hits, names: ModalityNames, text: int, concept: int) -> tuple[str, ...]:
    rows = _hits_of(batch, hits, names, text, concept)
    if not len(rows):
        return ("the words of the text as a whole",)
    tokens = batch.tokens
    words = []
    for row in rows[np.argsort(hits.token[rows], kind="stable")].tolist():
        start, end = int(hits.token[row]), int(hits.token[row] + hits.length[row])
        section = batch.texts[text][int(tokens.section[start])]
        words.append(f"“{section[int(tokens.start[start]) : int(tokens.end[end - 1])]}”")
    return tuple(dict.fromkeys(words))[:3]
