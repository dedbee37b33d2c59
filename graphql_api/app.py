"""The HTTP application: one FastAPI app made of route families, with one way to answer errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from graphql_api.delivery import Packed
from graphql_api.metrics import Measured, Metrics
from graphql_api.routes import export, graphql, health, linked_data, ns, pages, sparql, void, writing
from graphql_api.state import Served
from graphql_api.web.rendering import KIND, plain_page
from kg.settings import Settings, read_settings
from schema.errors import KgError

log = logging.getLogger("graphql_api")

RouteFamily = Callable[[Served, Settings], APIRouter]

ROUTES: Final[tuple[RouteFamily, ...]] = (
    graphql.router,
    sparql.router,
    export.router,
    health.router,
    void.router,
    ns.router,
    writing.router,
    pages.router,
    linked_data.router,
)
"""The families of routes, asked in this order: what matches widely (`/{type}/{key}`) stands last."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application over the graph that `settings.store` names; without settings, those of the environment.

    The application is at `app.state.served` and `app.state.settings` for tests
    and tools. Opens no file: the graph is opened by the first request.
    """
    chosen = settings or read_settings()
    served = Served(chosen.store, chosen.poll_s)
    app = FastAPI(title="Paper Atlas", docs_url=None, redoc_url=None)
    app.state.served, app.state.settings = served, chosen
    for family in ROUTES:
        app.include_router(family(served, chosen))
    app.add_middleware(Packed)
    if origins := [o.strip() for o in chosen.cors_origins.split(",") if o.strip()]:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST", "HEAD"], allow_headers=["*"],
            expose_headers=["ETag", "Link", "X-Request-Id"],
        )  # fmt: skip
    app.state.metrics = Metrics()
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_exception_handler(KgError, _known)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(Exception, _unknown)
    return app


def problem(status: int, code: str, message: str) -> JSONResponse:
    """An error as problem details (RFC 9457), with our stable `code`."""
    body = {"type": "about:blank", "title": code, "status": status, "detail": message, "code": code}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


async def _known(request: Request, err: Exception) -> Response:
    assert isinstance(err, KgError)
    if request.headers.get("accept", "").startswith("text/html"):
        title = "There is no such page" if err.status == 404 else "That did not work"
        return plain_page("error.html", err.status, title=title, message=err.message, near=_near(request))
    return problem(err.status, err.code, err.message)


async def _unrouted(request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)
    if err.status_code == 404 and request.headers.get("accept", "").startswith("text/html"):
        message = f"There is nothing at {request.url.path}."
        return plain_page("error.html", 404, title="There is no such page", message=message, near=_near(request))
    return await http_exception_handler(request, err)


def _near(request: Request) -> list[dict[str, str]]:
    """What is called much like the end of the address."""
    words = request.url.path.rpartition("/")[2].replace("-", " ")[:100].strip()
    try:
        hits = request.app.state.served.graph.search(words, first=5) if words else []
    except KgError:  # nothing is published yet
        return []
    return [{"id": h.id, "label": h.label, "kind": KIND[h.cls]} for h in hits]


async def _unknown(request: Request, err: Exception) -> JSONResponse:
    log.error("unexpected error at %s", request.url.path, exc_info=err)
    return problem(500, "internal-error", "Something went wrong on our side; it has been logged.")
