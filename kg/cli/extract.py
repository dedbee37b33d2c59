"""`kg extract`: print what the texts of a source support, without loading it."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.cli import _sources as sourced
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg extract listing.txt -o edges.jsonl

  kg extract papers.jsonl --extractor fast | jq .edges

  kg extract 2401.00001 --extractor fast
"""


def command(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A file, - for standard input, or one on the network.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is standard output.")
    ] = "-",
    format_: sourced.FormatName = None,
    most: sourced.Most = None,
    extractor: options.ExtractorName = None,
    min_confidence: options.MinConfidence = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read texts. [default: one per core]")
    ] = None,
) -> None:
    """Print one JSON object per paper: edges, code and results, each with evidence and confidence."""
    import orjson

    from kg.batches import in_batches
    from kg.extract import get_extractor
    from kg.extract.pool import extract_all
    from kg.load import BATCH
    from schema.annotation import Text
    from schema.paper import Paper

    settings = read_settings({"extractor": extractor, "min_confidence": min_confidence})
    records = sourced.find_records([source], settings, most=most, format_=format_, columns={})
    target = nullcontext(sys.stdout.buffer) if output == "-" else Path(output).open("wb")  # noqa: SIM115
    rejected = 0
    with target as out, options.progress_bar() as progress, extract_all(settings.extractor, workers) as extract:
        done = 0
        for batch in in_batches(records, BATCH):
            papers = [p for p in batch if isinstance(p, Paper)]
            for bad in (r for r in batch if not isinstance(r, Paper)):
                typer.echo(f"rejected: {bad.where}: {bad.reason}", err=True)
                rejected += 1
            for paper, drawn in zip(papers, extract([Text(p.title, p.abstract) for p in papers]), strict=True):
                if drawn.failed is not None:
                    typer.echo(f"unread: {paper.where}: {drawn.failed}", err=True)
                    rejected += 1
                row = drawn.at_least(settings.min_confidence).as_json()
                out.write(orjson.dumps({"id": paper.id, **row} if paper.id else row) + b"\n")
            done += len(batch)
            progress("Reading papers", done)
    if remarks := getattr(get_extractor(settings.extractor), "summary", str)():
        typer.echo(remarks, err=True)
    if rejected:
        raise typer.Exit(1)
