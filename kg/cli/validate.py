"""`kg validate`: check the graph against its SHACL shapes."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg validate

  kg validate --most 20

  kg validate --shapes > shapes.ttl     the shapes, for another SHACL engine
"""


def command(
    store: options.Store = None,
    most: Annotated[int, typer.Option(min=1, help="Findings to print; all are counted.")] = 100,
    shapes: Annotated[bool, typer.Option("--shapes", help="Print the shapes as Turtle and check nothing.")] = False,
) -> None:
    """Check the graph against its SHACL shapes."""
    if shapes:
        from kg.shapes import turtle

        typer.echo(turtle())
        return
    from kg.mirror import local_folder
    from kg.validate import validate

    settings = read_settings({"store": store})
    folder = local_folder(settings.store, settings.base)
    with options.progress_bar() as progress:
        report = validate(folder, most, lambda done: progress("Checking entities", done))
    for finding in report.findings:
        typer.echo(str(finding))
    typer.echo(f"{report.entities} entities checked, {report.counts.total()} violations", err=True)
    for kind, number in report.counts.most_common(10):
        typer.echo(f"{number:>8}  {kind}", err=True)
    if not report.conforms:
        raise typer.Exit(1)
