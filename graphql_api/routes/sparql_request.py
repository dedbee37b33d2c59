"""A request to /sparql, read as the SPARQL 1.1 Protocol says: what is asked, or what is wrong with it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from graphql_api.negotiation import ranked
from kg.sparql.question import SparqlQuery
from kg.store.formats import GRAPHS, SOLUTIONS, find_format
from schema.errors import BadRequest

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"


class UnsupportedMedia(BadRequest):
    """A body of a type that is not taken here."""

    code = "unsupported-media-type"
    status = 415


class TooLarge(BadRequest):
    """A body that is longer than the server takes."""

    code = "too-large"
    status = 413


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: a query, or None for the service description."""

    query: SparqlQuery | None
    accept: str


async def read_request(request: Request, base_iri: str, limit_bytes: int) -> Asked:
    """Read a GET, HEAD or POST request.

    Raises `BadRequest`, `UnsupportedMedia` or `TooLarge`.
    Source: SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/#query-operation.
    """
    parameters = _pairs(request.scope["query_string"])
    posted = request.method == "POST"
    if posted:
        content_type, _, rest = request.headers.get("content-type", "").partition(";")
        _check_charset(rest)
        kind = content_type.strip().lower()
        if kind not in (FORM, QUERY):
            hint = " Updates are not taken here." if kind == "application/sparql-update" else ""
            raise UnsupportedMedia(f"a body of type {kind or '(none)'} is not taken; send {FORM} or {QUERY}.{hint}")
        body = await _body(request, limit_bytes)
        parameters += [("query", _text(body))] if kind == QUERY else _pairs(body)
    return _asked(parameters, request.headers.get("accept"), base_iri, posted)


def _asked(parameters: list[tuple[str, str]], accept: str | None, base_iri: str, posted: bool) -> Asked:
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    queries = values.get("query", [])
    if len(queries) > 1:
        raise BadRequest(f"the request has {len(queries)} parameters `query`; send one.")
    if "update" in values:
        raise BadRequest("updates are not taken here: send a query as the parameter `query`.")
    if not queries:
        if posted:
            raise BadRequest("the request has no parameter `query`.")
        return Asked(None, accept or "")
    default, named = values.get("default-graph-uri"), values.get("named-graph-uri")
    solutions, graph = ranked(accept, SOLUTIONS), ranked(accept, GRAPHS)
    for name in values.get("format", []):
        solutions, graph = _chosen(name, solutions, graph)
    query = SparqlQuery(
        queries[0],
        tuple(default) if default else None,
        tuple(named) if named else None,
        solutions,
        graph,
        base_iri,
    )
    return Asked(query, accept or "")


def _chosen(name: str, solutions: tuple[str, ...], graph: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # R's SPARQL package and links for download name the format in the address; other servers' names are passed over.
    with contextlib.suppress(BadRequest):
        solutions = (find_format(name, "solutions").name, *solutions)
    with contextlib.suppress(BadRequest):
        graph = (find_format(name, "graph").name, *graph)
    return solutions, graph


async def _body(request: Request, limit_bytes: int) -> bytes:
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > limit_bytes:
        raise TooLarge(f"the body has {stated} bytes; {limit_bytes} are taken.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit_bytes:
            raise TooLarge(f"the body has more than {limit_bytes} bytes, the limit here.")
    return bytes(body)


def _check_charset(parameters: str) -> None:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            raise BadRequest(f"a body in {value.strip()} is not taken; send UTF-8.")


def _pairs(data: bytes) -> list[tuple[str, str]]:
    try:
        text = data.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=1000)
    except UnicodeDecodeError as err:
        raise BadRequest(f"the request is not in UTF-8: {err.reason} at byte {err.start}.") from err
    except ValueError as err:
        raise BadRequest(f"the parameters cannot be read: {err}.") from err


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise BadRequest(f"the query is not in UTF-8: {err.reason} at byte {err.start}.") from err
