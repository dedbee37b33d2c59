"""JSON, tables, arrays, references, nanopublications and the crate: other programs read what we meant."""

import csv
import hashlib
import io
import json
import zipfile

import networkx as nx
import numpy as np
import pyoxigraph as ox
import pytest
import rdflib

from kg.export import ExportOptions, write_export
from kg.export.references import read_name
from schema.errors import BadRequest
from tests.plain_graph import small_graph


def export(name, **options) -> bytes:
    out = io.BytesIO()
    write_export(small_graph(), name, out, ExportOptions(**options))
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {i.filename: archive.read(i) for i in archive.infolist()}


def table(data: bytes, delimiter=",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))


def test_networkx_reads_node_link_json_with_parallel_edges():
    read = nx.node_link_graph(json.loads(export("json")), edges="edges")

    assert read.is_multigraph() and read.is_directed()
    assert (read.number_of_nodes(), read.number_of_edges()) == (15, 19)
    assert read.nodes["dataset/mimic-cxr"]["aliases"] == ["MIMIC CXR", "mimic|cxr \\ x"]
    assert read.nodes["paper/arxiv-2001.00001"]["year"] == 2020


def test_cytoscape_json_has_elements_with_data_and_places():
    data = json.loads(export("cytoscape", layout="circular"))

    assert len(data["elements"]["nodes"]) == 15 and len(data["elements"]["edges"]) == 19
    assert set(data["elements"]["nodes"][0]["position"]) == {"x", "y"}
    assert data["elements"]["edges"][0]["data"]["interaction"] == "addressesTask"


def test_gephi_tables_have_its_headers_and_every_edge_its_nodes():
    files = members(export("csv", abstracts=True))
    nodes, edges = table(files["nodes.csv"]), table(files["edges.csv"])

    assert list(edges[0]) == ["Source", "Target", "Type", "Id", "Label", "Weight", "confidence"]
    assert {e["Source"] for e in edges} | {e["Target"] for e in edges} <= {n["Id"] for n in nodes}
    paper = next(n for n in nodes if n["Id"] == "paper/arxiv-2001.00001")
    assert paper["abstract"] == "We do it.\nINFO & more" and paper["Label"] == 'A <deep> "model" & more'
    assert paper["keywords"] == "CT|a\\|b"


def test_neo4j_tables_name_ids_labels_and_types():
    files = members(export("neo4j"))
    nodes, edges = table(files["nodes.csv"]), table(files["edges.csv"])

    assert (
        list(nodes[0])[:3] == ["id:ID", ":LABEL", "label"] and "year:int" in nodes[0] and "aliases:string[]" in nodes[0]
    )
    assert {e[":TYPE"] for e in edges} >= {"usesDataset", "introducesDataset"}
    assert "array-delimiter" in files["README.txt"].decode()


def test_kgx_tables_have_curies_categories_and_no_stray_tabs():
    files = members(export("kgx"))
    nodes, edges = table(files["nodes.tsv"], "\t"), table(files["edges.tsv"], "\t")

    assert {n["id"].partition(":")[0] for n in nodes} == {"atlas"}
    assert {e["subject"] for e in edges} | {e["object"] for e in edges} <= {n["id"] for n in nodes}
    assert {e["predicate"] for e in edges} == {"biolink:related_to"}
    assert {e["agent_type"] for e in edges if e["relation"] == "kg:cites"} == {"not_provided"}


def test_parquet_keeps_types_and_lists():
    pq = pytest.importorskip("pyarrow.parquet")
    files = members(export("parquet"))
    nodes = pq.read_table(io.BytesIO(files["nodes.parquet"])).to_pylist()
    edges = pq.read_table(io.BytesIO(files["edges.parquet"])).to_pylist()

    assert len(nodes) == 15 and len(edges) == 19
    paper = next(n for n in nodes if n["id"] == "paper/arxiv-2001.00001")
    assert paper["year"] == 2020 and paper["keywords"] == ["CT", "a|b"] and paper["retracted"] is None
    assert next(n for n in nodes if n["id"] == "result/r1")["number"] == 0.93


def test_arrays_join_rows_by_the_manifest():
    with np.load(io.BytesIO(export("npz"))) as arrays:
        manifest = json.loads(arrays["manifest.json"])
        kind = next(e for e in manifest["edges"] if e["type"] == ["Paper", "usesDataset", "Dataset"])
        sources, targets = arrays[kind["edge_index"]]
        papers, datasets = arrays["Paper/id"], arrays["Dataset/id"]

        pairs = {(papers[s].decode(), datasets[t].decode()) for s, t in zip(sources, targets, strict=True)}
        assert pairs == {(n.id, t) for n in small_graph().all for t in n.targets("usesDataset")}
        assert sources.dtype == np.int64 and arrays["edge_confidence/Paper/usesDataset/Dataset"].dtype == np.float32
        years = dict(zip(papers.tolist(), arrays["Paper/year"].tolist(), strict=True))
        assert years[b"paper/no-year"] == -1 and years[b"paper/arxiv-2001.00001"] == 2020
        assert len(arrays["Paper/label.txt"].decode().splitlines()) == len(papers)


def test_bibtex_escapes_text_and_keeps_math_and_capitals():
    text = export("bibtex").decode()

    assert "@article{arxiv-2001.00001," in text and "@misc{alone," in text
    assert r'title = {{A <deep> "model" \& more}}' in text
    assert "author = {Lee, Ann}" in text and "journal = {Journal of J}" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_ris_has_one_end_for_each_paper():
    text = export("ris").decode()

    assert text.count("\nER  - \n") == text.count("TY  - ") == 4
    assert "AU  - Lee, Ann\n" in text and "PY  - 2020\n" in text and "KW  - a|b\n" in text


def test_csl_json_has_dates_and_names_in_parts():
    first = next(r for r in json.loads(export("csl")) if r["id"] == "arxiv-2001.00001")

    assert first["type"] == "article-journal" and first["issued"] == {"date-parts": [[2020, 1, 5]]}
    assert first["author"] == [{"family": "Lee", "given": "Ann"}] and first["DOI"] == "10.1000/x"


def test_references_keep_to_the_chosen_papers():
    text = export("bibtex", where={"year": 2020}).decode()

    assert text.count("\n}\n") == 1 and "author = {Lee, Ann}" in text


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [("Ann B. Lee", "Lee", "Ann B."), ("Plato", "Plato", ""), ("The X Consortium", "The X Consortium", "")],
)
def test_names_are_parted(text, family, given):
    name = read_name(text)

    assert (name.family, name.given) == (family, given)


