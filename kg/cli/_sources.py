"""Sources on the command line: their options, how they are opened, and which are remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.load import Report, writing
from kg.settings import Settings
from schema.errors import BadRequest, Rejected
from schema.paper import Paper

if TYPE_CHECKING:
    from kg.fetch import FetchOptions

FormatName = Annotated[
    str | None, typer.Option("--format", metavar="NAME", help="The format, where it should not be recognised.")
]
Most = Annotated[
    int | None, typer.Option("--max", min=1, metavar="N", help="Read no more than N papers of each source.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=NAME", help="The column of a table that holds a field; can be repeated."),
]


def read_columns(pairs: Iterable[str] | None) -> dict[str, str]:
    """Fields with their columns out of "title=Titel"; raises `BadRequest` for another shape."""
    columns: dict[str, str] = {}
    for pair in pairs or ():
        field, equals, column = pair.partition("=")
        if not (field and equals and column):
            raise BadRequest(f"--column {pair!r} must be FIELD=NAME, e.g. --column title=Titel.")
        columns[field.strip()] = column
    return columns


def find_records(
    sources: Iterable[str], settings: Settings, *, most: int | None, format_: str | None, columns: dict[str, str]
) -> Iterator[Paper | Rejected]:
    """Every record of every source; sources on the network share one client, its pace and its cache."""
    from kg import fetch

    with fetch.Client(options_of(settings)) as client:
        for source in sources:
            yield from fetch.open_source(source, client=client, most=most, format=format_, columns=columns)


def find_news(remembered: Iterable[dict[str, Any]], settings: Settings, most: int | None) -> Iterator[Paper | Rejected]:
    """What is new in remembered sources since they were asked; one that fails does not stop the others."""
    from kg import fetch
    from schema.errors import KgError

    with fetch.Client(options_of(settings)) as client:
        for row in remembered:
            asked = row["state"].get("asked")
            since = date.fromisoformat(asked) if asked else None
            try:
                yield from fetch.open_source(row["spec"], client=client, most=most, since=since, format=row["format"])
            except KgError as err:
                yield Rejected(row["spec"], err.code, err.message)


def options_of(settings: Settings) -> FetchOptions:
    """What fetching takes of the settings."""
    from kg.fetch import FetchOptions

    return FetchOptions(**{f.name: getattr(settings, f.name) for f in fields(FetchOptions)})


def remember(folder: Path, sources: Iterable[tuple[str, str | None]], day: date, report: Report) -> None:
    """Remember sources on the network with the day on which they were asked.

    One that failed on the way keeps its day, so that what was missed is asked
    for again; papers that are there already cost nothing.
    """
    from kg.fetch import is_remote

    asked = [(spec, format_) for spec, format_ in sources if is_remote(spec)]
    if not asked:
        return
    failed = [r.where for r in report.rejects if r.code in {"source-error", "not-found"}]
    with writing(folder) as ledger:
        before = {row["spec"]: row["state"] for row in ledger.sources()}
        run = next(iter(ledger.runs()))["run"]
        for spec, format_ in asked:
            is_failed = any(place == spec or place.startswith(f"{spec} page ") for place in failed)
            ledger.remember(spec, format_, run, before.get(spec, {}) if is_failed else {"asked": day.isoformat()})


def today() -> date:
    """The day by UTC, as sources count it."""
    return datetime.now(UTC).date()
