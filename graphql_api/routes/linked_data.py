"""`/{type}/{key}`: an entity by `Accept` or by suffix. The paths are the ends of the entities' IRIs."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from graphql_api.description import description_of
from graphql_api.documents import METHODS, Document, answer, split_suffix
from graphql_api.negotiation import etag, is_fresh
from graphql_api.routes.pages import site_of
from graphql_api.state import Served, State
from graphql_api.web.entities import entity_page
from graphql_api.web.rendering import assets_digest
from kg.settings import Settings
from kg.statements import statements_for
from kg.store.rdf import context
from schema.errors import NotFound, did_you_mean
from schema.ids import entity_iri
from schema.node import Node
from schema.statement import Literal, Statement
from schema.vocabulary import CLASS_OF_TYPE, expand


def router(served: Served, settings: Settings) -> APIRouter:
    """The routes of entities, and our JSON-LD context."""
    routes = APIRouter()

    def entity(request: Request) -> Response:
        type_, key = request.path_params["type"], request.path_params["key"]
        if type_ not in CLASS_OF_TYPE:
            known = did_you_mean(type_, CLASS_OF_TYPE)
            raise NotFound(f"there is nothing at /{type_}/{key}.{known}")
        state = served.now()
        id_, suffix = f"{type_}/{key}", ""
        if not state.graph.has(id_):
            id_, suffix = split_suffix(id_)
        if not state.graph.has(id_) and (merged := _merged_into(id_, state)):
            ending = f".{suffix}" if suffix else ""
            return RedirectResponse(f"{request.scope.get('root_path', '')}/{merged}{ending}", status_code=301)
        node = state.graph.node(id_)
        document = Document(
            path=f"/{id_}",
            version=f"{state.version} {settings.data_license} {assets_digest()}",
            title=node.label,
            statements=lambda: statements_about(node, state, description_of(state.snapshot, settings, request).dataset),
            page=lambda: entity_page(state, node, site_of(request, settings), settings.allow_load),
        )
        return answer(request, document, suffix)

    def json_ld_context(request: Request) -> Response:
        tag = etag("context", str(context()))
        if is_fresh(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Cache-Control": "public, max-age=86400"}
        return JSONResponse(context(), headers=headers, media_type="application/ld+json")

    routes.add_route("/context.jsonld", json_ld_context, methods=METHODS, include_in_schema=False)
    routes.add_route("/{type}/{key}", entity, methods=METHODS, include_in_schema=False)
    return routes


def _merged_into(id_: str, state: State) -> str | None:
    """The entity that an id leads to since the two were found to be one (owl:sameAs)."""
    where = {"sameAs": {"eq": entity_iri(state.snapshot.base, id_)}}
    return next(iter(state.graph.find(CLASS_OF_TYPE[id_.partition("/")[0]].name, where).ids(first=1)), None)


def statements_about(node: Node, state: State, dataset: str) -> Iterator[Statement]:
    """What a document of an entity says: its facts, its evidence, the labels of what it points to, its dataset."""
    base = state.snapshot.base
    subject = entity_iri(base, node.id)
    for statement in statements_for(node, base):
        yield statement._replace(graph="")
    for target in dict.fromkeys(edge.target for edge in node.edges):
        yield Statement(entity_iri(base, target), expand("rdfs:label"), Literal(state.graph.label(target)))
    yield Statement(subject, expand("void:inDataset"), dataset)
