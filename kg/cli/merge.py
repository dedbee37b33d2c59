"""`kg merge`: two ids are one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg merge paper/arxiv-2403.01234 paper/doi-10.1000-xyz --reason "the journal version"

  kg merge dataset/chestx-ray14 dataset/nih-cxr

  kg merge --sssom > identity.sssom.tsv
"""


def command(
    first: Annotated[str | None, typer.Argument(metavar="ID", help="The id that stays.")] = None,
    second: Annotated[
        str | None, typer.Argument(metavar="OTHER-ID", help="The id that leads to it from now on.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why they are one.")] = "",
    sssom: Annotated[
        bool, typer.Option("--sssom", help="Print every merge and refusal as SSSOM and change nothing.")
    ] = False,
    store: options.Store = None,
) -> None:
    """Say that two papers, datasets, methods, tasks or conditions are one, and publish the graph with them joined."""
    decide_or_print("merge", first, second, reason, sssom, store)


def decide_or_print(
    kind: str, first: str | None, second: str | None, reason: str, sssom: bool, store: str | None
) -> None:
    """What `kg merge` and `kg split` share."""
    from kg import deciding
    from kg.cli.load import show

    settings = read_settings({"store": store})
    folder = Path(settings.store)
    if sssom:
        for line in deciding.sssom(folder):
            typer.echo(line)
        return
    if first is None or second is None:
        raise typer.BadParameter("give two ids, e.g. dataset/a dataset/b, or --sssom")
    report = deciding.decide(folder, kind, first, second, reason, base=settings.base, keep=settings.keep_snapshots)
    show(report, str(folder))
