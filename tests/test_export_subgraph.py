"""Parts of the graph: filters, neighbourhoods, projections, backbone and components."""

import io
from itertools import combinations, groupby

import pytest
from hypothesis import given, settings

from kg.export import ExportOptions, Link, Subgraph, write_export
from kg.export.project import backbone, largest_component, projected, read_projection
from kg.index import IndexBuilder
from kg.query import Graph
from schema.errors import BadRequest, NotFound
from tests.plain_graph import graphs, small_graph


def ids(**options) -> set[str]:
    return {n.id for n in Subgraph(small_graph(), ExportOptions(**options)).nodes()}


def links(**options) -> list[Link]:
    return list(Subgraph(small_graph(), ExportOptions(**options)).links())


def test_a_filter_keeps_its_papers_and_all_that_they_point_to():
    kept = ids(where={"releasesCode": True})

    assert {i for i in kept if i.startswith("paper/")} == {"paper/arxiv-2001.00001"}
    assert {"modality/ct", "modality/imaging", "result/r1", "dataset/chexpert"} <= kept
    assert "method/x-net" not in kept


def test_relations_alone_keep_the_classes_that_they_join():
    assert {i.partition("/")[0] for i in ids(relations=("usesDataset",))} == {"paper", "dataset"}
    assert {x.relation for x in links(relations=("usesDataset",))} == {"usesDataset"}


def test_edges_below_the_confidence_are_left_out_with_their_supports():
    assert ("paper/arxiv-2001.00001", "dataset/chexpert") not in {x[:2] for x in links(min_confidence=0.5)}
    out = io.BytesIO()
    write_export(small_graph(), "nquads", out, ExportOptions(min_confidence=0.5))
    assert b'"0.4"' not in out.getvalue() and b'"0.9"' in out.getvalue()


def test_a_neighbourhood_goes_along_edges_in_both_directions():
    assert ids(ego=("dataset:chexpert",)) == {
        "dataset/chexpert", "paper/arxiv-2001.00001", "paper/arxiv-2101.00002",
    }  # fmt: skip
    assert "method/x-net" not in ids(ego=("method/u-net",), hops=1)
    assert "method/x-net" in ids(ego=("method/u-net",), hops=2)


def test_an_unknown_neighbourhood_is_not_found():
    with pytest.raises(NotFound, match="dataset/nope"):
        ids(ego=("dataset:nope",))


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_every_link_of_every_part_has_both_its_ends(graph):
    for options in (
        ExportOptions(classes=("Paper", "Task")),
        ExportOptions(relations=("usesDataset", "cites")),
        ExportOptions(ego=(graph.all[0].id,), hops=2),
        ExportOptions(largest_component=True),
        ExportOptions(project="dataset-method"),
        ExportOptions(backbone=0.5, min_confidence=0.3),
    ):
        sub = Subgraph(graph, options)
        nodes = {n.id for n in sub.nodes()}
        assert all({x.source, x.target} <= nodes for x in sub.links())
        if not options.project:
            inside = {(n.id, e.relation, e.target) for n in sub.nodes(full=True) for e in n.edges}
            assert options.backbone or inside == {(x.source, x.relation, x.target) for x in sub.links()}


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_the_weight_of_co_use_is_the_number_of_shared_papers(graph):
    found = projected(Subgraph(graph).links(), "dataset-dataset:usesDataset")

    users = {n.id: set(n.targets("usesDataset")) for n in graph.all if n.cls == "Paper"}
    datasets = sorted({d for used in users.values() for d in used})
    brute = {(a, b): sum({a, b} <= used for used in users.values()) for a, b in combinations(datasets, 2)}
    assert {(x.source, x.target): x.weight for x in found} == {pair: n for pair, n in brute.items() if n}


def test_association_is_one_where_two_stand_together_as_often_as_chance():
    (pair,) = links(project="dataset-dataset:usesDataset")
    assert (pair.weight, pair.association) == (2.0, 1.0)


def test_papers_couple_through_what_they_share():
    found = {x[:2]: x.weight for x in links(project="paper-paper:usesDataset+usesMethod")}

    assert found[("paper/arxiv-2001.00001", "paper/arxiv-2101.00002")] == 2.0
    assert found[("paper/arxiv-2001.00001", "paper/no-year")] == 1.0


def test_methods_and_tasks_join_in_two_modes():
    assert {x[:2] for x in links(project="method-task")} == {
        ("method/u-net", "task/segmentation"), ("method/x-net", "task/segmentation"),
    }  # fmt: skip


def test_light_links_can_be_left_out():
    assert links(project="paper-paper:usesDataset", min_weight=3) == []


@pytest.mark.parametrize("spec", ["dataset", "paper-dataset", "dataset-dataset:usesMethod", "a-b"])
def test_a_projection_that_makes_no_sense_is_refused(spec):
    with pytest.raises(BadRequest):
        read_projection(spec)


def test_the_backbone_keeps_what_stands_out():
    star = [Link("hub", f"leaf{i}", "r", 1.0) for i in range(20)] + [Link("hub", "friend", "r", 80.0)]

    assert backbone(star, 0.05) == [star[-1]]


def test_of_equal_components_the_first_is_taken():
    two = [Link("a", "b", "r"), Link("c", "d", "r")]

    assert largest_component("abcde", two) == {"a", "b"}


@settings(max_examples=15, deadline=None)
@given(graph=graphs())
def test_a_graph_read_through_its_index_is_the_same_graph(tmp_path_factory, graph):
    builder = IndexBuilder(path := tmp_path_factory.mktemp("index"), graph.base)
    for node in graph.all:
        builder.add(node)
    builder.finish()
    stored = Graph.open(path)

    one, two = Subgraph(graph), Subgraph(stored)

    assert {link_key(x) for x in one.links()} == {link_key(x) for x in two.links()}
    assert {x.id: x.label for x in one.nodes()} == {x.id: x.label for x in two.nodes()}
    assert one.years == two.years
    for sub in (one, two):
        assert {n.id: d for n, d in sub.nodes_with_degrees() if d} == dict(sub.degrees) == dict(one.degrees)
    for node in two.nodes():
        known = graph.by_id[node.id].properties
        assert {**known, **node.properties} == known
    grouped = [x.source for x in two.links()]
    assert sorted(set(grouped), key=grouped.index) == [s for s, _ in groupby(grouped)]


def link_key(link):
    return (*link[:3], round(link.confidence, 4))
