"""`kg leaderboard`: results of many papers by task, dataset and metric."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from kg.cli import _options as options
from kg.export import read_where
from kg.mirror import local_folder
from kg.query import Graph
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg leaderboard --dataset MIMIC-CXR

  kg leaderboard --task segmentation --metric Dice --format csv > dice.csv
"""


def command(
    task: Annotated[str | None, typer.Option(help="A task, by name or id.")] = None,
    dataset: Annotated[str | None, typer.Option(help="A dataset, by name or id.")] = None,
    metric: Annotated[str | None, typer.Option(help="A metric, e.g. AUC.")] = None,
    where: Annotated[str, typer.Option(metavar="JSON", help="The GraphQL filter of papers, as JSON.")] = "",
    min_confidence: Annotated[float, typer.Option(metavar="X", help="Leave out less sure results, 0 to 1.")] = 0.0,
    min_entries: Annotated[int, typer.Option(min=1, help="Leave out shorter tables.")] = 1,
    unplaced: Annotated[bool, typer.Option(help="Keep results of no known task or dataset.")] = False,
    format: Annotated[Literal["markdown", "csv"], typer.Option(help="How to print.")] = "markdown",
    store: options.Store = None,
) -> None:
    """Print the results that papers report, best first, by task, dataset and metric."""
    from kg.analysis import as_csv, as_markdown, leaderboards

    settings = read_settings({"store": store})
    tables = leaderboards(
        Graph.open(local_folder(settings.store, settings.base)),
        task=task,
        dataset=dataset,
        metric_name=metric,
        where=read_where(where),
        min_confidence=min_confidence,
        min_entries=min_entries,
        unplaced=unplaced,
    )
    typer.echo(as_csv(tables) if format == "csv" else as_markdown(tables), nl=False)
