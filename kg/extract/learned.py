"""The extractors that read by what was learned from annotated papers: `default` and `fast`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kg.extract.code import extract_code
from kg.extract.cues import CLASSES
from kg.extract.entities import AliasFinder, extract_entities
from kg.extract.modalities import extract_modalities
from kg.extract.model import read_model
from kg.extract.reading import Batch
from kg.extract.results import extract_results
from kg.extract.tagger import Tagger
from kg.extract.words import Lexicon
from schema.annotation import Annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from schema.annotation import Text

BATCH = 128
"""Texts read at once: enough that numpy's calls cost little, few enough that little memory is held."""


class LearnedExtractor:
    """Reads texts in small batches; a text's annotations do not depend on the others of its batch."""

    def __init__(
        self, name: str, model: Path | None = None, tagger: Callable[[], Tagger] | None = None, *, both: bool = True
    ) -> None:
        self.name = name
        self._model = read_model(model)
        self._both = both
        self._tagger = tagger() if tagger is not None and both and self._model.entities.needs_tagger else None
        self.version = self._model.version
        self._lexicon = Lexicon(CLASSES)
        self._aliases = AliasFinder(self._model.aliases)

    @property
    def maker(self) -> str:
        """How edges name their maker."""
        return f"{self.name} {self.version}"

    def extract(self, texts: Iterable[Text]) -> Iterator[Annotations]:
        """The annotations of each text, in the order of the texts."""
        rest = iter(texts)
        while batch := list(islice(rest, BATCH)):
            yield from self._read(batch)

    def _read(self, texts: Sequence[Text]) -> list[Annotations]:
        if self._lexicon.is_full:
            self._lexicon.clear()
        model = self._model
        batch = Batch.read([(t.title, t.abstract) for t in texts], self._lexicon, model.entities.boundaries)
        if not len(batch.tokens.words):
            return [Annotations(t.title, code=extract_code(t, self.maker)) for t in texts]
        tagged = None if self._tagger is None else list(self._tagger.tag(texts))
        edges = extract_entities(batch, model.entities, self._aliases, self.maker, tagged, both=self._both)
        modalities = extract_modalities(batch, model.modalities, self.maker, tagged)
        results = extract_results(batch, model.results, self.maker, tagged)
        return [
            Annotations(text.title, (*e, *m), extract_code(text, self.maker), tuple(r))
            for text, e, m, r in zip(texts, edges, modalities, results, strict=True)
        ]


def default() -> LearnedExtractor:
    """The best reader that the package brings: both stages and the tagger."""
    return LearnedExtractor("default", tagger=Tagger)


def fast() -> LearnedExtractor:
    """The same without the tagger: several times the speed."""
    return LearnedExtractor("fast", both=False)


def tagger_folder(model: Path) -> Path:
    """Where the tagger of a trained model lies: beside it."""
    return model.with_suffix(".tagger")


def trained(model: Path) -> LearnedExtractor:
    """The reader of a model that `kg train` wrote, with its tagger where it needs one."""
    return LearnedExtractor(model.stem, model, lambda: Tagger(tagger_folder(model)))
