"""The web pages: the papers page, lists, type-ahead, static files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from graphql_api.delivery import Pages, Static
from graphql_api.state import Served
from graphql_api.web.compare import compare_file, compare_page
from graphql_api.web.entities import list_page
from graphql_api.web.feed import feed
from graphql_api.web.graph import graph_page
from graphql_api.web.papers import papers_page
from graphql_api.web.plots import plot_file, plots_page
from graphql_api.web.rendering import KIND, PAGES
from graphql_api.web.selection import FACETS
from kg.settings import Settings
from schema.vocabulary import CLASSES

SUGGESTIONS = 8


def router(served: Served, settings: Settings) -> APIRouter:
    """The routes of the web pages."""
    routes = APIRouter(include_in_schema=False)
    pages = Pages(served)

    @routes.get("/")
    def front(request: Request) -> Response:
        site = site_of(request, settings)
        return pages.answer(request, lambda state: papers_page(request, state, site, settings.allow_load))

    @routes.get("/suggest")
    def suggest(q: str = "") -> Response:
        classes = ["Paper", *(cls for _, cls in FACETS.values())]
        hits = served.now().graph.search(q[:100], classes, SUGGESTIONS) if len(q.strip()) > 1 else []
        return JSONResponse([{"id": h.id, "label": h.label, "kind": KIND[h.cls]} for h in hits])

    @routes.get("/graph")
    def graph(request: Request) -> Response:
        return pages.answer(request, lambda state: graph_page(request, state))

    @routes.get("/feed")
    def atom(request: Request) -> Response:
        return pages.answer(request, lambda state: feed(request, state, site_of(request, settings)))

    @routes.get("/compare")
    def side_by_side(request: Request) -> Response:
        return pages.answer(request, lambda state: compare_page(request, state))

    @routes.get("/compare.{suffix}")
    def side_by_side_file(request: Request, suffix: Literal["csv", "md", "tex"]) -> Response:
        return pages.answer(request, lambda state: compare_file(request, state, suffix))

    @routes.get("/plots")
    def plots(request: Request) -> Response:
        return pages.answer(request, lambda state: plots_page(request, state))

    @routes.get("/plots/{name}.csv")
    def plot_data(request: Request, name: str) -> Response:
        return pages.answer(request, lambda state: plot_file(request, state, name))

    for term in CLASSES[1:6]:
        routes.add_api_route(f"/{term.plural}", _list_of(term.name, pages))
    for route in routes.routes:
        if isinstance(route, APIRoute):
            route.methods = {
                *(route.methods or ()),
                "HEAD",
            }  # what GET says, without the page; the server leaves the body away
    routes.mount("/static", Static(directory=PAGES / "static"), name="static")
    return routes


def site_of(request: Request, settings: Settings) -> str:
    """The address of this server as its users see it, without a slash at its end."""
    return (settings.public_url or str(request.base_url)).rstrip("/")


def _list_of(cls: str, pages: Pages) -> Callable[[Request], Response]:
    def listed(request: Request) -> Response:
        return pages.answer(request, lambda state: list_page(request, state, cls))

    return listed
