"""The graph of the sample through the readers that people have: networkx, igraph and graphology agree with us."""

import json
import subprocess
from collections import Counter

import igraph
import networkx as nx
import pytest
from conftest import ROOT, require_or_skip

import kg

CLIENTS = ROOT / "tests" / "clients"
TYPES = {"size": float, "r": int, "g": int, "b": int, "degree": int, "label": str, "color": str}


@pytest.fixture(scope="module")
def atlas(listing_atlas):
    return kg.open(listing_atlas)


@pytest.fixture(scope="module")
def files(atlas, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    made = {"graphml": folder / "atlas.graphml", "gexf": folder / "atlas.gexf", "kept": folder / "kept.graphml"}
    for name, path in made.items():
        atlas.export(path, parallel="keep" if name == "kept" else None)
    return made


@pytest.fixture(scope="module")
def graphology(program):
    node = program("node")
    require_or_skip((CLIENTS / "node_modules" / "graphology").is_dir(), "tests/clients/node_modules (npm install)")

    def read(path):
        done = subprocess.run(
            [node, "graphology.mjs", str(path)], cwd=CLIENTS, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read


def test_networkx_and_igraph_agree_on_the_sample(files, atlas):
    stats = atlas.stats()
    net = nx.read_graphml(files["kept"], force_multigraph=True)
    ig = igraph.Graph.Read_GraphML(str(files["kept"]))

    assert net.number_of_nodes() == ig.vcount() == sum(stats["classes"].values())
    assert net.number_of_edges() == ig.ecount() == sum(stats["edges"].values())
    relations = Counter(d["relation"] for *_, d in net.edges(data=True))
    assert relations == Counter(ig.es["relation"]) == {k: v for k, v in stats["edges"].items() if v}
    for _, row in net.nodes(data=True):
        assert all(isinstance(row[name], kind) for name, kind in TYPES.items())
    assert sorted(ig.vs["label"]) == sorted(d["label"] for _, d in net.nodes(data=True))
    assert all(w > 0 for w in ig.es["weight"])


def test_graphology_reads_both_formats_of_the_sample(files, atlas, graphology):
    stats = atlas.stats()
    merged = nx.read_graphml(files["graphml"])
    one, two = graphology(files["graphml"]), graphology(files["gexf"])

    assert one["nodes"] == two["nodes"] == sum(stats["classes"].values())
    assert one["edges"] == merged.number_of_edges() and two["edges"] == sum(stats["edges"].values())
    assert one["labels"] == two["labels"] == sorted(d["label"] for _, d in merged.nodes(data=True))
    for read in (one, two):
        assert read["nodeTypes"] | {"size": "number", "degree": "number", "color": "string"} == read["nodeTypes"]
        assert read["edgeTypes"]["weight"] == read["edgeTypes"]["confidence"] == "number"
    assert two["edgeTypes"]["kind"] == "string"
