"""`kg export`: the graph or a part of it, in the format that the file's ending names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.export import FORMATS, ExportOptions, read_where, write_export, write_export_file
from kg.export.options import read_list
from kg.export.write import Progress
from kg.mirror import local_folder
from kg.query import Graph
from kg.settings import read_settings
from schema.errors import BadRequest

EXAMPLES = """Examples:

  kg export atlas.graphml                                     for Gephi, igraph, networkx

  kg export code.gexf --where '{"releasesCode": true}'        papers that release code, and all around them

  kg export couse.graphml --project dataset-dataset:usesDataset --largest-component --layout forceatlas2

  kg export near.gexf --ego dataset:mimic-cxr --hops 2

  kg export atlas.nq.gz --min-confidence 0.8

  kg export - --format bibtex --where '{"year": {"gte": 2023}}' > papers.bib
"""

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_LIST = "Endings: " + ", ".join(f.suffix for f in FORMATS.values()) + "; .gz compresses."


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help=f"The file to write, or - for standard output. {_LIST}")],
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="The format.", autocompletion=lambda: list(FORMATS)),
    ] = None,
    where: Annotated[str, typer.Option(metavar="JSON", help="The GraphQL filter of papers, as JSON.")] = "",
    classes: Annotated[str, typer.Option(metavar="LIST", help="Classes to keep, e.g. Paper,Dataset.")] = "",
    relations: Annotated[str, typer.Option(metavar="LIST", help="Relations to keep, e.g. usesDataset.")] = "",
    min_confidence: Annotated[float, typer.Option(metavar="X", help="Leave out less sure edges, 0 to 1.")] = 0.0,
    ego: Annotated[str, typer.Option(metavar="LIST", help="Only what is near these, e.g. dataset:mimic-cxr.")] = "",
    hops: Annotated[int, typer.Option(help="How far from --ego, in edges of either direction.")] = 1,
    project: Annotated[
        str | None,
        typer.Option(metavar="A-B", help="Join what shares papers, e.g. dataset-dataset:usesDataset."),
    ] = None,
    min_weight: Annotated[float, typer.Option(metavar="N", help="Leave out lighter projected edges.")] = 0.0,
    backbone: Annotated[
        float | None, typer.Option(metavar="ALPHA", help="Keep edges that the disparity filter finds significant.")
    ] = None,
    largest_component: Annotated[bool, typer.Option(help="Keep the largest connected part only.")] = False,
    layout: Annotated[
        str | None, typer.Option(metavar="NAME", help="Lay out: forceatlas2, circular, fr, drl (the last two: igraph).")
    ] = None,
    parallel: Annotated[
        str | None, typer.Option(metavar="HOW", help="Edges between one pair: keep or merge. [default: by format]")
    ] = None,
    abstracts: Annotated[bool, typer.Option(help="Write abstracts into graph files too.")] = False,
    evidence: Annotated[bool, typer.Option(help="Write evidence where the format has named graphs.")] = True,
    published: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day of publication, for formats that state it.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Write numbered parts, e.g. 1GB (formats of lines).")
    ] = None,
    store: options.Store = None,
) -> None:
    """Write the graph, or a part of it, to a file; the format goes by the file's ending."""
    settings = read_settings({"store": store})
    chosen = ExportOptions(
        where=read_where(where), classes=read_list(classes), relations=read_list(relations),
        min_confidence=min_confidence, ego=read_list(ego), hops=hops, project=project, min_weight=min_weight,
        backbone=backbone, largest_component=largest_component, layout=layout,  # type: ignore[arg-type]
        parallel=parallel, abstracts=abstracts, evidence=evidence, published=published, license=settings.data_license,  # type: ignore[arg-type]
    )  # fmt: skip
    graph = Graph.open(local_folder(settings.store, settings.base))
    if file == "-":
        if format_ is None:
            raise BadRequest(f"standard output has no ending; name a format: --format {'|'.join(FORMATS)}.")
        write_export(graph, format_, sys.stdout.buffer, chosen)
        return
    with _progress() as progress:
        files = write_export_file(
            graph,
            Path(file),
            chosen,
            format=format_,
            split_bytes=read_size(split) if split else None,
            progress=progress,
        )
    for path in files:
        typer.echo(f"{path}  {path.stat().st_size:,} bytes", err=True)


def read_size(text: str) -> int:
    """A number of bytes with a decimal unit.

    >>> read_size("1GB"), read_size("500k")
    (1000000000, 500000)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", text.strip(), re.IGNORECASE)
    if not found:
        raise BadRequest(f"{text!r} is no size; write it like 500MB or 1GB.")
    return int(float(found[1]) * _UNITS[found[2].upper()])


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A count of bytes on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TransferSpeedColumn,
    )

    columns = SpinnerColumn(), TextColumn("writing"), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("writing", total=None)
        yield lambda count: bar.update(task, completed=count)
