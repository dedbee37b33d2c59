"""`kg log`: what came when, and from where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg log

  kg log --json | jq '.[0]'
"""


def command(
    store: options.Store = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the runs that wrote to the graph, newest first, and the snapshots that are kept."""
    from kg.ledger import Ledger
    from kg.store import current_name, find_snapshots

    folder = Path(read_settings({"store": store}).store)
    now = current_name(folder)
    if now is None and not (folder / "ledger.sqlite").exists():
        typer.echo(f"Nothing was loaded into {folder} yet.", err=True)
        return
    with Ledger(folder) as ledger:
        runs = [*ledger.runs()]
    if json:
        import orjson

        typer.echo(orjson.dumps(runs, option=orjson.OPT_INDENT_2).decode())
        return
    kept = {s.name for s in find_snapshots(folder)}
    for run in runs:
        snapshot = run["snapshot"] or "not finished"
        mark = " (current)" if snapshot == now else "" if snapshot in kept or not run["snapshot"] else " (dropped)"
        typer.echo(f"{run['run']:>4}  {run['started']}  {snapshot}{mark}  {run['command']}")
