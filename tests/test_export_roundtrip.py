"""Out and back again: RDF gives the same nodes, references give the same papers."""

import io

import pyoxigraph as ox
import pytest
from hypothesis import given, settings

import kg
import loaders
from kg.export import write_export
from kg.nodes import nodes_of
from kg.store.answers import statement_of
from schema import Paper
from schema.node import Edge, Node, Support
from tests.plain_graph import graphs, small_graph

SYNTAXES = {
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def export(graph, name) -> bytes:
    out = io.BytesIO()
    write_export(graph, name, out)
    return out.getvalue()


def back(data: bytes, name: str, base: str) -> dict[str, Node]:
    quads = ox.parse(data, SYNTAXES[name])
    return {n.id: n for n in nodes_of(map(statement_of, quads), base)}


@pytest.mark.parametrize("name", SYNTAXES)
@settings(max_examples=12, deadline=None)
@given(graph=graphs())
def test_nodes_come_back_from_rdf_with_their_evidence(name, graph):
    assert back(export(graph, name), name, graph.base) == graph.by_id


@pytest.mark.parametrize("name", ["nquads"])
def test_the_sample_comes_back_from_rdf(name, listing_atlas):
    atlas = kg.open(listing_atlas)
    nodes = {n.id: n for n in atlas.graph.all_nodes()}

    read = back(export(atlas.graph, name), name, atlas.base)

    assert {id_: as_a_set(n) for id_, n in read.items()} == {id_: as_a_set(n) for id_, n in nodes.items()}


def as_a_set(node: Node) -> Node:
    """A node as far as RDF tells: confidences with four digits, cues and supports in no order."""
    edges = tuple(Edge(e.relation, e.target, tuple(sorted(map(told, e.supports), key=repr))) for e in node.edges)
    return Node(node.id, node.cls, node.label, node.properties, edges)


def told(support: Support) -> Support:
    return Support(
        support.evidence, float(f"{support.confidence:.4g}"), support.maker, tuple(sorted(set(support.cues)))
    )


@pytest.mark.parametrize(("name", "suffix"), [("bibtex", "bib"), ("ris", "ris"), ("csl", "csl.json")])
def test_our_own_loaders_read_the_references_back(name, suffix, tmp_path):
    graph = small_graph()
    path = tmp_path / f"papers.{suffix}"
    path.write_bytes(export(graph, name))

    read = list(loaders.read(str(path)))

    papers = [n for n in graph.all if n.cls == "Paper"]
    assert all(isinstance(p, Paper) for p in read)
    titles = {n.label for n in papers}
    if name == "csl":  # CSL takes what stands in angle brackets for markup
        titles = {t.replace("<deep> ", "") for t in titles}
    assert {p.title for p in read} == titles
    first = next(p for p in read if p.doi)
    assert (first.year, first.doi, first.arxiv_id) == (2020, "10.1000/x", "2001.00001")
    assert [a.name for a in first.authors] == ["Ann Lee"] and first.venue == "Journal of J"
    assert first.abstract == "We do it. INFO & more" if name != "csl" else "We do it.\nINFO & more"


@pytest.mark.parametrize(("name", "suffix"), [("bibtex", "bib"), ("ris", "ris"), ("csl", "csl.json")])
def test_the_references_of_the_sample_are_its_papers(name, suffix, listing_atlas, tmp_path):
    atlas = kg.open(listing_atlas)
    (path,) = atlas.export(tmp_path / f"papers.{suffix}")

    read = list(loaders.read(str(path)))

    assert sorted(p.title for p in read) == sorted(atlas.papers().labels)
