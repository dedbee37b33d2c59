"""The page that draws a part of the graph; its data are the JSON export of the same part."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from graphql_api.state import State
from graphql_api.web.rendering import page
from graphql_api.web.selection import Selection

NODES_WITHOUT_ASKING = 2000
"""A whole graph of more nodes is not drawn unasked; its datasets, methods and tasks of note are."""


def graph_page(request: Request, state: State) -> Response:
    """Draw a neighbourhood (`ego`), a selection of papers (the parameters of the papers page), or the whole graph."""
    graph = state.graph
    ego = [e for e in request.query_params.getlist("ego") if graph.has(e)][:20]
    where = Selection.read(request.query_params.multi_items()).only(graph.has).where
    if ego:
        hops = request.query_params.get("hops", "1")
        question: dict[str, Any] = {"ego": ",".join(ego), "hops": hops if hops in ("1", "2") else "1"}
        heading = "Around " + ", ".join(graph.label(e) for e in ego)
    elif where:
        question = {"where": json.dumps(where, ensure_ascii=False)}
        heading = f"{graph.find('Paper', where).total:,} papers and what they point to"
    elif sum(graph.stats()["classes"].values()) <= NODES_WITHOUT_ASKING:
        question, heading = {}, "The whole graph"
    else:
        question = {"project": "dataset-dataset:usesDataset", "largest-component": "true", "min-weight": "2"}
        heading = "Datasets that papers use together"
    return page(state, "graph.html", here="/graph", heading=heading, query=urlencode(question))
