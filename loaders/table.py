"""The table of loaders and the question which of them a source needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from loaders import (
    arxiv_atom,
    arxiv_oai,
    arxiv_snapshot,
    bibtex,
    crossref,
    csl_json,
    delimited,
    endnote,
    hf_listing,
    hf_papers,
    hf_results,
    jsonl,
    medline,
    openalex,
    openreview,
    parquet,
    pmc,
    pubmed,
    pwc_datasets,
    pwc_links,
    pwc_methods,
    pwc_papers,
    pwc_tables,
    ris,
    semantic_scholar,
    zotero_rdf,
)
from loaders._open import open_parts
from loaders.base import Loader, Records, Source
from schema.errors import Rejected, UnknownFormat, did_you_mean

_MODULES: Final = (
    hf_listing,
    jsonl,
    arxiv_atom,
    arxiv_oai,
    arxiv_snapshot,
    pubmed,
    medline,
    pmc,
    openalex,
    semantic_scholar,
    crossref,
    hf_papers,
    hf_results,
    pwc_papers,
    pwc_links,
    pwc_tables,
    pwc_methods,
    pwc_datasets,
    openreview,
    bibtex,
    ris,
    csl_json,
    endnote,
    zotero_rdf,
    delimited,
    parquet,
)
LOADERS: Final[Mapping[str, Loader]] = MappingProxyType({m.LOADER.name: m.LOADER for m in _MODULES})
"""Every loader by its name."""

_LEAST: Final = 0.3


def open_source(where: str | Path, columns: Mapping[str, str] = MappingProxyType({})) -> Iterator[Source]:
    """The parts of a source, decompressed: a file, each file of a folder, each member of an archive.

    "-" is standard input. Use each part before the next one is asked for. Raises `NotFound`.
    """
    return open_parts(where, columns)


def recognise(source: Source) -> Loader:
    """The loader that is surest to know a source's format.

    Raises `UnknownFormat`, which says what was found and which formats there are.
    """
    sure, best = max(
        ((loader.recognises(source.head), loader) for loader in LOADERS.values()), key=lambda pair: pair[0]
    )
    if sure >= _LEAST:
        return best
    raise UnknownFormat(
        f"{source.name} is no list of papers that I know: I found {source.head.describe()}. "
        f"The formats are {', '.join(sorted(LOADERS))}. Name one with --format if it is one of them."
    )


def get_loader(name: str) -> Loader:
    """The loader of a name; raises `UnknownFormat` naming the nearest."""
    if name in LOADERS:
        return LOADERS[name]
    raise UnknownFormat(
        f"There is no format {name!r}.{did_you_mean(name, LOADERS)} The formats are {', '.join(sorted(LOADERS))}."
    )


def read(
    source: Source | str | Path, format: str | None = None, columns: Mapping[str, str] = MappingProxyType({})
) -> Records:
    """Every record of a source, in its order, as a `Paper` or as `Rejected` with place and reason.

    `format` is a loader's name; without it the format is recognised.
    `columns` maps our fields to the columns of a table. A part of
    a folder or archive that is of no known format is rejected; a source that
    is one such file raises `UnknownFormat`.
    """
    loader = None if format is None else get_loader(format)
    if isinstance(source, Source):
        yield from _read_part(source, loader)
        return
    for part in open_source(source, columns):
        if part.name in {Path(source).name, "standard input"}:
            yield from _read_part(part, loader)
        else:
            yield from _read_or_reject(part, loader)


def _read_part(source: Source, loader: Loader | None) -> Records:
    yield from (loader or recognise(source)).read(source)
    yield from source.faults


def _read_or_reject(source: Source, loader: Loader | None) -> Records:
    try:
        found = loader or recognise(source)
    except UnknownFormat as err:
        yield Rejected(source.name, err.code, err.message)
        yield from source.faults
        return
    yield from _read_part(source, found)
