"""Opens any source: a file, a folder, standard input, or a question to a source on the network."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import date
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import loaders
from kg.fetch.client import Client
from kg.fetch.options import FetchOptions
from kg.fetch.page import Ask, Page
from kg.fetch.spec import Spec, parse_spec
from kg.fetch.table import SOURCES
from loaders import Records
from schema.errors import NotFound, Rejected, SourceError
from schema.paper import Paper


def is_remote(text: str) -> bool:
    """Whether a source is on the network, so that it can be asked again for what is new."""
    return parse_spec(text) is not None


def open_source(
    text: str,
    *,
    options: FetchOptions | None = None,
    most: int | None = None,
    since: date | None = None,
    format: str | None = None,
    columns: Mapping[str, str] = MappingProxyType({}),
    client: Client | None = None,
) -> Records:
    """Every record of a source, in its order, as a `Paper` or as `Rejected` with place and reason.

    `most` bounds the papers, `since` asks a source on the network for what is
    new since that day, `format` and `columns` are as in `loaders.read`.
    `client` shares one client (its pace and cache) among sources.

    Raises `NotFound`, `UnknownFormat`, `BadRequest`, and `SourceError` where a
    source on the network gives nothing at all; when it fails later, what came
    is kept and the failure is the last record, rejected.
    """
    spec = parse_spec(text)
    if spec is None:
        yield from _bounded(loaders.read(text, format, columns), most)
        return
    with nullcontext(client) if client else Client(options or FetchOptions()) as asked:
        yield from _bounded(_fetched(spec, Ask(asked, spec.query, most, since), format, columns), most)


def _fetched(spec: Spec, ask: Ask, format: str | None, columns: Mapping[str, str]) -> Records:
    pages = SOURCES[spec.scheme].find_pages(ask)
    for number in range(1, 10**9):
        try:
            page = next(pages, None)
        except (SourceError, NotFound) as err:
            if number == 1:
                raise
            reason = f"{err.message} Load the same source again to go on from here."
            yield Rejected(f"{spec.text} page {number}", err.code, reason)
            return
        if page is None:
            return
        yield from _read(page, f"{spec.text} page {number}" if number > 1 else spec.text, format, columns)


def _read(page: Page, name: str, format: str | None, columns: Mapping[str, str]) -> Records:
    if isinstance(page.body, Path):
        with page.body.open("rb") as stream:
            for part in loaders.open_stream(stream, name, columns):
                yield from loaders.read(part, format or page.format)
        return
    for part in loaders.open_stream(io.BytesIO(page.body), name, columns):
        yield from loaders.read(part, format or page.format)


def _bounded(records: Records, most: int | None) -> Iterator[Paper | Rejected]:
    """The records up to the last paper that is wanted; rejections do not count."""
    if most is None:
        yield from records
        return
    left = most
    while left > 0:
        record = next(islice(records, 1), None)
        if record is None:
            return
        left -= isinstance(record, Paper)
        yield record
