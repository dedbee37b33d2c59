"""Nodes to RDF 1.1 statements: plain facts in the default graph, evidence shared and apart."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from kg.statements import evidence_graph, statements_for
from schema.annotation import Evidence
from schema.ids import DEFAULT_BASE, EntityId
from schema.node import Edge, Node, Support
from schema.statement import Literal, Statement

BASE = DEFAULT_BASE


def _support(start: int, confidence: float = 0.9) -> Support:
    return Support(Evidence("Merlin reads CT scans", "abstract", start, start + 21), confidence, "rules/1", ("title",))


PAPER = Node(
    EntityId("paper/arxiv-2403.01234"),
    "Paper",
    'Merlin: a "model"',
    {"title": 'Merlin: a "model"', "year": 2024, "codeStatus": "released", "keywords": ("CT", "VLM")},
    (
        Edge("proposesMethod", EntityId("method/merlin"), (_support(10),)),
        Edge("targetsModality", EntityId("modality/ct"), (_support(10), _support(90, 0.5))),
    ),
)


def test_facts_stand_in_the_default_graph_and_evidence_in_its_own() -> None:
    made = [*statements_for(PAPER, BASE)]

    facts = [s for s in made if not s.graph]
    assert Statement(BASE + PAPER.id, "https://w3id.org/paperatlas/ns#targetsModality", BASE + "modality/ct") in facts
    assert {s.graph for s in made} == {"", evidence_graph(BASE)}


def test_edges_that_one_passage_supports_share_its_node() -> None:
    quotes = [s for s in statements_for(PAPER, BASE) if s.predicate.endswith("#quote")]

    assert len(quotes) == 2


def test_the_same_node_gives_the_same_bytes() -> None:
    assert [*statements_for(PAPER, BASE)] == [*statements_for(PAPER, BASE)]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_way_through_n_quads(text: str) -> None:
    line = Statement("http://a/s", "http://a/p", Literal(text)).nquad()

    (quad,) = ox.parse(line.encode(), ox.RdfFormat.N_QUADS)
    assert quad.object.value == text
