"""`kg demo`: build the graph of the bundled sample and serve it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg demo

  kg demo --port 9000
"""


def command(
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one. [default: 8000]")] = None,
    store: Annotated[str, typer.Option(metavar="PATH", help="The demo's folder.")] = "./kg-demo",
    extractor: options.ExtractorName = None,
    min_confidence: options.MinConfidence = None,
    build_only: Annotated[bool, typer.Option("--build-only", help="Build the graph and do not serve it.")] = False,
) -> None:
    """Build the graph of the bundled sample (119 papers on clinical machine learning) and serve it."""
    from importlib import resources

    import loaders
    from kg.cli.load import show
    from kg.cli.serve import serve
    from kg.load import load

    given = {"store": store, "host": host, "port": port, "extractor": extractor, "min_confidence": min_confidence}
    settings = read_settings(given)
    with (
        resources.as_file(resources.files("loaders") / "samples" / "hf-papers.jsonl") as sample,
        options.progress_bar() as progress,
    ):
        report = load(
            loaders.read(str(sample)),
            Path(store),
            extractor=settings.extractor,
            min_confidence=settings.min_confidence,
            base=settings.base,
            command="kg demo",
            progress=progress,
        )
    show(report, store)
    if not build_only:
        serve(settings)
