"""`kg partition`: files to N-Quads parts on all cores, on Dask or on Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.cli import _sources as sourced
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg partition works/ --out parts --extractor fast

  kg partition works/*.gz --out /shared/parts --engine dask --cluster tcp://scheduler:8786

  kg partition works/ --out parts --engine spark --workers 8
"""


def command(
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, or folders of files.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the parts go.")],
    engine: Annotated[str, typer.Option(help="Who does the work: processes, dask or spark.")] = "processes",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that work here. [default: one per core]")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler or Spark master to work instead.")
    ] = None,
    format_: sourced.FormatName = None,
    extractor: options.ExtractorName = None,
    min_confidence: options.MinConfidence = None,
) -> None:
    """Make sorted N-Quads parts of many files, for the bulk loader of any SPARQL server."""
    from kg.partition import Reading, partition

    settings = read_settings({"extractor": extractor, "min_confidence": min_confidence})
    reading = Reading(settings.extractor, settings.min_confidence, format_)
    with options.progress_bar() as progress:
        done = partition(
            sources, out, reading=reading, engine=engine, workers=workers, cluster=cluster, base=settings.base,
            progress=progress,
        )  # fmt: skip
    for rejected in done.rejected[:20]:
        typer.echo(f"rejected: {rejected['where']}: {rejected['reason']}", err=True)
    if done.rejected:
        typer.echo(f"{len(done.rejected)} rejected, kept in {out / 'rejected.jsonl'}", err=True)
    typer.echo(
        f"{done.nodes['Paper']} papers, {done.statements} statements in {len(done.parts)} parts in {out / 'nquads'}",
        err=True,
    )
