"""`/health`: alive, and with which graph; `/metrics`: counts and times for Prometheus."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from graphql_api.state import Served
from kg.settings import Settings


def router(served: Served, _settings: Settings) -> APIRouter:
    """The route family."""
    routes = APIRouter()

    @routes.api_route("/health", methods=["GET", "HEAD"])
    def health() -> dict[str, Any]:
        """Whether the server answers, and the published state it serves; 404 where there is no graph."""
        state = served.now()
        return {"status": "ok", "version": state.version, "counts": state.graph.stats()["classes"]}

    @routes.api_route("/metrics", methods=["GET", "HEAD"], include_in_schema=False)
    def metrics(request: Request) -> Response:
        """Counts and times in the text format of Prometheus."""
        state = served.now()
        text = request.app.state.metrics.text(state.version, state.graph.stats()["classes"])
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return routes
