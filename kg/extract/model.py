"""What training learned, as one frozen value, and the file it is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.extract.candidates import Boundaries
from kg.extract.modality_features import TermModel
from kg.extract.statistics import RateTable, Statistics, WordWeights
from kg.extract.storage import read_value, write_value
from kg.extract.trees import Trees

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "model.npz"


@dataclass(frozen=True, slots=True)
class Curve:
    """A score turned into the share of such claims that annotators agreed with: straight lines between points."""

    score: NDArray[np.float32]
    share: NDArray[np.float32]

    def at(self, score: float) -> float:
        """The calibrated probability of a score."""
        return float(np.interp(score, self.score, self.share))


@dataclass(frozen=True, slots=True)
class Judge:
    """Trees for one or more questions, the score that each claim must reach, and what a score is worth."""

    trees: tuple[Trees, ...]
    thresholds: NDArray[np.float32]
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class EntityModel:
    """The six relations to named things.

    The first stage scores each candidate alone, the second also by what the others scored, and by the tagger's scores
    if ``needs_tagger``. ``plain`` is then the second stage without them, for `fast`.
    """

    boundaries: Boundaries
    columns: NDArray[np.int32]  # of the candidates' columns, those that are read
    statistics: Statistics
    first: Judge
    floor: float  # a candidate whose best first score is below this goes no further
    second: Judge
    needs_tagger: bool
    plain: Judge | None = None


@dataclass(frozen=True, slots=True)
class ModalityModel:
    """What annotated papers say of modalities' names, of words, and of both together."""

    terms: TermModel
    rates: RateTable
    base: NDArray[np.float32]
    floor: float
    plain: Judge
    tagged: Judge | None


@dataclass(frozen=True, slots=True)
class ResultModel:
    """Which number near which metric is a result."""

    metrics: NDArray[np.uint64]
    tables: tuple[RateTable, ...]
    plain: Judge | None
    tagged: Judge | None


@dataclass(frozen=True, slots=True)
class AliasTable:
    """Other names that annotators gave to a thing, by kind and key."""

    keys: NDArray[np.uint64]  # sorted
    first: NDArray[np.int64]
    names: NDArray[np.uint8]  # UTF-8, one name a line, in the order of the keys

    def lines(self) -> tuple[str, ...]:
        """All names."""
        return tuple(self.names.tobytes().decode().split("\n"))


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that is learned, with a version that changes with it."""

    version: str
    entities: EntityModel
    modalities: ModalityModel
    results: ResultModel
    aliases: AliasTable


_CLASSES: tuple[type[Any], ...] = (
    Model,
    EntityModel,
    ModalityModel,
    ResultModel,
    AliasTable,
    Curve,
    Judge,
    Boundaries,
    Statistics,
    RateTable,
    WordWeights,
    Trees,
    TermModel,
)


def write_model(file: Path, model: Model) -> None:
    """Keep a model; the same model gives the same bytes."""
    write_value(file, model)


@cache
def read_model(file: Path | None = None) -> Model:
    """The model in a file, or the one that the package brings. Raises `ExtractorError`."""
    if file is not None:
        model: Model = read_value(file, _CLASSES)
        return model
    with resources.files("kg.extract").joinpath(FILE).open("rb") as packed:
        brought: Model = read_value(packed, _CLASSES)
    return brought