def test_every_assertion_is_a_nanopublication_of_four_graphs():
    graph = small_graph()
    quads = list(ox.parse(export("nanopub"), ox.RdfFormat.TRIG))
    supports = sum(len(e.supports) for n in graph.all for e in n.edges)

    kind = ox.NamedNode("http://www.nanopub.org/nschema#Nanopublication")
    assert sum(q.object == kind for q in quads) == supports
    assert len({q.graph_name for q in quads}) == 4 * supports
    facts = [q for q in quads if str(q.graph_name).endswith("#assertion>")]
    assert len(facts) == supports


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_a_crate_describes_its_files_truly():
    files = members(export("crate", published="2026-01-31"))
    crate, croissant = json.loads(files["ro-crate-metadata.json"]), json.loads(files["croissant.json"])

    described = {e["@id"]: e for e in crate["@graph"]}
    assert described["./"]["datePublished"] == "2026-01-31"
    for part in described["./"]["hasPart"]:
        data = files[part["@id"]]
        assert described[part["@id"]]["contentSize"] == str(len(data))
        assert described[part["@id"]]["sha256"] == hashlib.sha256(data).hexdigest()
    assert {d["@id"]: d["sha256"] for d in croissant["distribution"]} == {
        p["@id"]: described[p["@id"]]["sha256"] for p in described["./"]["hasPart"]
    }
    heads = {name: files[f"{name}.csv"].decode().splitlines()[0].split(",") for name in ("nodes", "edges")}
    assert {r["name"]: [f["name"] for f in r["field"]] for r in croissant["recordSet"]} == heads
    assert len(rdflib.Graph().parse(data=files["croissant.json"], format="json-ld")) > 50


def test_a_crate_asks_for_its_day_of_publication():
    with pytest.raises(BadRequest, match="published"):
        export("crate")
