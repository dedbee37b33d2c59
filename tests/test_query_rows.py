"""Batches of rows, facets, co-use and years agree with counting over the nodes one by one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_graph import random_nodes

from kg.index import IndexBuilder
from kg.query import Graph
from schema import Node
from schema.errors import BadFilter, NotFound
from schema.vocabulary import EDGE, EDGES

SEEDS = range(4)


class Counted:
    """The same questions over a plain list of nodes."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = {n.id: n for n in nodes}

    def above(self, id_: str) -> set[str]:
        """A concept and all that is broader."""
        wider = [e.target for e in self.nodes[id_].edges if EDGE[e.relation].iri == "skos:broader"]
        return {id_}.union(*(self.above(w) for w in wider))

    def wide(self, node: Node, relation: str, sure: float = 0.0) -> set[str]:
        """The targets of a relation with what is broader than them."""
        near = [e.target for e in node.edges if e.relation == relation and e.confidence >= sure]
        return set().union(*(self.above(t) for t in near))


@pytest.fixture(scope="module", params=SEEDS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, Counted]:
    path, nodes = tmp_path_factory.mktemp("index"), random_nodes(request.param)
    return _graph(path, nodes), Counted(nodes)


def _graph(path: Path, nodes: list[Node]) -> Graph:
    builder = IndexBuilder(path)
    for node in nodes:
        builder.add(node)
    builder.finish()
    return Graph.open(path)


@pytest.mark.parametrize("sure", [0.0, 0.6])
@pytest.mark.parametrize("name", ["modality", "task", "dataset", "venue", "author", "cites"])
def test_a_facet_of_a_relation_counts_each_paper_once_for_each_target_and_what_is_broader(
    both: tuple[Graph, Counted], name: str, sure: float
) -> None:
    graph, counted = both
    relation = {"modality": "targetsModality", "task": "addressesTask", "dataset": "usesDataset",
                "venue": "publishedIn", "author": "creator", "cites": "cites"}[name]  # fmt: skip
    found = graph.find("Paper", {"year": {"gte": 2020}}, min_confidence=sure)
    wanted = Counter(t for id_ in found.ids() for t in counted.wide(counted.nodes[id_], relation, sure))

    facet = found.facet(name)

    assert {v.id: v.count for v in facet} == wanted
    assert [(-v.count, v.row) for v in facet] == sorted((-v.count, v.row) for v in facet)
    assert found.facet(name, 2) == facet[:2]


