"""How pages and files travel: packed, kept while their snapshot lasts, asked for again only when they changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from graphql_api.cache import AnswerCache
from graphql_api.negotiation import etag, is_fresh
from graphql_api.state import Served, State
from graphql_api.web.rendering import HTML_HEADERS, HTML_TYPE, assets_digest

STREAMED: Final = ("export", "sparql")
"""Routes whose answers leave as they are made and may be endless: never packed here."""
PACKED_FROM: Final = 800
"""Bytes from which packing is worth its time."""
KEPT_BYTES: Final = 32 << 20
"""Room for pages that are ready."""
YEAR: Final = "public, max-age=31536000, immutable"


class Packed:
    """Middleware that compresses what is no stream, where the client takes gzip (RFC 9110, 12.5.3)."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._packed = GZipMiddleware(app, minimum_size=PACKED_FROM, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        first = scope.get("path", "").removeprefix(scope.get("root_path", "")).lstrip("/").partition("/")[0]
        if scope["type"] != "http" or first in STREAMED:
            return await self._plain(scope, receive, send)
        # A server that sends files by their path would send them as they are on disk.
        extensions = {k: v for k, v in (scope.get("extensions") or {}).items() if k != "http.response.pathsend"}
        return await self._packed({**scope, "extensions": extensions}, receive, send)


class Pages:
    """Makes pages once per snapshot and address, and none for a client that holds the page already."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._kept = AnswerCache(KEPT_BYTES)

    def answer(self, request: Request, make: Callable[[State], Response]) -> Response:
        """The page that `make` renders from the current state, with its tag; 304 where the client has it."""
        state = self._served.now()
        tag = etag("page", state.version, assets_digest(), str(request.url))
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if is_fresh(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers | {"Vary": "Accept, Accept-Encoding"})
        if body := self._kept.get(tag):
            return Response(body, 200, HTML_HEADERS | headers, HTML_TYPE)
        response = make(state)
        if response.status_code == 200:
            response.headers.update(headers)
            if response.headers["content-type"] == HTML_TYPE:
                self._kept.put(tag, bytes(response.body))
        return response


class Static(StaticFiles):
    """Our static files: kept for a year under an address that names their digest, else asked for again."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or 304; its tag is weak, as it stands for the packed file, too."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        current = scope["query_string"] == f"v={assets_digest()}".encode()
        response.headers["Cache-Control"] = YEAR if current else "no-cache"
        response.headers["ETag"] = f"W/{response.headers['ETag']}"
        return response
