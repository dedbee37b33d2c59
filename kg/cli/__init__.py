"""The command line: arguments and printing, nothing else. One module per command.

Exit status: 0 done, 1 the work failed, 2 wrong usage. Messages go to standard
error, data to standard output.
"""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from kg._shadow import refuse_shadows

refuse_shadows()  # before the first import of a package that may be somebody else's

from schema.errors import BadRequest, KgError  # noqa: E402

__all__ = ["app", "main"]

COMMANDS = (
    "load",
    "update",
    "extract",
    "partition",
    "serve",
    "demo",
    "stats",
    "graphql",
    "sparql",
    "export",
    "leaderboard",
    "validate",
    "log",
    "diff",
    "rollback",
    "remove",
    "merge",
    "split",
    "quality",
    "train",
    "made",
)
"""The modules of this package, each with a function `command` of the same name; the order is that of `kg --help`."""

_HIDDEN = {"made"}

app = typer.Typer(
    name="kg",
    help="Paper Atlas: a knowledge graph of papers, methods, datasets, tasks and data modalities.",
    epilog="Start with `kg demo`, or `kg load LISTING && kg serve`. Every command has --help with examples.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"paperatlas {version('paperatlas')}")
        raise typer.Exit


@app.callback()
def _root(
    show_version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    pass


GROUPS = ("corrections",)
"""The modules of this package with commands of their own, in an `app`."""

for _name in GROUPS:
    app.add_typer(import_module(f"kg.cli.{_name}").app, name=_name)
for _name in COMMANDS:
    _module = import_module(f"kg.cli.{_name}")
    app.command(_name, hidden=_name in _HIDDEN, epilog=getattr(_module, "EXAMPLES", None))(_module.command)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        app()
    except KgError as err:
        typer.echo(f"kg: {err}", err=True)
        sys.exit(2 if isinstance(err, BadRequest) else 1)
