"""`kg update`: ask remembered sources for what is new."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kg.cli import _options as options
from kg.cli import _sources as sourced
from kg.cli.load import push, show
from kg.settings import read_settings
from kg.store.places import is_remote
from schema.errors import NotFound, did_you_mean

EXAMPLES = """Examples:

  kg update                       what is new in every source that was loaded from the network

  kg update 'arxiv:abs:CT'        only in this one

  kg update --list                which sources are remembered, and when each was asked

  kg update --forget 's2:CT'      do not ask this one again
"""


def command(
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE...]", help="Only these sources.")] = None,
    store: options.Store = None,
    extractor: options.ExtractorName = None,
    min_confidence: options.MinConfidence = None,
    most: sourced.Most = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read texts. [default: one per core]")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the remembered sources and stop.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Forget the named sources and stop.")] = False,
) -> None:
    """Ask every source on the network that was loaded before for what is new since."""
    from kg.ledger import Ledger
    from kg.load import load, writing

    settings = read_settings({"store": store, "extractor": extractor, "min_confidence": min_confidence})
    remote = is_remote(settings.store)
    folder = Path(settings.work_folder if remote else settings.store)
    if not (folder / "ledger.sqlite").exists():
        raise NotFound(
            f"Nothing was loaded into {folder} yet. Load a source first, e.g. kg load 'arxiv:abs:CT' --max 50."
        )
    with Ledger(folder) as ledger:
        known = {row["spec"]: row for row in ledger.sources()}
    chosen = [_known(s, known) for s in sources] if sources else [*known.values()]
    if list_:
        for row in chosen:
            typer.echo(f"{row['state'].get('asked') or 'not yet whole'}\t{row['spec']}")
        return
    if forget:
        with writing(folder) as ledger:
            for row in chosen if sources else ():
                ledger.forget_source(row["spec"])
        return
    if not chosen:
        typer.echo("No source on the network was loaded yet; files are loaded anew with kg load.", err=True)
        return
    day = sourced.today()
    with options.progress_bar() as progress:
        report = load(
            sourced.find_news(chosen, settings, most),
            folder,
            extractor=settings.extractor,
            min_confidence=settings.min_confidence,
            base=settings.base,
            keep=settings.keep_snapshots,
            workers=workers,
            command=" ".join(["kg update", *(sources or ())]),
            progress=progress,
        )
    sourced.remember(folder, [(row["spec"], row["format"]) for row in chosen], day, report)
    show(report, str(folder))
    if remote:
        push(folder, settings.store)


def _known(source: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if source in known:
        return known[source]
    raise NotFound(f"{source!r} is no remembered source.{did_you_mean(source, known)} kg update --list shows them.")
