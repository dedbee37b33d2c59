"""`kg graphql`: run a GraphQL query here, without a server."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from kg.cli import _options as options
from kg.settings import read_settings

EXAMPLES = """Examples:

  kg graphql '{ papers(where: {targetsModality: {is: "CT"}}) { totalCount nodes { title } } }'

  kg graphql 'query ($m: String!) { modality(name: $m) { id } }' --variables '{"m": "CT"}'

  kg graphql - < question.graphql
"""


def command(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="The query; - reads standard input.")],
    variables: Annotated[str | None, typer.Option(metavar="JSON", help="The variables, one JSON object.")] = None,
    operation: Annotated[str | None, typer.Option(metavar="NAME", help="Which operation of several to run.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add the SPARQL query that means the same.")] = False,
    store: options.Store = None,
    min_confidence: options.MinConfidence = None,
) -> None:
    """Run GraphQL here; the answer is JSON, and the exit status is 1 where it has errors."""
    import orjson

    from graphql_api.limits import Limits
    from graphql_api.service import Question, Service
    from kg.mirror import local_folder
    from kg.query import Graph

    settings = read_settings({"store": store, "min_confidence": min_confidence})
    text = sys.stdin.read() if query == "-" else query
    question = Question(text, _object(variables), operation, explain=explain)
    service = Service(Limits.of(settings), settings.min_confidence)
    answer = service.answer(Graph.open(local_folder(settings.store, settings.base)), question)
    typer.echo(orjson.dumps(orjson.loads(answer.body), option=orjson.OPT_INDENT_2).decode())
    if not answer.clean:
        raise typer.Exit(1)


def _object(text: str | None) -> dict[str, Any]:
    import orjson

    if text is None:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as err:
        raise typer.BadParameter(f"not JSON: {err}", param_hint="--variables") from err
    if not isinstance(found, dict):
        raise typer.BadParameter("must be one JSON object", param_hint="--variables")
    return found
