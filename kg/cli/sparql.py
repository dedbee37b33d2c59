"""`kg sparql`: run a SPARQL query."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg sparql 'SELECT ?title { ?p kg:targetsModality/rdfs:label "computed tomography" ; dcterms:title ?title }'

  kg sparql - --format csv < query.rq > rows.csv

  kg sparql 'DESCRIBE <https://w3id.org/paperatlas/modality/ct>' --format turtle

Prefixes such as kg:, dcterms:, skos: and schema: need no declaration.
"""


def command(
    query: Annotated[str, typer.Argument(help="The query; - reads it from standard input.")],
    format: Annotated[
        str, typer.Option("--format", "-f", help="table, json, csv, tsv, xml, turtle, jsonld, ntriples, rdfxml, ...")
    ] = "table",
    store: options.Store = None,
) -> None:
    """Run a SPARQL query on the graph and print the answer."""
    from kg.store import current
    from kg.store.answers import Question, ask, write_table
    from kg.store.embedded import open_read_only
    from kg.store.formats import find_format
    from kg.store.places import is_remote
    from kg.store.remote import RemoteStore

    settings = read_settings({"store": store})
    text = sys.stdin.read() if query == "-" else query
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the engine does not look at Ctrl-C while it evaluates
    question = Question(text, settings.base)
    if format != "table":
        _check(format)
    if is_remote(settings.store):
        with RemoteStore(settings.store, settings.base) as remote:
            if format == "table":
                remote.write_table(question, sys.stdout)
            else:
                remote.write_answer(question, format, sys.stdout.buffer)
        return
    snapshot = current(Path(settings.store))
    answer = ask(open_read_only(snapshot.rdf_path), question)
    if format == "table":
        write_table(answer, sys.stdout)
    else:
        answer.write(find_format(format, answer.kind), sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _check(format: str) -> None:
    """Refuse an unknown format before anything is asked."""
    from kg.store.formats import ALL, find_format
    from schema.errors import BadRequest, did_you_mean

    try:
        find_format(format)
    except BadRequest:
        names = ["table", *(f.name for f in ALL)]
        raise BadRequest(f"no format {format!r}; there are {', '.join(names)}.{did_you_mean(format, names)}") from None
