"""`/ns`: the ontology, in RDF and as a page; `/shapes`: its SHACL shapes."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from graphql_api.documents import METHODS, Document, answer, split_suffix
from graphql_api.state import Served
from kg import ontology, shapes
from kg.settings import Settings
from schema.errors import NotFound


def router(_served: Served, _settings: Settings) -> APIRouter:
    """The routes of the ontology; the version's own address answers with the same document."""
    routes = APIRouter()

    def latest(request: Request) -> Response:
        return _ontology(request, "/ns", request.path_params.get("suffix", ""))

    def version(request: Request) -> Response:
        stem, suffix = split_suffix(request.path_params["version"])
        if stem != ontology.VERSION:
            raise NotFound(f"there is no version {stem} of the ontology here; this is {ontology.VERSION}.")
        return _ontology(request, f"/ns/{stem}", suffix)

    def shacl(request: Request) -> Response:
        document = Document("/shapes", ontology.VERSION, "The shapes of a sound graph", shapes.statements)
        return answer(request, document, _known(request.path_params.get("suffix", ""), "shapes"))

    routes.add_route("/shapes", shacl, methods=METHODS, include_in_schema=False)
    routes.add_route("/shapes.{suffix}", shacl, methods=METHODS, include_in_schema=False)
    routes.add_route("/ns", latest, methods=METHODS, include_in_schema=False)
    routes.add_route("/ns.{suffix}", latest, methods=METHODS, include_in_schema=False)
    routes.add_route("/ns/{version}", version, methods=METHODS, include_in_schema=False)
    return routes


def _ontology(request: Request, path: str, suffix: str) -> Response:
    document = Document(path, ontology.VERSION, "The Paper Atlas ontology", ontology.statements)
    return answer(request, document, _known(suffix, "ontology"))


def _known(suffix: str, what: str) -> str:
    if suffix and split_suffix(f"document.{suffix}")[1] != suffix:
        raise NotFound(f"the {what} does not come as .{suffix}.")
    return suffix
