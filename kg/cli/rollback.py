"""`kg rollback`: serve an earlier snapshot again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg log

  kg rollback 000003-1f0c5e0a9b2d
"""


def command(
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help="A name, or the start of one, from `kg log`.")],
    store: options.Store = None,
) -> None:
    """Make an earlier snapshot the current one; what was loaded since stays in the ledger and the next load
    brings it back."""
    from kg.load import roll_back

    folder = Path(read_settings({"store": store}).store)
    typer.echo(f"current: {roll_back(folder, snapshot).name}", err=True)
