"""RDF exports hold exactly the statements of the nodes, in every syntax."""

import io
import json

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings

from kg.export import ExportOptions, write_export
from kg.statements import statements_for
from schema.errors import BadRequest
from schema.statement import Literal
from tests.plain_graph import PlainGraph, graphs, small_graph


def export(graph, name, **options) -> bytes:
    out = io.BytesIO()
    write_export(graph, name, out, ExportOptions(**options))
    return out.getvalue()


def expected(graph: PlainGraph, everything: bool) -> set[str]:
    found = (s for n in graph.all for s in statements_for(n, graph.base))
    return {canonical(s.nquad()) for s in found if everything or not s.graph}


def canonical(line: str) -> str:
    (quad,) = ox.parse(line, ox.RdfFormat.N_QUADS)
    return str(quad)


def read(data: bytes, syntax: ox.RdfFormat) -> set[str]:
    graph = ox.DefaultGraph()
    return {str(ox.Quad(q.subject, q.predicate, q.object, q.graph_name or graph)) for q in ox.parse(data, syntax)}


SYNTAXES = {
    "turtle": (ox.RdfFormat.TURTLE, False),
    "ntriples": (ox.RdfFormat.N_TRIPLES, False),
    "rdfxml": (ox.RdfFormat.RDF_XML, False),
    "nquads": (ox.RdfFormat.N_QUADS, True),
    "trig": (ox.RdfFormat.TRIG, True),
    "jsonld": (ox.RdfFormat.JSON_LD, True),
}


@pytest.mark.parametrize("name", SYNTAXES)
@settings(max_examples=12, deadline=None)
@given(graph=graphs())
def test_every_syntax_gives_back_the_same_statements(name, graph):
    syntax, everything = SYNTAXES[name]

    assert read(export(graph, name), syntax) == expected(graph, everything)


@pytest.mark.parametrize(("name", "syntax"), [("turtle", "turtle"), ("rdfxml", "xml"), ("ntriples", "nt")])
def test_rdflib_reads_the_facts(name, syntax):
    graph = small_graph()

    found = rdflib.Graph().parse(data=export(graph, name), format=syntax)

    assert len(found) == len(expected(graph, everything=False))
    title = rdflib.URIRef(graph.base + "paper/arxiv-2001.00001"), rdflib.DCTERMS.title
    assert str(found.value(*title)) == 'A <deep> "model" & more'


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_rdflib_reads_the_named_graphs_of_json_ld():
    graph = small_graph()

    found = rdflib.Dataset()
    found.parse(data=export(graph, "jsonld"), format="json-ld")

    sizes = {str(g.identifier): len(g) for g in found.graphs()}
    evidence = [s for n in graph.all for s in statements_for(n, graph.base) if s.graph]
    assert sizes[graph.base + "graph/evidence"] == len(set(evidence))


def test_json_ld_uses_the_names_of_graphql():
    paper = json.loads(export(small_graph(), "jsonld"))["@graph"][1]

    assert paper["usesDataset"] == ["dataset/chexpert", "dataset/mimic-cxr"]
    assert paper["year"] == 2020 and paper["@type"][0] == "kg:Paper"


def test_evidence_can_be_left_out():
    graph = small_graph()

    assert read(export(graph, "nquads", evidence=False), ox.RdfFormat.N_QUADS) == expected(graph, everything=False)
    assert b"kg:quote" not in export(graph, "trig", evidence=False)


def test_a_literal_keeps_its_written_form():
    found = [s.object for s in statements_for(small_graph().by_id["result/r1"], "https://x.org/")]

    assert Literal("0.93", "http://www.w3.org/2001/XMLSchema#double") in found
    assert b'"0.93"^^' in export(small_graph(), "nquads")


def test_a_projection_has_no_rdf_form():
    with pytest.raises(BadRequest, match="projection has no RDF form"):
        export(small_graph(), "turtle", project="dataset-dataset")
