"""Claims that we draw from text: edges with passage, place, maker and confidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
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
    "default": "kg.extract.learned:default",
    "fast": "kg.extract.learned:fast",
    "llm": "kg.extract.llm:make",
}


MODEL_SUFFIX = ".npz"
_GROUP = "paperatlas.extractors"
"""Entry points of this group are plug-ins: a name, and a callable without arguments that makes an extractor."""


def extractor_names() -> list[str]:
    """The names that `get_extractor` knows, sorted: the built-in ones and those of installed plug-ins."""
    return sorted({*_BUILT_IN, *(p.name for p in entry_points(group=_GROUP))})


@cache
def get_extractor(name: str = "default") -> Extractor:
    """Make an extractor by its name, once per process; a path to a model made by `kg train` is a name too.

    A built-in name cannot be taken over by a plug-in. Raises `ExtractorError`
    for an unknown name and for a plug-in that does not give an extractor.
    """
    if name in _BUILT_IN:
        module, _, attribute = _BUILT_IN[name].partition(":")
        make: Callable[[], Extractor] = getattr(import_module(module), attribute)
        return make()
    if name.endswith(MODEL_SUFFIX):
        from kg.extract.learned import trained

        return trained(Path(name))
    plug_in = next(iter(entry_points(group=_GROUP, name=name)), None)
    if plug_in is None:
        raise ExtractorError(
            f"There is no extractor {name!r}.{did_you_mean(name, extractor_names())} "
            f"Known: {', '.join(extractor_names())}."
        )
    return _made_by(plug_in)


def _made_by(plug_in: EntryPoint) -> Extractor:
    """The extractor of a plug-in; whatever goes wrong in foreign code is told with the plug-in's name."""
    owner = f" of {plug_in.dist.name} {plug_in.dist.version}" if plug_in.dist else ""
    what = f"The extractor {plug_in.name!r} ({plug_in.value}{owner})"
    try:
        made: Extractor = plug_in.load()()
    except Exception as err:
        raise ExtractorError(f"{what} cannot be made: {type(err).__name__}: {err}") from err
    if missing := [a for a in ("name", "version", "extract") if not hasattr(made, a)]:
        raise ExtractorError(f"{what} has no {', no '.join(missing)}: see docs/extractors.md.")
    return made