def test_a_facet_of_a_literal_counts_its_values(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    papers = [n for n in counted.nodes.values() if n.cls == "Paper"]
    for name in ("year", "codeStatus", "language", "retracted", "keywords"):
        values = [n.properties.get(name) for n in papers if name in n.properties]
        wanted = Counter(v for value in values for v in (value if isinstance(value, tuple) else (value,)))
        assert {v.value: v.count for v in graph.find("Paper").facet(name)} == wanted


def test_batches_of_rows_give_what_single_questions_give(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    for term in EDGES:
        rows = list(range(graph.size(term.domain)))[::-1]
        offsets, targets = graph.adjacent(term.name, rows)
        ids = graph.ids(term.domain, rows)
        for place, id_ in enumerate(ids):
            mine = graph.ids(term.range, targets[offsets[place] : offsets[place + 1]])
            assert sorted(mine) == sorted(counted.nodes[id_].targets(term.name))
            assert mine == graph.neighbours([id_], term.name)[0]
        assert graph.degrees(term.name, False, rows).tolist() == np.diff(offsets).tolist()
        inverse = graph.adjacent(term.name, range(graph.size(term.range)), inverse=True, exactly=True)
        assert len(inverse[1]) == len(targets)


def test_literals_of_many_rows_are_those_of_the_nodes(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    for cls, field, none in (("Paper", "year", None), ("Paper", "codeStatus", None), ("Paper", "abstract", None),
                             ("Paper", "keywords", ()), ("Result", "isChange", None), ("Result", "number", None),
                             ("Dataset", "aliases", ()), ("Venue", "sameAs", ())):  # fmt: skip
        rows = range(graph.size(cls))
        wanted = [counted.nodes[id_].properties.get(field, none) for id_ in graph.ids(cls, rows)]
        assert graph.values(cls, field, rows) == wanted


def test_what_is_used_together_is_counted_by_papers(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    papers = [n for n in counted.nodes.values() if n.cls == "Paper"]
    for row, id_ in enumerate(graph.ids("Dataset", range(graph.size("Dataset")))):
        users = [p for p in papers if id_ in p.targets("usesDataset")]
        for cls, relation in (("Dataset", "usesDataset"), ("Method", "usesMethod")):
            wanted = Counter(t for p in users for t in p.targets(relation) if t != id_)
            found = graph.co_used("Dataset", row, cls, None)
            assert {graph.ids(cls, [r])[0]: n for r, n in found} == wanted
    with pytest.raises(BadFilter, match="do not use"):
        graph.co_used("Dataset", 0, "Result")


def test_the_years_of_a_thing_are_those_of_its_papers(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    papers = [n for n in counted.nodes.values() if n.cls == "Paper"]
    for cls in ("Dataset", "Method", "Person"):
        for row, id_ in enumerate(graph.ids(cls, range(graph.size(cls)))):
            years = [p.properties["year"] for p in papers
                     if "year" in p.properties and id_ in {e.target for e in p.edges}]  # fmt: skip
            assert graph.years(cls, [row]) == [(min(years), max(years)) if years else (None, None)]


def test_masks_and_ranks_say_the_same_as_selections(both: tuple[Graph, Counted]) -> None:
    graph, _ = both
    where: dict[str, Any] = {"usesDataset": {"count": {"gte": 1}}}
    order = [{"citedByCount": "DESC"}, {"title": "ASC"}]
    mask, rank = graph.mask("Paper", where), graph.rank("Paper", order)
    assert mask is not None
    assert rank is not None
    rows = np.flatnonzero(mask)

    assert rows[np.argsort(rank[rows])].tolist() == graph.find("Paper", where, order).rows.tolist()
    assert graph.mask("Paper", {}) is None
    assert graph.rank("Paper", None) is None
    assert [v.count for v in graph.facet("Paper", mask, "modality")] == [
        v.count for v in graph.find("Paper", where).facet("modality")
    ]


def test_a_page_is_the_same_slice_of_every_order(both: tuple[Graph, Counted]) -> None:
    graph, _ = both
    for order in (None, [{"year": "ASC"}], [{"codeStatus": "DESC"}, {"date": "ASC"}], [{"retracted": "DESC"}]):
        found = graph.find("Paper", None, order)
        pages = [found.ids(3, offset) for offset in range(0, found.total + 3, 3)]
        assert [id_ for page in pages for id_ in page] == found.ids()
        assert [found.position(id_) for id_ in found.ids()] == list(range(found.total))
        assert found.position("dataset/0") is None


def test_walking_the_whole_graph_meets_every_edge_once_in_the_order_of_the_nodes(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    nodes = list(graph.all_nodes())

    assert {n.id: n for n in nodes} == counted.nodes
    walked = list(graph.all_edges())
    wanted = [(n.id, e.relation, e.target) for n in nodes for e in n.edges]
    assert [edge[:3] for edge in walked] == wanted
    stated = {(n.id, e.relation, e.target): float(f"{e.confidence:.4g}") for n in nodes for e in n.edges}
    assert {edge[:3]: edge[3] for edge in walked} == stated
    degrees = Counter(end for s, _, t, _ in walked for end in (s, t))
    assert graph.degree_of().tolist() == [degrees[n.id] for n in nodes]


def test_relations_of_several_nodes_are_filtered_in_one_batch(both: tuple[Graph, Counted]) -> None:
    graph, counted = both
    ids = graph.find("Dataset").ids()
    found = graph.related(ids, "usesDataset", inverse=True, where={"year": {"gte": 2021}}, order_by={"year": "ASC"})

    for id_, selection in zip(ids, found, strict=True):
        wanted = {p.id for p in counted.nodes.values()
                  if id_ in p.targets("usesDataset") and p.properties.get("year", 0) >= 2021}  # fmt: skip
        assert set(selection.ids()) == wanted
        years = graph.values("Paper", "year", selection.rows)
        assert years == sorted(years)
    with pytest.raises(BadFilter, match="is a Paper, not a Dataset"):
        graph.related(["paper/0"], "usesDataset", inverse=True)
    with pytest.raises(NotFound, match="dataset/gone"):
        graph.neighbours(["dataset/gone"], "usesDataset", inverse=True)
