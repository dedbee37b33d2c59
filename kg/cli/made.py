"""`kg made`: write the made files of a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(root: Annotated[Path, typer.Argument(help="The checkout.")] = Path()) -> None:
    """Write the made files (GraphQL SDL, shapes, data-model and command pages) of a checkout."""
    from kg.made import write_made

    for path in write_made(root):
        typer.echo(path)
