"""`kg split`: two ids are not one thing."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli import _options as options
from kg.cli.merge import decide_or_print

EXAMPLES = """Examples:

  kg split paper/arxiv-2403.01234 paper/doi-10.1000-xyz --reason "another paper with the same title"

  kg split method/foo-bar-network method/fbn
"""


def command(
    first: Annotated[str | None, typer.Argument(metavar="ID", help="The id that holds both.")] = None,
    second: Annotated[
        str | None, typer.Argument(metavar="OTHER-ID", help="The id that is another thing, as its sameAs shows it.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why they are two.")] = "",
    sssom: Annotated[
        bool, typer.Option("--sssom", help="Print every merge and refusal as SSSOM and change nothing.")
    ] = False,
    store: options.Store = None,
) -> None:
    """Say that two ids which were joined are two things, remember it, and publish the graph with them apart."""
    decide_or_print("split", first, second, reason, sssom, store)
