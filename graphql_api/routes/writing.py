"""Writing from the browser, where `--allow-load` permits it: loading papers, correcting edges."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse

from graphql_api.state import Served
from graphql_api.web.loading import Loading, refuse_strangers
from graphql_api.web.rendering import plain_page
from kg.corrections import Correction, add_corrections
from kg.settings import Settings
from schema.errors import BadRequest


def router(served: Served, settings: Settings) -> APIRouter:
    """The routes that write; none where the setting `allow_load` is off."""
    routes = APIRouter(include_in_schema=False)
    if not settings.allow_load:
        return routes
    loading = Loading(settings)

    @routes.get("/load")
    def page() -> Response:
        return plain_page("load.html", here="/load", job=loading.job)

    @routes.get("/load/status")
    def status() -> Response:
        return JSONResponse(loading.job.as_json() if loading.job else None, headers={"Cache-Control": "no-store"})

    @routes.post("/load")
    async def start(request: Request, file: UploadFile) -> Response:
        refuse_strangers(request)
        await loading.start(file)
        return RedirectResponse("/load", 303)

    @routes.post("/corrections")
    def correct(request: Request, paper: str = Form(), relation: str = Form(), target: str = Form()) -> Response:
        refuse_strangers(request)
        try:
            correction = Correction(paper=paper, relation=relation, target=target, reason="marked on its page")
        except ValueError as err:
            raise BadRequest(f"{paper} {relation} {target} is no edge: {err}") from err
        add_corrections(Path(settings.store), [correction])
        label = served.graph.label(target) if served.graph.has(target) else target
        return plain_page("corrected.html", paper=paper, relation=relation, label=label)

    return routes
