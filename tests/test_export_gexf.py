"""GEXF 1.3 is what its schema and Gephi's importer ask for: kinds, typed attributes, time from years."""

import io
from collections import Counter
from xml.etree import ElementTree

import networkx as nx
from hypothesis import given, settings

from kg.export import ExportOptions, write_export
from tests.plain_graph import PlainGraph, graphs, small_graph

NS = "{http://gexf.net/1.3}"
VIZ = "{http://gexf.net/1.3/viz}"


def export(graph, **options) -> bytes:
    out = io.BytesIO()
    write_export(graph, "gexf", out, ExportOptions(**options))
    return out.getvalue()


def check(data: bytes) -> ElementTree.Element:
    """What the GEXF 1.3 schema and Gephi's importer ask of the elements that we use."""
    root = ElementTree.fromstring(data)
    assert root.tag == NS + "gexf" and root.attrib == {"version": "1.3"}
    meta, graph = root
    assert {c.tag for c in meta} <= {NS + "creator", NS + "keywords", NS + "description"}
    assert set(graph.keys()) <= {"defaultedgetype", "mode", "timeformat", "timerepresentation"}
    assert [c.tag.removeprefix(NS) for c in graph] == ["attributes", "attributes", "nodes", "edges"]
    declared = {a.get("class"): {x.get("id"): x.get("type") for x in a} for a in graph.findall(NS + "attributes")}
    assert set(declared) == {"node", "edge"}
    types = {t for of_class in declared.values() for t in of_class.values()}
    assert types <= {"string", "integer", "double", "boolean"}
    nodes, edges = graph.find(NS + "nodes"), graph.find(NS + "edges")
    ids = [n.get("id") for n in nodes]
    assert len(set(ids)) == len(ids) and all(i == i.strip() for i in ids)
    for node in nodes:
        assert set(node.keys()) <= {"id", "label", "start"}
        assert next(c.tag for c in node if c.tag.startswith(VIZ)) == VIZ + "color"
        assert next(iter(node.find(VIZ + "size").attrib)) == "value"
        assert all(0 <= int(c) <= 255 for c in node.find(VIZ + "color").attrib.values())
    assert len({e.get("id") for e in edges}) == len(edges)
    for edge in edges:
        assert set(edge.keys()) <= {"id", "source", "target", "kind", "weight", "start"}
        assert {edge.get("source"), edge.get("target")} <= set(ids) and float(edge.get("weight")) > 0
    for kind, items in (("node", nodes), ("edge", edges)):
        for value in (v for item in items for v in item.iter(NS + "attvalue")):
            valid(declared[kind][value.get("for")], value.get("value"))
    return graph


def valid(type_: str, text: str) -> None:
    if type_ == "integer":
        int(text)
    elif type_ == "double":
        assert "n" not in text.casefold() and float(text) is not None
    elif type_ == "boolean":
        assert text in {"true", "false"}


def kinds(graph: PlainGraph) -> Counter:
    return Counter(e.relation for n in graph.all for e in n.edges)


@settings(max_examples=30, deadline=None)
@given(graphs())
def test_every_graph_gives_a_valid_file_with_its_relations_apart(graph):
    root = check(export(graph))

    assert len(root.find(NS + "nodes")) == len(graph.all)
    assert Counter(e.get("kind") for e in root.find(NS + "edges")) == kinds(graph)


def test_a_paper_and_its_edges_begin_with_its_year():
    root = check(export(small_graph()))

    assert root.get("mode") == "dynamic" and root.get("timeformat") == "date"
    starts = {n.get("id"): n.get("start") for n in root.find(NS + "nodes")}
    assert starts["paper/arxiv-2001.00001"] == "2020-01-01" and starts["dataset/mimic-cxr"] is None
    assert {e.get("start") for e in root.find(NS + "edges")} == {"2020-01-01", "2021-01-01", None}


def test_a_graph_without_years_is_static():
    root = check(export(small_graph(), project="dataset-dataset"))

    assert root.get("mode") == "static" and root.get("defaultedgetype") == "undirected"


def test_networkx_reads_labels_attributes_and_counts():
    text = export(small_graph()).decode()
    # networkx knows GEXF 1.1 to 1.3, the last under the schema's other address.
    for version in ("http://gexf.net/1.3", "http://www.gexf.net/1.3"):
        try:
            read = nx.read_gexf(io.BytesIO(text.replace('"http://gexf.net/1.3"', f'"{version}"').encode()))
            break
        except nx.NetworkXError:
            continue

    assert read.number_of_nodes() == 15
    paper = read.nodes["paper/arxiv-2001.00001"]
    assert paper["label"] == 'A <deep> "model" & more' and paper["year"] == 2020
