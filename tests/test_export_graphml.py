"""GraphML is valid, is what Gephi wants, and reads back in networkx and igraph."""

import io
import re
from collections import Counter
from xml.etree import ElementTree

import igraph
import networkx as nx
import pytest
from hypothesis import given, settings

from kg.export import ExportOptions, write_export
from kg.export.columns import split
from kg.export.graphml import entity_id_of_graphml, graphml_id
from tests.plain_graph import PlainGraph, graphs, small_graph

NS = "{http://graphml.graphdrawing.org/xmlns}"
NAME_TOKEN = re.compile(r"[A-Za-z0-9._:-]+")


def export(graph, **options) -> bytes:
    out = io.BytesIO()
    write_export(graph, "graphml", out, ExportOptions(**options))
    return out.getvalue()


def check(data: bytes) -> ElementTree.Element:
    """What the GraphML 1.0 schema and Gephi's importer ask of the elements that we use."""
    root = ElementTree.fromstring(data)
    assert root.tag == NS + "graphml"
    keys = [k for k in root if k.tag == NS + "key"]
    assert [c.tag for c in root] == [NS + "key"] * len(keys) + [NS + "graph"]
    assert {k.get("for") for k in keys} <= {"node", "edge"}
    assert {k.get("attr.type") for k in keys} <= {"boolean", "int", "long", "float", "double", "string"}
    assert len({k.get("id") for k in keys}) == len(keys)
    declared = {(k.get("for"), k.get("id")): k.get("attr.type") for k in keys}
    for name in ("label", "size", "r", "g", "b"):
        assert ("node", name) in declared
    assert declared["edge", "weight"] == "double"
    (graph,) = root.findall(NS + "graph")
    assert graph.get("edgedefault") in {"directed", "undirected"}
    ids: dict[str, set[str]] = {"node": set(), "edge": set()}
    for item in graph:
        kind = item.tag.removeprefix(NS)
        assert NAME_TOKEN.fullmatch(item.get("id")) and item.get("id") not in ids[kind]
        ids[kind].add(item.get("id"))
        if kind == "edge":
            assert {item.get("source"), item.get("target")} <= ids["node"]
            assert set(item.keys()) == {"id", "source", "target"}
        values = {d.get("key"): d.text or "" for d in item}
        assert len(values) == len(item)
        for key, text in values.items():
            valid(declared[kind, key], text)
        assert kind == "node" or float(values["weight"]) > 0
    return graph


def valid(type_: str, text: str) -> None:
    if type_ == "int":
        assert -(2**31) <= int(text) < 2**31
    elif type_ == "double":
        assert "n" not in text.casefold() and float(text) is not None
    elif type_ == "boolean":
        assert text in {"true", "false"}


def pairs(graph: PlainGraph) -> Counter:
    return Counter((n.id, e.target) for n in graph.all for e in n.edges)


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_every_graph_gives_a_valid_file_with_all_its_nodes_and_edges(graph):
    merged, kept = check(export(graph)), check(export(graph, parallel="keep"))

    assert len(merged.findall(NS + "node")) == len(kept.findall(NS + "node")) == len(graph.all)
    assert len(merged.findall(NS + "edge")) == len(pairs(graph))
    assert len(kept.findall(NS + "edge")) == pairs(graph).total()


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_the_facts_come_back_from_the_file_but_for_what_xml_cannot_hold(graph):
    """Labels, literals and edges come back; evidence and the order of authors do not: GraphML has no place for them."""
    read = nx.read_graphml(io.BytesIO(export(graph, parallel="keep", abstracts=True)), force_multigraph=True)

    for node in graph.all:
        row = read.nodes[graphml_id(node.id)]
        assert (row["label"], row["type"]) == (node.label, node.cls)
        for name, value in node.properties.items():
            if name == "title":
                assert node.label == value
            elif isinstance(value, tuple):
                assert split(row[name]) == value
            else:
                assert row[name] == value and type(row[name]) is type(value)
        edges = {(d["relation"], entity_id_of_graphml(t)) for _, t, d in read.out_edges(graphml_id(node.id), data=True)}
        assert edges == {(e.relation, e.target) for e in node.edges}


@pytest.mark.parametrize("parallel", ["keep", "merge"])
def test_networkx_and_igraph_read_the_same_counts_and_attributes(parallel, tmp_path):
    path = tmp_path / "small.graphml"
    path.write_bytes(export(small_graph(), parallel=parallel))

    ours = nx.read_graphml(path, force_multigraph=parallel == "keep")
    theirs = igraph.Graph.Read_GraphML(str(path))

    assert ours.number_of_nodes() == theirs.vcount() == 15
    assert ours.number_of_edges() == theirs.ecount() == {"keep": 19, "merge": 18}[parallel]
    assert ours.is_directed() and theirs.is_directed()
    assert sorted(theirs.vs["label"]) == sorted(d["label"] for _, d in ours.nodes(data=True))
    assert set(theirs.vs.attributes()) >= {"label", "type", "size", "r", "g", "b", "year", "iri"}
    assert Counter(theirs.es["relation"]) == Counter(d["relation"] for *_, d in ours.edges(data=True))


def test_parallel_edges_are_one_with_both_relations_and_their_weights():
    read = nx.read_graphml(io.BytesIO(export(small_graph())))

    edge = read.edges["paper:arxiv-2101.00002", "dataset:mimic-cxr"]
    assert edge["relation"] == "introducesDataset|usesDataset"
    assert edge["weight"] == 2.0 and edge["confidence"] == 0.9


def test_labels_and_abstracts_survive_markup_and_line_ends():
    read = nx.read_graphml(io.BytesIO(export(small_graph(), abstracts=True)))

    paper = read.nodes["paper:arxiv-2001.00001"]
    assert paper["label"] == 'A <deep> "model" & more'
    assert paper["abstract"] == "We do it.\nINFO & more"


def test_abstracts_are_left_out_unless_asked_for():
    assert b"INFO" not in export(small_graph())


def test_a_projection_is_undirected_and_weighted():
    data = export(small_graph(), project="dataset-dataset:usesDataset")
    check(data)
    read = nx.read_graphml(io.BytesIO(data))

    assert not read.is_directed()
    assert read.edges["dataset:chexpert", "dataset:mimic-cxr"]["weight"] == 2.0
    assert read.edges["dataset:chexpert", "dataset:mimic-cxr"]["association"] == 1.0
    assert read.number_of_nodes() == 2


def test_a_layout_gives_every_node_a_place_and_the_same_one_each_time():
    one, two = (export(small_graph(), layout="forceatlas2") for _ in range(2))

    assert one == two
    read = nx.read_graphml(io.BytesIO(one))
    assert len({(d["x"], d["y"]) for _, d in read.nodes(data=True)}) == read.number_of_nodes()
