"""`kg remove`: take papers out of the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg remove paper/arxiv-2403.01234

  kg remove --source hf-listing
"""


def command(
    papers: Annotated[list[str] | None, typer.Argument(metavar="[PAPER-ID]...", help="Papers by their ids.")] = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", metavar="FORMAT", help="Every record of a loader, e.g. hf-listing.")
    ] = None,
    store: options.Store = None,
) -> None:
    """Take papers out, with every record that is theirs, and publish the graph without them."""
    from kg.cli.load import show
    from kg.removal import remove

    if not papers and not sources:
        raise typer.BadParameter("name a paper, e.g. paper/arxiv-2403.01234, or a --source")
    settings = read_settings({"store": store})
    folder = Path(settings.store)
    report = remove(folder, papers or [], sources or [], base=settings.base, keep=settings.keep_snapshots)
    typer.echo(f"{report.removed} records removed", err=True)
    show(report, str(folder))
