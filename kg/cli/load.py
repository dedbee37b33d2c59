"""`kg load`: read papers into the graph."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.cli import _sources as sourced
from kg.load import Report
from kg.settings import read_settings
from kg.store.places import is_remote

EXAMPLES = """Examples:

  kg load listing.txt                       a Hugging Face papers page, copied

  kg load papers.jsonl more.jsonl.gz        JSON Lines, compressed or not

  cat papers.jsonl | kg load -              standard input

  kg load 'arxiv:cat:eess.IV AND abs:CT' --max 500

  kg load 'pubmed:low-dose CT' hf:daily/2026-11-20 10.1000/xyz https://example.org/papers.csv

  kg load table.csv --column title=Titel --column abstract=Zusammenfassung

  kg load --min-confidence 0.8 listing.txt  only edges that are quite sure
"""


def command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Files, folders, - for standard input, or sources on the network. "
            "Without any, what was loaded before is published anew if need be.",
        ),
    ] = None,
    format_: sourced.FormatName = None,
    retry_rejected: Annotated[
        bool, typer.Option("--retry-rejected", help="Read the sources again of which something was rejected.")
    ] = False,
    most: sourced.Most = None,
    column: sourced.Columns = None,
    store: options.Store = None,
    extractor: options.ExtractorName = None,
    min_confidence: options.MinConfidence = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read texts. [default: one per core]")
    ] = None,
) -> None:
    """Read papers into the graph; the format is recognised."""
    from kg.load import load

    settings = read_settings({"store": store, "extractor": extractor, "min_confidence": min_confidence})
    remote = is_remote(settings.store)
    folder = Path(settings.work_folder if remote else settings.store)
    sources = [*(sources or []), *(_rejected(folder) if retry_rejected else [])]
    columns, day = sourced.read_columns(column), sourced.today()
    with options.progress_bar() as progress:
        records = sourced.find_records(sources, settings, most=most, format_=format_, columns=columns)
        report = load(
            records,
            folder,
            extractor=settings.extractor,
            min_confidence=settings.min_confidence,
            base=settings.base,
            keep=settings.keep_snapshots,
            workers=workers,
            command=" ".join(["kg load", *sources]),
            sources=sources,
            progress=progress,
        )
    sourced.remember(folder, [(source, format_) for source in sources], day, report)
    show(report, str(folder))
    if remote:
        push(folder, settings.store)


def _rejected(folder: Path) -> list[str]:
    from kg.load import writing

    with writing(folder) as ledger:
        return ledger.rejected_sources()


def push(folder: Path, url: str) -> None:
    """Bring a graph server up to date with the folder's graph."""
    from kg.sync import push_folder

    with options.progress_bar() as progress:
        pushed = push_folder(folder, url, lambda done: progress("Writing to the server", done))
    counts = f"{pushed.written} nodes written, {pushed.unchanged} unchanged, {pushed.removed} removed"
    typer.echo(f"{counts} at {url.rpartition('@')[2]}", err=True)


def show(report: Report, store: str) -> None:
    """Tell what a load did, on standard error."""
    for source, count in sorted(report.read.items()):
        typer.echo(f"{source}: {count} papers read", err=True)
    typer.echo(f"{report.new} new or changed, {report.unchanged} unchanged", err=True)
    for rejected in report.rejects[:20]:
        typer.echo(f"rejected: {rejected.where}: {rejected.reason}", err=True)
    if report.rejected:
        counts = ", ".join(f"{n} {code}" for code, n in sorted(report.rejected.items()))
        typer.echo(f"{sum(report.rejected.values())} rejected ({counts}), kept in {store}/rejected.jsonl.", err=True)
        typer.echo("Mend the source and run `kg load --retry-rejected`.", err=True)
    if report.remarks:
        typer.echo(report.remarks, err=True)
    if report.snapshot:
        state = "published" if report.published else "unchanged:"
        typer.echo(f"{state} {report.snapshot.name} in {store}", err=True)
    sys.stderr.flush()
