"""`kg stats`: counts by class and by edge."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg stats

  kg stats --json | jq .edges
"""


def command(
    store: options.Store = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Count the graph's nodes by class and its edges by relation."""
    from kg.mirror import local_folder
    from kg.stats import count

    settings = read_settings({"store": store})
    found = count(local_folder(settings.store, settings.base))
    if json:
        import orjson

        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    typer.echo(f"{found['version']}  {found['base']}")
    for kind in ("classes", "edges"):
        typer.echo(f"\n{kind}")
        for name, number in found[kind].items():
            typer.echo(f"{number:>10,}  {name}")
