"""Options that several commands share, and the progress bar."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from kg.extract import extractor_names
from kg.load import Progress, silent

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PATH-OR-URL",
        help="The graph: a folder or a SPARQL server. [env: KG_STORE] [default: ./kg-data]",
    ),
]
ExtractorName = Annotated[
    str | None,
    typer.Option(
        "--extractor",
        metavar="NAME",
        help="Who reads the texts: default, fast, llm or a plug-in. [env: KG_EXTRACTOR]",
        autocompletion=lambda: extractor_names(),
    ),
]
MinConfidence = Annotated[
    float | None,
    typer.Option("--min-confidence", min=0, max=1, metavar="X", help="Leave out edges less sure than this, 0 to 1."),
]


def _print_progress(stage: str, done: int, total: int | None = None) -> None:
    of = "" if total is None else f"\t{total}"
    print(f"progress\t{stage}\t{done}{of}", file=sys.stderr, flush=True)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on a terminal, lines of `stage TAB done` where KG_PROGRESS=lines, else silence."""
    if os.environ.get("KG_PROGRESS") == "lines":
        yield _print_progress
        return
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(), TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, int] = {}

        def show(stage: str, done: int, total: int | None = None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total, rate="")
            task = tasks[stage]
            speed = bar.tasks[[t.id for t in bar.tasks].index(task)].speed  # type: ignore[arg-type]
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")  # type: ignore[arg-type]

        yield show
