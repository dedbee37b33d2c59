"""Entity pages and lists of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from fastapi import Request, Response
from markupsafe import Markup

from graphql_api.state import State
from graphql_api.web.boards import boards
from graphql_api.web.marks import find_marks, segments
from graphql_api.web.rendering import KIND, PLURAL, page
from graphql_api.web.selection import FACETS
from graphql_api.web.take import Taken, citation, take_papers
from kg.query import Graph
from schema.ids import entity_iri
from schema.node import Node, Support
from schema.vocabulary import CLASS, DRAWN, EDGE, edges_into

LISTED: Final = 8
"""Papers listed under one relation of an entity's page."""

ROWS: Final = 100
"""Rows of a list page."""

HEADS: Final = {
    "usesDataset": "Used by",
    "introducesDataset": "Introduced by",
    "usesMethod": "Used by",
    "proposesMethod": "Proposed by",
    "addressesTask": "Papers",
    "targetsModality": "Papers",
    "studiesCondition": "Papers",
}
"""What a column of a list counts."""

BESIDE: Final = {
    "Dataset": (
        ("Tasks of its papers", "task"),
        ("Modalities", "modality"),
        ("Used together with", "dataset"),
        ("Methods", "method"),
    ),
    "Method": (
        ("Tasks of its papers", "task"),
        ("Modalities", "modality"),
        ("Used together with", "method"),
        ("Datasets", "dataset"),
    ),
    "Task": (("Datasets", "dataset"), ("Methods", "method"), ("Modalities", "modality"), ("Conditions", "condition")),
    "Modality": (("Tasks", "task"), ("Datasets", "dataset"), ("Methods", "method"), ("Conditions", "condition")),
    "Condition": (("Modalities", "modality"), ("Tasks", "task"), ("Datasets", "dataset"), ("Methods", "method")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An edge as the paper's page lists it."""

    number: int
    relation: str
    target: str
    name: str
    confidence: float
    supports: tuple[Support, ...]

    @property
    def percent(self) -> int:
        """The confidence as a whole percentage."""
        return round(100 * self.confidence)


@dataclass(frozen=True, slots=True)
class Group:
    """The edges of one relation; named so that a template's `group.edges` is the list."""

    label: str
    edges: list[Shown]


@dataclass(frozen=True, slots=True)
class Year:
    """A bar of the papers per year: `width` of the whole, `released` of it for those that release code, in percent."""

    year: int
    count: int
    releasing: int
    width: int
    released: int


def entity_page(state: State, node: Node, site: str, may_write: bool = False) -> Response:
    """The page of an entity; with `may_write` a paper's edges have a button that says they are wrong."""
    return _paper(state, node, site, may_write) if node.cls == "Paper" else _entity(state, node, site)


def _paper(state: State, node: Node, site: str, may_write: bool) -> Response:
    graph = state.graph
    edges = [e for e in node.edges if e.relation in DRAWN and e.relation != "reportsResult"]
    named = [(e, _names(graph, e.target)) for e in edges]
    abstract = str(node.properties.get("abstract") or "")
    shown = [
        Shown(i, e.relation, e.target, graph.label(e.target), e.confidence, e.supports) for i, e in enumerate(edges)
    ]
    groups = [Group(EDGE[r].label, [s for s in shown if s.relation == r]) for r in DRAWN]
    return page(
        state,
        "paper.html",
        p=node,
        title_segments=segments(node.label, find_marks(node.label, "title", named)),
        segments=segments(abstract, find_marks(abstract, "abstract", named)),
        groups=[g for g in groups if g.edges],
        results=graph.nodes(node.targets("reportsResult")),
        links=[*_links(node)],
        may_write=may_write,
        alternates=_alternates(node.id),
        taken=_take(state, node, {"id": {"eq": node.id}}, site),
    )


def _entity(state: State, node: Node, site: str) -> Response:
    graph = state.graph
    wheres = {e.inverse: {e.name: {"is": node.id}} for e in edges_into(node.cls) if e.domain == "Paper"}
    merged = {"or": [*wheres.values()]} if len(wheres) > 1 else next(iter(wheres.values()), {})
    everything = graph.find("Paper", merged) if merged else None
    sections = []
    for term in edges_into(node.cls):
        if term.domain != "Paper":
            continue
        found = graph.find("Paper", {term.name: {"is": node.id}})
        if found.total:
            released = {v.value: v.count for v in found.facet("codeStatus")}.get("released", 0)
            sections.append(
                {
                    "title": term.inverse_comment.rstrip(".").partition(" or,")[0],
                    "total": found.total, "released": released, "papers": graph.nodes(found.ids(LISTED)),
                    "href": (browse := _browse(term.name, node.id)) or f"/?{urlencode({'q': node.label})}",
                    "with_code": f"{browse}&code=released" if browse else "",
                }
            )  # fmt: skip
    narrower = _narrower(graph, node) if CLASS[node.cls].concept else []
    relation = next((r for r, c in FACETS.values() if c == node.cls), "")
    exact = graph.find("Paper", {relation: {"exactly": node.id}}).total if narrower else 0
    with_code = graph.find("Paper", {"and": [merged, {"codeStatus": {"eq": "released"}}]}) if merged else None
    _, row = graph.row_of(node.id)
    return page(
        state,
        "entity.html",
        here=f"/{PLURAL[node.cls]}",
        n=node, kind=KIND[node.cls], plural=PLURAL[node.cls],
        crumbs=[*_crumbs(graph, node)],
        years=graph.years(node.cls, [row])[0],
        browse=_browse(relation, node.id),
        narrower=narrower, exact=exact, wide=everything.total if everything else 0,
        sections=sections,
        per_year=_per_year(everything, with_code) if everything else [],
        beside=[*_beside(node, everything)],
        boards=boards(graph, node),
        results=_results(graph, node),
        alternates=_alternates(node.id),
        taken=_take(state, node, merged, site),
    )  # fmt: skip


def list_page(request: Request, state: State, cls: str) -> Response:
    """Every member of a class with its number of papers, most papers first; modalities as a tree."""
    graph = state.graph
    name = request.query_params.get("name", "").strip()[:200]
    number = max(1, int(n)) if (n := request.query_params.get("page", "1")).isascii() and n.isdigit() else 1
    term = next(e for e in edges_into(cls) if e.domain == "Paper")
    where: dict[str, Any] = {"label": {"contains": name}} if name else {}
    found = graph.find(cls, where, [{f"{term.inverse}Count": "DESC"}])
    nodes = graph.nodes(found.ids(ROWS, (number - 1) * ROWS))
    terms = [e for e in edges_into(cls) if e.domain == "Paper"]
    page_rows = np.array([graph.row_of(n.id)[1] for n in nodes], dtype=np.int64)
    columns = [graph.degrees(e.name, True, page_rows) for e in terms]
    counts = {n.id: int(c) for n, c in zip(nodes, columns[0], strict=True)}
    rows = [
        {
            "id": n.id,
            "label": n.label,
            "counts": [int(c[at]) for c in columns],
            "aliases": n.properties.get("aliases", ()),
        }
        for at, n in enumerate(nodes)
    ]
    plural = PLURAL[cls]
    return page(
        state,
        "list.html",
        here=f"/{plural}",
        plural=plural, total=found.total, name=name, sentence=CLASS[cls].comment, rows=rows,
        heads=[HEADS[e.name] for e in terms],
        tree=_tree(graph, counts) if cls == "Modality" and not name else None,
        number=number, last=max(1, ceil(found.total / ROWS)),
        page_address=lambda n: f"/{plural}?" + urlencode({k: v for k, v in (("name", name), ("page", n)) if v}),
    )  # fmt: skip


def _tree(graph: Graph, counts: dict[Any, int]) -> list[dict[str, Any]]:
    nodes = graph.nodes([*counts])
    parents = {n.id: n.targets("broaderModality") for n in nodes}

    def below(parent: str | None) -> list[dict[str, Any]]:
        children = [n for n in nodes if (parent in parents[n.id] if parent else not parents[n.id])]
        children.sort(key=lambda n: (-counts[n.id], n.label.casefold()))
        return [{"id": n.id, "label": n.label, "count": counts[n.id], "below": below(n.id)} for n in children]

    return below(None)


def _names(graph: Graph, id_: str) -> tuple[str, ...]:
    node = graph.node(id_)
    return (node.label, *node.properties.get("aliases", ()))


def _links(node: Node) -> Iterator[tuple[str, str]]:
    p = node.properties
    if p.get("url"):
        yield "page", str(p["url"])
    for field, text, start in (
        ("arxivId", "arXiv", "https://arxiv.org/abs/"),
        ("doi", "DOI", "https://doi.org/"),
        ("pubmedId", "PubMed", "https://pubmed.ncbi.nlm.nih.gov/"),
    ):
        if p.get(field):
            yield f"{text} {p[field]}", f"{start}{p[field]}"


def _crumbs(graph: Graph, node: Node) -> Iterator[str]:
    seen = {node.id}
    chain = []
    at = node
    while (up := at.targets(f"broader{node.cls}")) and up[0] not in seen:
        seen.add(up[0])
        chain.append(up[0])
        at = graph.node(up[0])
    yield from reversed(chain)


def _narrower(graph: Graph, node: Node) -> list[tuple[str, int]]:
    """What is narrower and has papers, with how many."""
    ids = graph.neighbours([node.id], f"broader{node.cls}", inverse=True)[0]
    return [(id_, n) for id_, n in zip(ids, _papers_of(graph, node.cls, ids), strict=True) if n]


def _papers_of(graph: Graph, cls: str, ids: Sequence[str]) -> list[int]:
    """How many papers point to each entity of a class, by the first relation into it."""
    term = next(e for e in edges_into(cls) if e.domain == "Paper")
    rows = np.array([graph.row_of(i)[1] for i in ids], dtype=np.int64)
    return [int(n) for n in graph.degrees(term.name, True, rows)] if ids else []


def _per_year(everything: Any, released: Any) -> list[Year]:
    """Papers per year, and how many of them release code; widths are percentages of the fullest year."""
    counts = {int(v.value): v.count for v in everything.facet("year") if v.value is not None}
    with_code = {int(v.value): v.count for v in released.facet("year") if v.value is not None}
    top = max(counts.values(), default=1)
    return [
        Year(y, c, with_code.get(y, 0), max(1, round(100 * c / top)), round(100 * with_code.get(y, 0) / c))
        for y, c in sorted(counts.items())
    ]


def _beside(node: Node, found: Any) -> Iterator[dict[str, Any]]:
    for title, facet in BESIDE.get(node.cls, ()):
        values = [v for v in found.facet(FACETS[facet][0], LISTED + 1) if v.id != node.id] if found else []
        if values:
            yield {"title": title, "lines": values[:LISTED]}


def _results(graph: Graph, node: Node) -> list[tuple[Node, str]]:
    """The results of a method, each with a paper that reports it; tasks and datasets have leaderboards."""
    if node.cls != "Method":
        return []
    found = graph.find("Result", {"method": {"is": node.id}}, [{"metric": "ASC"}, {"number": "DESC"}])
    results = graph.nodes(found.ids(50))
    papers = graph.neighbours([r.id for r in results], "reportsResult", inverse=True) if results else []
    return [(r, p[0]) for r, p in zip(results, papers, strict=True) if p]


def _browse(relation: str, id_: str) -> str:
    facet = next((f for f, (r, _) in FACETS.items() if r == relation), None)
    return "/?" + urlencode({facet: id_.partition("/")[2]}) if facet else ""


def _alternates(id_: str) -> Markup:
    types = (
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
    )
    link = Markup('<link rel="alternate" type="{}" href="/{}.{}">')
    return Markup("").join(link.format(media, id_, suffix) for media, suffix in types)


def _take(state: State, node: Node, where: dict[str, Any], site: str) -> Taken:
    papers = take_papers(state, where, [{"year": "DESC"}], site)
    iri = entity_iri(state.graph.base, node.id)
    describe = f"DESCRIBE <{iri}>"
    itself = tuple(
        (text, f"/{node.id}.{suffix}") for text, suffix in (("This entity as Turtle", "ttl"), ("as JSON-LD", "jsonld"))
    )
    texts = tuple(t if t[0] != "SPARQL" or where else (t[0], describe) for t in papers.texts)
    return Taken(texts, papers.files + itself, citation(state, site))
