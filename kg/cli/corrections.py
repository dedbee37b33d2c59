"""`kg corrections`: edges that a person found wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

app = typer.Typer(
    help="Keep edges that are wrong out of the graph; every load honours them.",
    no_args_is_help=True,
    epilog="""Examples:

  kg corrections add paper/arxiv-2403.01234 usesDataset dataset/mimic-cxr --reason "only cited"

  kg corrections list > corrections.jsonl

  kg corrections load corrections.jsonl
""",
)


@app.command("add")
def add(
    paper: Annotated[str, typer.Argument(help="The paper's id, e.g. paper/arxiv-2403.01234.")],
    relation: Annotated[str, typer.Argument(help="The relation, e.g. usesDataset.")],
    target: Annotated[str, typer.Argument(help="The id at the other end, e.g. dataset/mimic-cxr.")],
    reason: Annotated[str, typer.Option(help="Why it is wrong.")] = "",
    store: options.Store = None,
) -> None:
    """Note that an edge is wrong, and publish the graph without it."""
    import orjson

    from kg.corrections import add_corrections, parse_correction

    folder = _folder(store)
    row = {"paper": paper, "relation": relation, "target": target, "reason": reason}
    added = add_corrections(folder, [parse_correction(orjson.dumps(row), "the command line")])
    typer.echo("noted" if added else "known already", err=True)
    _publish(folder)


@app.command("remove")
def remove(
    paper: Annotated[str, typer.Argument(help="The paper's id.")],
    relation: Annotated[str, typer.Argument(help="The relation.")],
    target: Annotated[str, typer.Argument(help="The id at the other end.")],
    store: options.Store = None,
) -> None:
    """Take a correction back, and publish the graph with the edge."""
    from kg.corrections import remove_correction
    from schema.errors import NotFound

    folder = _folder(store)
    if not remove_correction(folder, paper, relation, target):
        raise NotFound(f"There is no correction of {paper} {relation} {target}. `kg corrections list` shows all.")
    _publish(folder)


@app.command("list")
def list_(store: options.Store = None) -> None:
    """Print the corrections as JSON Lines."""
    import orjson

    from kg.corrections import read_corrections

    for correction in read_corrections(_folder(store)):
        typer.echo(orjson.dumps(correction.model_dump()).decode())


@app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="JSON Lines, as `kg corrections list` prints them.", exists=True)],
    store: options.Store = None,
) -> None:
    """Take over corrections from a file, and publish the graph without those edges."""
    from kg.corrections import add_corrections, parse_correction

    folder = _folder(store)
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    added = add_corrections(folder, [parse_correction(line, f"{file} line {n}") for n, line in enumerate(lines, 1)])
    typer.echo(f"{added} new corrections", err=True)
    _publish(folder)


def _folder(store: str | None) -> Path:
    return Path(read_settings({"store": store}).store)


def _publish(folder: Path) -> None:
    from kg.cli.load import show
    from kg.load import load as load_records

    settings = read_settings()
    report = load_records([], folder, base=settings.base, keep=settings.keep_snapshots, command="kg corrections")
    show(report, str(folder))
