"""The page of sources, made from the tables of formats and of sources on the network."""

from __future__ import annotations

from kg.fetch.client import PAUSES_S
from kg.fetch.page import RemoteSource
from kg.fetch.table import SOURCES
from loaders import LOADERS, Loader

_TOP = """# Sources

Paper Atlas reads these formats. None has to be named: the first bytes of a source tell which one it is. Each can be
plain or packed (gzip, bzip2, xz, zstd, zip), a file, a folder of files or standard input.

| format | what | files | licence of the data | cite | example |
| --- | --- | --- | --- | --- | --- |
"""
_END = """
The examples are invented by us, in the true format of each source; they lie in `loaders/samples/`. What a source
states beside title and abstract (a repository, a subject heading, a result) becomes an edge with the source as its
evidence.

## On the network

| source | what | example | pause between requests |
| --- | --- | --- | --- |
"""
_LAST = """
[Loading papers](loading.md) says how these are asked and what is kept. This page is made from the code by `make docs`.
"""


def sources_page() -> str:
    """The text of docs/sources.md."""
    return _TOP + "".join(map(_row, LOADERS.values())) + _END + "".join(map(_remote, SOURCES.values())) + _LAST


def _remote(source: RemoteSource) -> str:
    pause = PAUSES_S.get(source.service, PAUSES_S["web"])
    return f"| `{source.scheme}` | {source.label} | `{source.example}` | {pause:g} s |\n"


def _row(loader: Loader) -> str:
    what = f"[{loader.label}]({loader.homepage})" if loader.homepage else loader.label
    cells = (
        f"`{loader.name}`", what, " ".join(f"`{s}`" for s in loader.suffixes), loader.licence or "yours",
        loader.citation or "–", f"[{loader.sample}](../loaders/samples/{loader.sample})",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"
