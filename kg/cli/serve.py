"""`kg serve`: GraphQL, SPARQL, linked data, exports and the web pages."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import PREFIX, Settings, read_settings

EXAMPLES = """Examples:

  kg serve

  kg serve --store ./kg-data --port 9000 --workers 2

  kg serve --allow-load                     load papers and correct edges in the browser
"""


def command(
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one. [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Server processes. [default: 1]")] = None,
    store: options.Store = None,
    allow_load: Annotated[
        bool,
        typer.Option("--allow-load", help="Let people load papers and correct edges in the browser (loopback alone)."),
    ] = False,
) -> None:
    """Serve the graph over HTTP."""
    given = {"host": host, "port": port, "workers": workers, "store": store, "allow_load": allow_load or None}
    serve(read_settings(given))


def serve(settings: Settings) -> None:
    """Run the server in the foreground until it is stopped."""
    from kg.mirror import local_folder
    from kg.store import current

    folder = local_folder(settings.store, settings.base)  # of a graph on a server, a copy
    if not settings.allow_load:
        current(folder)  # says what to do where there is no graph
    settings = settings.model_copy(update={"store": str(folder)})
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    port = settings.port or _free_port(settings.host)
    for name, value in settings.model_dump().items():
        os.environ[PREFIX + name.upper()] = str(value)
    typer.echo(
        f"Paper Atlas on http://{settings.host}:{port}/  (GraphQL at /graphql, SPARQL at /sparql; Ctrl-C stops)",
        err=True,
    )
    Granian(
        "graphql_api.app:create_app",
        address=settings.host,
        port=port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        factory=True,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
