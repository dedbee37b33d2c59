"""`import kg`: light to import, the same names and answers as the other doors."""

import subprocess
import sys

import networkx as nx
import pytest
import rdflib

import kg
from kg.export import FORMATS
from schema.errors import BadFilter, BadRequest, NotFound


@pytest.fixture(scope="module")
def atlas(listing_atlas):
    return kg.open(listing_atlas)


CODE = {"releasesCode": True}


def test_importing_kg_loads_nothing_heavy():
    heavy = "numpy pyoxigraph rdflib networkx pandas polars fastapi strawberry pydantic tantivy torch".split()  # noqa: SIM905
    script = f"import sys, kg; print([m for m in {heavy!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_public_names_are_listed_and_an_unknown_one_is_named():
    assert set(dir(kg)) == set(kg.__all__) and all(getattr(kg, name) for name in kg.__all__)
    with pytest.raises(AttributeError, match="opne"):
        kg.opne  # noqa: B018


def test_a_missing_graph_says_what_to_do(tmp_path):
    with pytest.raises(NotFound, match="kg load"):
        kg.open(tmp_path)


def test_papers_are_a_sequence_of_whole_nodes(atlas):
    papers = atlas.papers(where=CODE)

    assert len(papers) == len(papers.ids) == len(list(papers)) < len(atlas.papers()) == 119
    assert papers[0] == next(iter(papers)) == atlas.node(papers.ids[0])
    assert [n.id for n in papers[1:3]] == papers.ids[1:3]
    assert all(node.targets("releasesCode") for node in papers)
    assert papers.labels[0] == papers[0].label
    assert sum(v.count for v in papers.facet("codeStatus")) == len(papers)


def test_a_wrong_filter_is_answered_with_the_nearest_name(atlas):
    with pytest.raises(BadFilter, match="releasesCode"):
        atlas.papers(where={"releaseCode": True})


def test_sparql_answers_in_python_values(atlas):
    count = "SELECT (COUNT(?p) AS ?n) { ?p a kg:Paper }"
    assert atlas.sparql(count) == [{"n": 119}]
    assert atlas.sparql("ASK { ?p kg:releasesCode ?r }") is True
    described = atlas.sparql("CONSTRUCT { ?p dcterms:title ?t } WHERE { ?p a kg:Paper ; dcterms:title ?t }")
    assert isinstance(described, rdflib.Graph) and len(described) == 119


def test_sparql_and_filters_find_the_same_papers(atlas):
    rows = atlas.sparql("SELECT DISTINCT ?p { ?p a kg:Paper ; kg:releasesCode ?r }")

    assert {r["p"].removeprefix(atlas.base) for r in rows} == set(atlas.papers(where=CODE).ids)


def test_networkx_igraph_pandas_and_polars_hold_the_same_graph(atlas):
    stats = atlas.stats()
    nodes, edges = sum(stats["classes"].values()), sum(stats["edges"].values())
    net, ig, frames, polars = atlas.to_networkx(), atlas.to_igraph(), atlas.to_pandas(), atlas.to_polars()

    assert (net.number_of_nodes(), net.number_of_edges()) == (ig.vcount(), ig.ecount()) == (nodes, edges)
    assert (len(frames.nodes), len(frames.edges)) == (polars.nodes.height, polars.edges.height) == (nodes, edges)
    assert isinstance(net, nx.MultiDiGraph) and ig.is_directed()
    paper = atlas.papers()[0]
    assert net.nodes[paper.id]["label"] == frames.nodes.loc[paper.id, "label"] == paper.label
    assert ig.vs.find(name=paper.id)["type"] == "Paper"
    assert frames.nodes.loc[frames.nodes["type"] == "Paper", "codeStatus"].notna().all()
    assert dict(net.degree())[paper.id] == frames.nodes.loc[paper.id, "degree"]


def test_projections_are_simple_weighted_graphs(atlas):
    net = atlas.to_networkx(project="dataset-dataset:usesDataset")

    assert not net.is_directed() and not net.is_multigraph()
    assert all(d["weight"] >= 1 and d["association"] > 0 for *_, d in net.edges(data=True))
    assert atlas.to_igraph(project="dataset-dataset:usesDataset").ecount() == net.number_of_edges()


def test_frames_of_papers_have_literals_and_relations(atlas):
    frame = atlas.papers(where=CODE).to_pandas()
    polars = atlas.papers(where=CODE).to_polars()

    assert len(frame) == polars.height and (frame["codeStatus"] == "released").all()
    assert frame["repositories"].map(len).min() >= 1
    exploded = frame.explode("modalities")["modalities"].dropna()
    assert set(exploded) <= set(atlas.modalities().ids)


def test_rdflib_reads_the_snapshot_without_a_copy_and_cannot_change_it(atlas):
    dataset = atlas.as_rdflib()

    kg_ns = rdflib.Namespace("https://w3id.org/paperatlas/ns#")
    papers = set(dataset.default_graph.subjects(rdflib.RDF.type, kg_ns.Paper))
    assert len(papers) == 119
    with pytest.raises(Exception, match="read-write instances"):
        dataset.default_graph.add((kg_ns.a, kg_ns.b, kg_ns.c))


def test_exports_from_a_selection_hold_its_papers(atlas, tmp_path):
    (path,) = atlas.papers(where=CODE).export(tmp_path / "code.graphml")

    read = nx.read_graphml(path)
    papers = [d for _, d in read.nodes(data=True) if d["type"] == "Paper"]
    assert len(papers) == len(atlas.papers(where=CODE)) and {d["codeStatus"] for d in papers} == {"released"}
    with pytest.raises(BadRequest, match="is chosen by papers"):
        atlas.tasks().export(tmp_path / "x.graphml")


def test_the_table_of_formats_is_public():
    assert kg.FORMATS is FORMATS
