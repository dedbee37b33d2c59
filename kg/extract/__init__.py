"""Claims that we draw from text: edges with passage, place, maker and confidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Protocol

from schema.annotation import Annotations, Text
from schema.errors import ExtractorError, did_you_mean

__all__ = ["Extractor", "extractor_names", "get_extractor"]


class Extractor(Protocol):
    """Reads titles and abstracts; the same text gives the same annotations, in the order of the texts."""

    name: str
    version: str

    def extract(self, texts: Iterable[Text]) -> Iterator[Annotations]:
        """The annotations of each text."""


_BUILT_IN = {
    "default": "kg.extract.tables:TableExtractor",
    "fast": "kg.extract.tables:TableExtractor",
}


def extractor_names() -> list[str]:
    """The names that `get_extractor` knows, sorted."""
    return sorted(_BUILT_IN)


@cache
def get_extractor(name: str = "default") -> Extractor:
    """Make an extractor by its name, once per process; raises `ExtractorError` for an unknown one."""
    if name not in _BUILT_IN:
        raise ExtractorError(
            f"There is no extractor {name!r}.{did_you_mean(name, extractor_names())} "
            f"Known: {', '.join(extractor_names())}."
        )
    module, _, attribute = _BUILT_IN[name].partition(":")
    make: Callable[[], Extractor] = getattr(import_module(module), attribute)
    return make()
