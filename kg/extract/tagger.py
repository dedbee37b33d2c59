"""A small transformer that reads the whole text and says of every word which names begin and go on there.

It is the first four layers of MiniLM, trained on annotated papers by
`kg.extract.tagger_training` and run in 8-bit integers by ONNX Runtime. For
each relation there are two readings: spans that must be reported (`REQUIRED`)
and spans that may be (`ANY`, which also covers what is optional in the annotation).
Its scores are features for the extractor that decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.extract._wordpiece import Pieces, WordPieces, Words, words_of
from schema.annotation import Text
from schema.errors import ExtractorError, Unavailable

RELATIONS: Final = (
    "usesDataset",
    "introducesDataset",
    "proposesMethod",
    "usesMethod",
    "addressesTask",
    "studiesCondition",
    "results",  # the printed value of a result
)
REQUIRED, ANY = 0, 1
LONGEST_SPAN: Final = 10  # words; longer spans are scored by their first ten
FEATURES: Final = tuple(
    f"tagger {what} {kind} {relation}"
    for what in ("score", "best overlapping")
    for kind in ("required", "any")
    for relation in RELATIONS
)
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the tagger says of one text.

    `offsets` (n, 2): characters of each word in title + newline + abstract;
    `probabilities` (n, 2, relations, 3): by reading and relation, that the word is
    outside a name, begins one, or goes on with one; `modalities`: by row of the modality table,
    that the paper targets it or something narrower.
    """

    offsets: NDArray[np.int32]
    probabilities: NDArray[np.float32]
    modalities: NDArray[np.float32]

    def span_features(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.float32]:
        """One row per character span [start, end) of title + newline + abstract, in the columns of `FEATURES`.

        The score of a span is the geometric mean of P(begins), P(goes on) of
        its further words and 1 - P(goes on) of the word after it. Beside it
        stands the best score among all spans that share a word with it.
        """
        if not len(self.offsets):
            return np.zeros((len(starts), len(FEATURES)), np.float32)
        first = np.searchsorted(self.offsets[:, 1], starts, "right")
        last = np.searchsorted(self.offsets[:, 0], ends, "left") - 1
        known = first < len(self.offsets)  # the rest lies behind what the encoder could read
        first = np.minimum(first, len(self.offsets) - 1)
        longer = np.clip(last - first, 0, LONGEST_SPAN - 1)
        scores = [_span_scores(self.probabilities[:, kind]) for kind in (REQUIRED, ANY)]
        tables = (*scores, *map(_best_overlapping, scores))
        rows = np.concatenate([table[first, longer] for table in tables], axis=1)
        return np.where(known[:, None], rows, np.float32(0))


class Tagger:
    """Runs the model of a folder (as `tagger_training.train` writes it); the bundled one where none is given.

    Raises `Unavailable` without ONNX Runtime, `ExtractorError` where the folder holds no model.
    """

    def __init__(self, folder: Path | None = None) -> None:
        try:
            import onnxruntime
        except ImportError as err:
            raise Unavailable("the tagger needs onnxruntime: pip install onnxruntime") from err
        home = folder if folder is not None else Path(str(resources.files("kg.extract") / "models"))
        if not (home / "tagger.onnx").is_file():
            raise ExtractorError(f"{home} holds no tagger.onnx: a tagger is made by `kg train --tagger`.")
        self._pieces = WordPieces((home / "tagger-vocabulary.txt").read_text(encoding="utf-8").splitlines())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one process per core is faster
        self._session: Any = onnxruntime.InferenceSession(
            str(home / "tagger.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def tag(self, texts: Iterable[Text]) -> Iterator[Tagged]:
        """What the model says of each text, one by one: batches would only add padding."""
        for text in texts:
            words = words_of(text)
            pieces = self._pieces(words)
            by_piece, modalities = self._session.run(None, inputs_for(pieces))
            yield tagged_from(words, pieces, by_piece[0], modalities[0])


def inputs_for(pieces: Pieces) -> dict[str, NDArray[np.int64]]:
    """The inputs of the model for one text."""
    return {"ids": pieces.ids[None], "shapes": pieces.shapes[None], "segments": pieces.segments[None]}


def tagged_from(words: Words, pieces: Pieces, by_piece: NDArray[np.float32], modalities: NDArray[np.float32]) -> Tagged:
    """Turn the model's numbers (logits by piece and by modality) into probabilities by word."""
    logits = by_piece[pieces.first].reshape(len(pieces.first), 2, len(RELATIONS), 3)
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return Tagged(
        words.offsets[: len(pieces.first)],
        (raised / raised.sum(axis=-1, keepdims=True)).astype(np.float32),
        (1 / (1 + np.exp(-modalities))).astype(np.float32),
    )


def _span_scores(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """The score of each span: (n, LONGEST_SPAN, relations), by first word and number of further words."""
    n = len(probabilities)
    logs = np.log(probabilities + _LEAST)
    stops = np.zeros((n + 1, logs.shape[1]), np.float32)
    stops[:n] = np.log(1 - probabilities[:, :, 2] + _LEAST)
    scores = np.full((n, LONGEST_SPAN, logs.shape[1]), np.log(_LEAST), np.float32)
    total = logs[:, :, 1]
    for more in range(min(LONGEST_SPAN, n)):
        if more:
            total = total[:-1] + logs[more:, :, 2]
        scores[: n - more, more] = (total + stops[more + 1 :]) / (more + 2)
    return np.exp(scores)


def _best_overlapping(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each span the best score among the spans that share a word with it, itself included."""
    n = len(scores)
    by_word = np.zeros((n, scores.shape[2]), np.float32)
    for more in range(min(LONGEST_SPAN, n)):
        for step in range(more + 1):
            part = by_word[step : step + n - more]
            np.maximum(part, scores[: n - more, more], out=part)
    best = np.zeros_like(scores)
    running = by_word
    for more in range(min(LONGEST_SPAN, n)):
        if more:
            running = np.maximum(running[:-1], by_word[more:])
        best[: n - more, more] = running
    return best
