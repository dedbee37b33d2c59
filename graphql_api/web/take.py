"""What can be taken away from a page: the same question for every door, files of the selection, a citation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from graphql_api.state import State
from graphql_api.web.selection import graphql_literal

FILES: Final = (
    ("BibTeX", "bib"),
    ("CSV", "csv.zip"),
    ("JSON", "json"),
    ("GraphML", "graphml"),
    ("GEXF", "gexf"),
    ("Turtle", "ttl"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Texts that run as they stand, links to files of this very selection, and how to cite the snapshot."""

    texts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    citation: str


def take_papers(state: State, where: Mapping[str, Any], order_by: list[dict[str, str]], site: str) -> Taken:
    """Take away a selection of papers; `site` is the address of this server, without a slash at its end."""
    where = dict(where)
    order = [o for o in order_by if "relevance" not in o]
    filters = [f"where: {graphql_literal(where)}"] if where else []
    arguments = ", ".join([*filters, f"orderBy: {_enums(order or [{'year': 'DESC'}])}", "first: 20"])
    fields = "totalCount\n    nodes { id title year codeStatus repositories { url } }"
    query = f"{{ papers({arguments}) {{\n    {fields} }} }}"
    body = json.dumps({"query": query}, ensure_ascii=False).replace("'", "'\\''")
    python = f"import kg\n\ngraph = kg.open()\nfor paper in graph.papers(where={where!r}):\n    print(paper.label)"
    curl = f"curl '{site}/graphql' -H 'Content-Type: application/json' -d '{body}'"
    sparql = state.graph.sparql_for("Paper", where, order or None, 20)
    if "text" in where:
        sparql = (
            "# SPARQL 1.1 has no full text: the words are looked for as they stand, without other forms.\n" + sparql
        )
    texts = (
        ("GraphQL", query),
        ("SPARQL", sparql),
        ("Python", python),
        ("curl", curl),
    )
    question = {"where": json.dumps(where, ensure_ascii=False)} if where else {}
    files = tuple(
        (name, f"/export/{suffix}" + (f"?{urlencode(question)}" if question else "")) for name, suffix in FILES
    )
    return Taken(texts, files, citation(state, site))


def citation(state: State, site: str) -> str:
    """How to cite the snapshot: its version names its content."""
    published = str(state.snapshot.manifest.get("published", ""))[:10]
    return (
        f"Paper Atlas, knowledge graph, snapshot {state.version}"
        f"{f', published {published}' if published else ''}, {site}/ (base {state.graph.base})"
    )


def _enums(order: list[dict[str, str]]) -> str:
    """An orderBy as GraphQL: directions are enum values."""
    parts = ["{" + ", ".join(f"{k}: {v}" for k, v in o.items()) + "}" for o in order]
    return parts[0] if len(parts) == 1 else "[" + ", ".join(parts) + "]"
