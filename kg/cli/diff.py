"""`kg diff`: what changed between two snapshots."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg diff 000001 000002

  kg diff 000001 | grep releasesCode
"""


def command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A snapshot's name, or the start of one, from `kg log`.")],
    new: Annotated[str | None, typer.Argument(metavar="NEW", help="Another one. [default: the current one]")] = None,
    store: options.Store = None,
) -> None:
    """Print the facts that went (-) and came (+) between two snapshots; the counts go to standard error."""
    from kg.store import current, find_snapshot
    from kg.store.diff import find_changes

    folder = Path(read_settings({"store": store}).store)
    counts: Counter[str] = Counter()
    for change in find_changes(find_snapshot(folder, old), find_snapshot(folder, new) if new else current(folder)):
        counts[change.sign] += 1
        typer.echo(str(change))
    typer.echo(f"{counts['-']} facts went, {counts['+']} came", err=True)
