"""`/.well-known/void`: the graph described for machines (VoID, DCAT, DQV)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.description import description_of
from graphql_api.documents import METHODS, Document, answer
from graphql_api.state import Served
from kg.settings import Settings
from kg.void import describe


def router(served: Served, settings: Settings) -> APIRouter:
    """The route of the description."""
    routes = APIRouter()

    def void(request: Request) -> Response:
        state = served.now()
        about = description_of(state.snapshot, settings, request)
        version = f"{state.version} {about.root} {about.license}"
        document = Document("/.well-known/void", version, "The graph, described", lambda: describe(about))
        return answer(request, document, request.path_params.get("suffix", ""))

    routes.add_route("/.well-known/void", void, methods=METHODS, include_in_schema=False)
    routes.add_route("/.well-known/void.{suffix}", void, methods=METHODS, include_in_schema=False)
    return routes
