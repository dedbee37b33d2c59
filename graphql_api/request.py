"""Reading a GraphQL request out of HTTP: bodies, query strings, hashes of persisted queries, what the client accepts.

Source: "GraphQL over HTTP", a specification of the GraphQL Foundation, and the
protocol of automatic persisted queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request

from graphql_api.errors import RequestErrors, request_error
from graphql_api.limits import Limits, limit_error, nesting_of
from graphql_api.service import Question

JSON: Final = "application/json"
RESPONSE_JSON: Final = "application/graphql-response+json"
HTML: Final = "text/html"
EXPLAIN_HEADER: Final = "x-explain"
_FIELDS: Final = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
_SHOWN: Final = {str: "a text", dict: "an object"}


class HttpError(Exception):
    """A request that fails before it is GraphQL: a status and one error."""

    def __init__(self, status: int, errors: RequestErrors, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(errors))
        self.status = status
        self.errors = errors.errors
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Read:
    """What a request asks: one question, or several where it is a batch."""

    questions: tuple[Question, ...]
    batch: bool = False


def media_type(accept: str | None, html: bool = False) -> str | None:
    """The media type to answer in, by the Accept header; None where nothing we have is accepted.

    >>> media_type("application/graphql-response+json, application/json;q=0.9")
    'application/graphql-response+json'
    >>> media_type("*/*"), media_type(None), media_type("text/plain")
    ('application/json', 'application/json', None)
    """
    if not accept or not accept.strip():
        return JSON
    offers = (RESPONSE_JSON, JSON, HTML) if html else (RESPONSE_JSON, JSON)
    best: tuple[float, int, int] | None = None
    chosen = None
    for place, part in enumerate(accept.split(",")):
        name, _, rest = part.strip().partition(";")
        quality = _quality(rest)
        for offer in offers:
            exact = _matches(name.strip().lower(), offer)
            if exact and quality > 0:
                # A wildcard leaves the choice to us: plain JSON, which every client reads.
                rank = (quality, exact, -place if exact == 2 else int(offer == JSON) - 1000)
                if best is None or rank > best:
                    best, chosen = rank, offer
    return chosen


def _matches(name: str, offer: str) -> int:
    if name == offer:
        return 2
    return 1 if name == "*/*" or (name == "application/*" and offer != HTML) else 0


def _quality(rest: str) -> float:
    for parameter in rest.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


async def read_request(request: Request, limits: Limits) -> Read:
    """Read GET parameters or a POST body; raises `HttpError`."""
    explain = request.headers.get(EXPLAIN_HEADER, "").lower() in ("1", "true", "yes")
    if request.method == "GET":
        return Read((_question(_from_query(request), limits, explain),))
    content_type, _, rest = request.headers.get("content-type", "").partition(";")
    if content_type.strip().lower() not in (JSON, RESPONSE_JSON):
        # Forms and plain text can be sent across sites without a preflight: they are never read.
        raise HttpError(
            415, request_error(f"Send the request as {JSON}, not {content_type.strip()[:80] or 'without a type'!r}.")
        )
    if "charset" in rest.lower() and "utf-8" not in rest.lower():
        raise HttpError(415, request_error("Send the request in UTF-8."))
    found = _json(await _body(request, limits.body), "body")
    if isinstance(found, list):
        return _batch(found, limits, explain)
    return Read((_question(found, limits, explain),))


def _batch(found: list[Any], limits: Limits, explain: bool) -> Read:
    if not found:
        raise HttpError(400, request_error("The batch is empty."))
    if len(found) > limits.batch:
        raise HttpError(
            400, RequestErrors(limit_error("batch", len(found), limits.batch, "send fewer requests at once"))
        )
    return Read(tuple(_question(part, limits, explain) for part in found), batch=True)


async def _body(request: Request, most: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise _too_large(int(declared), most)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise _too_large(size, most)
        parts.append(part)
    return b"".join(parts)


def _too_large(size: int, most: int) -> HttpError:
    return HttpError(
        413, RequestErrors(limit_error("body", size, most, "send a smaller body, or the hash of a persisted query"))
    )


def _from_query(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {k: v for k, v in request.query_params.items() if k in _FIELDS}
    for name in ("variables", "extensions"):
        if found.get(name):
            found[name] = _json(found[name].encode("utf-8", "surrogatepass"), name)
        else:
            found.pop(name, None)
    return found


def _json(raw: bytes, what: str) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as err:
        raise HttpError(400, request_error(f"The {what} is not JSON in UTF-8: {err}.")) from err


def _question(found: Any, limits: Limits, explain: bool) -> Question:
    if not isinstance(found, dict):
        raise HttpError(400, request_error("A request is a JSON object with `query` and perhaps `variables`."))
    for name, kind in _FIELDS.items():
        if found.get(name) is not None and not isinstance(found[name], kind):
            raise HttpError(400, request_error(f"`{name}` must be {_SHOWN[kind]}."))
    extensions = found.get("extensions") or {}
    persisted = extensions.get("persistedQuery")
    sha256 = _hash(persisted) if persisted is not None else None
    query = found.get("query")
    if query is None and sha256 is None:
        raise HttpError(400, request_error("The request has no `query`."))
    variables = found.get("variables") or {}
    if nesting_of(variables, limits.nesting) > limits.nesting:
        raise HttpError(
            400, RequestErrors(limit_error("nesting", limits.nesting + 1, limits.nesting, "nest the variables less"))
        )
    return Question(query, variables, found.get("operationName"), sha256, explain or extensions.get("explain") is True)


def _hash(persisted: Any) -> str:
    sha256 = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(sha256, str) or len(sha256) != 64 or persisted.get("version") != 1:
        raise HttpError(400, request_error("`extensions.persistedQuery` needs `version` 1 and a `sha256Hash`."))
    return sha256.lower()
