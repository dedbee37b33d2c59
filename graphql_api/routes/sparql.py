"""`/sparql`: the SPARQL 1.1 Protocol, for queries, with the service description where none is given."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from graphql_api.description import description_of, root_of
from graphql_api.documents import Document
from graphql_api.documents import answer as document_answer
from graphql_api.negotiation import etag, is_fresh, quality, ranked
from graphql_api.routes.sparql_request import FORM, QUERY, Asked, read_request
from graphql_api.state import Served
from graphql_api.web.sparql import sparql_page
from kg.settings import Settings
from kg.sparql.library import examples, statements
from kg.sparql.pool import SparqlPool
from kg.sparql.question import SparqlLimits, SparqlQuery
from kg.sparql.stream import SparqlStream
from kg.store.formats import BY_NAME, GRAPHS, names
from kg.store.rdf import write_statements
from kg.void import describe_service
from schema.errors import KgError, NotAcceptable, Overloaded

_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")
_ALLOWED: Final = "GET, HEAD, POST, OPTIONS"
_CHANGING = re.compile(r"\b(?:now|rand|uuid|struuid)\s*\(", re.IGNORECASE)
"""Functions that give another value each time: answers with them have no entity tag."""


def router(served: Served, settings: Settings) -> APIRouter:
    """The route, with a pool of workers of its own that begins with the first query."""
    endpoint = _Endpoint(served, settings)

    @asynccontextmanager
    async def end_processes(_: object) -> AsyncIterator[None]:
        yield
        endpoint.pool.close()

    routes = APIRouter(lifespan=end_processes)

    def editor(request: Request) -> Response:
        return sparql_page(request, served.now(), root_of(request, settings).rstrip("/"))

    def library(request: Request) -> Response:
        base, address = served.now().snapshot.base, f"{root_of(request, settings)}sparql"
        version = etag(address, *(e.text for e in examples()))
        document = Document("/sparql/examples", version, "Example queries", lambda: statements(base, address))
        return document_answer(request, document, request.path_params.get("suffix", ""))

    routes.add_route("/sparql-editor", editor, methods=["GET", "HEAD"], include_in_schema=False)
    routes.add_route("/sparql/examples", library, methods=["GET", "HEAD"], include_in_schema=False)
    routes.add_route("/sparql/examples.{suffix}", library, methods=["GET", "HEAD"], include_in_schema=False)
    routes.add_route("/sparql", endpoint.answer, methods=list(_METHODS), include_in_schema=False)
    return routes


class _Endpoint:
    def __init__(self, served: Served, settings: Settings) -> None:
        self.served, self.settings = served, settings
        federation = tuple(u.strip() for u in settings.sparql_federation.split(",") if u.strip())
        self.pool = SparqlPool(settings.base, limits_of(settings), federation)

    async def answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": _ALLOWED, "Accept-Post": f"{QUERY}, {FORM}"})
        if request.method not in ("GET", "HEAD", "POST"):
            return Response("Send GET or POST.\n", 405, {"Allow": _ALLOWED}, "text/plain; charset=utf-8")
        if request.method != "POST" and _is_browser(request):
            # A person who follows a link to the endpoint, or to a query, gets the page that shows it.
            target = f"/sparql-editor?{request.url.query}" if request.url.query else "/sparql-editor"
            return Response(status_code=303, headers={"Location": target, "Vary": "Accept"})
        base_iri = f"{root_of(request, self.settings)}sparql"
        asked = await read_request(request, base_iri, self.settings.sparql_max_body)
        if asked.query is None:
            return self._description(request, asked)
        return await self._query(request, asked.query, asked)

    async def _query(self, request: Request, query: SparqlQuery, asked: Asked) -> Response:
        state = self.served.now()
        headers = {"Vary": "Accept"}
        if request.method != "POST" and not _CHANGING.search(query.text):
            tag = etag(state.version, repr(query), asked.accept)
            headers |= {"ETag": tag, "Cache-Control": "no-cache"}
            if is_fresh(request.headers.get("if-none-match"), tag):
                return Response(status_code=304, headers=headers)
        self.pool.use(state.snapshot.rdf_path)
        stream = await _unless_gone(request, self.pool, query)
        headers["Content-Type"] = stream.format.content_type
        if stream.whole is not None or request.method == "HEAD":
            stream.close()
            return Response(stream.whole or b"", headers=headers)
        return _Streamed(stream.parts(), headers=headers)

    def _description(self, request: Request, asked: Asked) -> Response:
        state = self.served.now()
        wanted = ranked(asked.accept, GRAPHS)
        if not wanted:
            raise NotAcceptable(f"the service description comes as {names(GRAPHS)}.")
        format = BY_NAME[wanted[0]]
        tag = etag(state.version, "service description", format.name)
        headers = {"Vary": "Accept", "ETag": tag, "Cache-Control": "no-cache", "Content-Type": format.content_type}
        if is_fresh(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        about = description_of(state.snapshot, self.settings, request)
        return Response(write_statements(describe_service(about), format), headers=headers)


class _Streamed(StreamingResponse):
    """A stream that breaks off where the answer does: without its last chunk, no client takes it for whole."""

    async def stream_response(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async for part in self.body_iterator:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except KgError:
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _is_browser(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "text/html" in accept and quality(accept, "text/html") == 1 and "format" not in request.query_params


def limits_of(settings: Settings) -> SparqlLimits:
    """The limits of SPARQL queries out of the settings."""
    return SparqlLimits(
        timeout_s=settings.sparql_timeout_s,
        rows=settings.sparql_max_rows,
        bytes=settings.sparql_max_bytes,
        memory_bytes=settings.sparql_memory_mb << 20,
        slow=settings.sparql_slow,
        queue=settings.sparql_queue,
        in_memory_bytes=settings.sparql_in_memory_mb << 20,
    )


async def _unless_gone(request: Request, pool: SparqlPool, query: SparqlQuery) -> SparqlStream:
    """Ask, and stop asking where the client hangs up before there is an answer."""
    asking = asyncio.ensure_future(pool.ask(query))
    try:
        done, _ = await asyncio.wait({asking}, timeout=pool.limits.quick_s)
        while not done:
            if await request.is_disconnected():
                raise Overloaded("the client has gone.")
            done, _ = await asyncio.wait({asking}, timeout=0.5)
        return asking.result()
    except BaseException:
        asking.cancel()
        raise
