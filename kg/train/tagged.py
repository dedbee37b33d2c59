"""The tagger's held-out scores of annotated papers, kept so that they need not be made twice (they take long)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kg.extract.learned import tagger_folder
from kg.extract.tagger import Tagged
from kg.train.papers import FOLDS, Paper
from schema.annotation import Text
from schema.errors import BadRequest


def write_scores(folder: Path, scores: Iterable[tuple[int, Tagged]]) -> None:
    """Keep each paper's scores by its place among the papers."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, said in scores:
        arrays: dict[str, Any] = {
            f"o{place}": said.offsets,
            f"p{place}": said.probabilities.astype(np.float16),
            f"m{place}": said.modalities.astype(np.float16),
        }
        np.savez_compressed(folder / f"paper{place}.npz", allow_pickle=False, **arrays)


def read_scores(folder: Path, papers: int) -> Sequence[Tagged]:
    """Read back what ``write_scores`` kept (also where files hold many papers). Raises `BadRequest` where some lack."""
    found: dict[int, Tagged] = {}
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as arrays:
            for name in arrays.files:
                if name.startswith("o"):
                    place = name[1:]
                    probabilities, modalities = arrays[f"p{place}"], arrays[f"m{place}"]
                    found[int(place)] = Tagged(
                        arrays[name], probabilities.astype(np.float32), modalities.astype(np.float32)
                    )
    if missing := [i for i in range(papers) if i not in found]:
        raise BadRequest(
            f"{folder} holds no scores of {len(missing)} of {papers} papers, the first is number {missing[0]}."
        )
    return [found[i] for i in range(papers)]


def train_tagger(papers: Sequence[Paper], model: Path, seed: int, say: Callable[[str], None]) -> Path:
    """Train the tagger for a model (into the folder that `tagger_folder` names) and keep its held-out scores.

    Gives the folder of the scores. Raises `Unavailable` without the extra `train`.
    """
    from kg.extract import tagger_training

    texts, golds = [Text(*p.text) for p in papers], [p.gold for p in papers]
    recipe = tagger_training.Recipe(seed=seed)
    scores = model.with_suffix(".scores")
    write_scores(scores, tagger_training.out_of_fold(texts, golds, FOLDS, recipe, say))
    tagger_training.train(texts, golds, tagger_folder(model), recipe, say)
    return scores
