"""`/export/{format}`: the bytes of `kg export`, streamed; options are the parameters of the query."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse

from graphql_api.state import Served
from kg.export import FORMATS, ExportOptions, Format, GraphLike, export_chunks, format_of, options_from_text
from kg.settings import Settings
from schema.errors import Overloaded
from schema.ids import digest

_TEXT: Final = ("text/", "application/json", "application/x-bibtex")


def router(served: Served, settings: Settings) -> APIRouter:
    """The routes of exports: the list of formats, and each of them with GET and HEAD."""
    slots = threading.BoundedSemaphore(settings.export_at_once)
    routes = APIRouter(tags=["export"])

    @routes.get("/export")
    def formats() -> JSONResponse:
        """Every format with its address, media type and what it holds."""
        return JSONResponse([_described(entry) for entry in FORMATS.values()])

    @routes.api_route("/export/{format}", methods=["GET", "HEAD"])
    async def export(format: str, request: Request) -> Response:
        """The graph or a part of it in a format; parameters as the options of `kg export`, hyphens or underscores."""
        entry = format_of(format)
        options = options_from_text(dict(request.query_params))
        state = await run_in_threadpool(served.now)
        etag = f'"{state.version}-{entry.name}-{_digest(options, settings.data_license)}"'
        headers = {
            "ETag": etag,
            "Content-Disposition": f'attachment; filename="paper-atlas{entry.suffix}"',
            "Cache-Control": "no-cache",
        }
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD":
            return Response(media_type=_media_type(entry), headers=headers)
        limited = replace(options, layout_nodes=settings.export_layout_nodes, license=settings.data_license)
        chunks = await run_in_threadpool(_begun, slots, state.graph, entry.name, limited)
        return StreamingResponse(chunks, media_type=_media_type(entry), headers=headers)

    return routes


class _Held:
    """Chunks that hold a place until they end, are closed or are forgotten."""

    def __init__(self, chunks: Iterator[bytes], slots: threading.BoundedSemaphore) -> None:
        self._chunks = chunks
        self._let_go = weakref.finalize(self, slots.release)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except BaseException:
            self._let_go()
            raise


def _begun(slots: threading.BoundedSemaphore, graph: GraphLike, name: str, options: ExportOptions) -> Iterator[bytes]:
    if not slots.acquire(blocking=False):
        raise Overloaded("as many exports as this server streams at once are under way; try again in a minute.")
    try:
        return _Held(export_chunks(graph, name, options), slots)
    except BaseException:
        slots.release()
        raise


def _described(entry: Format) -> dict[str, str]:
    return {
        "name": entry.name, "path": f"/export/{entry.name}", "suffix": entry.suffix, "mediaType": entry.media_type,
        "title": entry.title, "holds": entry.holds,
    }  # fmt: skip


def _media_type(entry: Format) -> str:
    is_text = entry.media_type.startswith(_TEXT)
    return f"{entry.media_type}; charset=utf-8" if is_text else entry.media_type


def _digest(*parts: object) -> str:
    return digest(repr(parts), 12)
