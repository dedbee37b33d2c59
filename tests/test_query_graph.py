"""The relational language over a small graph that can be checked by eye."""

from __future__ import annotations

from typing import Any

import pytest

from kg.index import IndexBuilder
from kg.query import Graph
from schema import Edge, Evidence, Node, Support
from schema.errors import BadFilter, NotFound


def _edge(relation: str, target: str, confidence: float | None = 0.9) -> Edge:
    if confidence is None:
        return Edge(relation, target)
    return Edge(relation, target, (Support(Evidence("as stated", "source", 0, 0), confidence, "test@1"),))


def _paper(key: str, title: str, year: int | None, *edges: Edge, status: str = "none") -> Node:
    properties: dict[str, Any] = {"title": title, "codeStatus": status, "abstract": f"We study {title}."}
    if year is not None:
        properties["year"] = year
    return Node(f"paper/{key}", "Paper", title, properties, tuple(sorted(edges, key=lambda e: (e.relation, e.target))))


NODES = (
    Node("modality/imaging", "Modality", "medical imaging"),
    Node("modality/ct", "Modality", "computed tomography", {"aliases": ("CT", "CT scan")},
         (Edge("broaderModality", "modality/imaging"),)),
    Node("modality/ldct", "Modality", "low-dose CT", {"aliases": ("LDCT",)}, (Edge("broaderModality", "modality/ct"),)),
    Node("modality/mri", "Modality", "magnetic resonance imaging", {"aliases": ("MRI",)},
         (Edge("broaderModality", "modality/imaging"),)),
    Node("dataset/lidc", "Dataset", "LIDC-IDRI"),
    Node("dataset/brats", "Dataset", "BraTS"),
    Node("dataset/mimic-cxr", "Dataset", "MIMIC-CXR"),
    Node("repository/r", "Repository", "github.com/a/b", {"repositoryUrl": "https://github.com/a/b"}),
    _paper("a", "Nodules in CT", 2021, _edge("targetsModality", "modality/ct"), _edge("usesDataset", "dataset/lidc"),
           _edge("releasesCode", "repository/r"), status="released"),
    _paper("b", "Denoising of low-dose scans", 2023, _edge("targetsModality", "modality/ldct", 0.6),
           _edge("usesDataset", "dataset/lidc", 0.4), _edge("introducesDataset", "dataset/mimic-cxr")),
    _paper("c", "Tumours in MRI", 2023, _edge("targetsModality", "modality/mri"), _edge("usesDataset", "dataset/brats"),
           _edge("cites", "paper/a", None)),
    _paper("d", "A survey", None),
)  # fmt: skip


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    path = tmp_path_factory.mktemp("index")
    builder = IndexBuilder(path)
    for node in reversed(NODES):
        builder.add(node)
    builder.finish()
    return Graph.open(path)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, "bcad"),
        ({"targetsModality": {"is": "CT"}}, "ba"),
        ({"targetsModality": {"exactly": "ct"}}, "a"),
        ({"targetsModality": {"is": "CT", "minConfidence": 0.7}}, "a"),
        ({"minConfidence": 0.6, "targetsModality": {"is": "modality/ct"}}, "ba"),
        ({"targetsModality": {"any": ["LDCT", "mri"]}}, "bc"),
        ({"targetsModality": {"all": ["CT", "medical imaging"]}}, "ba"),
        ({"targetsModality": {"none": ["ct"]}}, "cd"),
        ({"targetsModality": {"none": {"id": {"eq": "modality/mri"}}}}, "bad"),
        ({"targetsModality": {"every": {"prefLabel": {"contains": "ct"}}}}, "b"),
        ({"releasesCode": True}, "a"),
        ({"releasesCode": False, "year": {"gte": 2023}}, "bc"),
        ({"usesDataset": {"count": {"gte": 1}}}, "bca"),
        ({"usesDataset": {"some": {"usedBy": {"some": {"id": {"eq": "paper/b"}}}}}}, "ba"),
        ({"usesDataset": {"isNull": True}}, "d"),
        ({"year": {"isNull": True}}, "d"),
        ({"not": {"year": {"eq": 2023}}}, "ad"),
        ({"or": [{"codeStatus": {"eq": "released"}}, {"title": {"startsWith": "a SUR"}}]}, "ad"),
        ({"title": {"matches": "tumour"}}, "c"),
        ({"cites": {"is": "paper/a"}}, "c"),
        ({"or": []}, ""),
    ],
)
def test_a_filter_finds_these_papers_in_the_default_order(graph: Graph, where: dict[str, Any], found: str) -> None:
    assert [i[-1] for i in graph.find("Paper", where).ids()] == list(found)


def test_every_over_nothing_is_false(graph: Graph) -> None:
    nothing_used = graph.find("Dataset", {"usedBy": {"every": {"year": {"gte": 1900}}}})

    assert nothing_used.ids() == ["dataset/brats", "dataset/lidc"]


def test_papers_on_a_narrower_concept_count_for_the_wider_one(graph: Graph) -> None:
    counts = {v.id: v.count for v in graph.find("Paper").facet("modality")}

    assert counts == {"modality/imaging": 3, "modality/ct": 2, "modality/ldct": 1, "modality/mri": 1}
    wide = graph.find("Modality", {"targetedBy": {"count": {"eq": 3}}})
    assert wide.ids() == ["modality/imaging"]
    assert graph.neighbours(["modality/ct"], "targetsModality", inverse=True) == [["paper/b", "paper/a"]]
    assert graph.neighbours(["modality/ct"], "targetsModality", inverse=True, narrower=False) == [["paper/a"]]


def test_a_facet_can_leave_out_its_own_filter(graph: Graph) -> None:
    found = graph.find("Paper", {"usesDataset": {"is": "BraTS"}, "year": {"eq": 2023}})

    assert [(v.label, v.count) for v in found.facet("dataset")] == [("BraTS", 1)]
    assert [(v.id, v.count) for v in found.facet("dataset", own_filter=False)] == [
        ("dataset/brats", 1), ("dataset/lidc", 1),
    ]  # fmt: skip
    assert [(v.value, v.count) for v in graph.find("Paper").facet("codeStatus")] == [("none", 3), ("released", 1)]


def test_an_order_by_count_falls_back_on_the_default_order(graph: Graph) -> None:
    assert graph.find("Dataset", None, [{"usedByCount": "DESC"}]).ids() == [
        "dataset/lidc", "dataset/brats", "dataset/mimic-cxr",
    ]  # fmt: skip
    assert [i[-1] for i in graph.find("Paper", None, [{"year": "ASC"}]).ids()] == list("abcd")


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ({"targetsModality": {"is": "computed tomografy"}}, "computed tomography"),
        ({"targetModality": {"is": "CT"}}, "targetsModality"),
        ({"year": {"gtt": 3}}, "gte"),
        ({"codeStatus": {"eq": "relased"}}, "released"),
        ({"usesDataset": {"is": "MIMIC CRX"}}, "MIMIC-CXR"),
        ({"year": {"eq": "2020"}}, "number"),
        ({"title": None}, "isNull"),
    ],
)
def test_an_unknown_name_is_an_error_that_names_the_nearest(graph: Graph, where: dict[str, Any], named: str) -> None:
    with pytest.raises(BadFilter, match=named):
        graph.find("Paper", where)


def test_a_name_is_known_in_any_case_and_punctuation(graph: Graph) -> None:
    for name in ("dataset/mimic-cxr", "mimic-cxr", "MIMIC CXR", "mimiccxr", "Dataset/MIMIC_CXR"):
        assert graph.resolve("Dataset", name) == "dataset/mimic-cxr"
    assert graph.resolve("Modality", "ct SCAN") == "modality/ct"
    assert graph.resolve("Modality", "ultrasound") == "modality/ultrasound", "a known concept that no paper has"


def test_search_forgives_typing_errors_and_unfinished_words(graph: Graph) -> None:
    assert graph.search("mimiccxr")[0].id == "dataset/mimic-cxr"
    assert graph.search("tumuors")[0].id == "paper/c"
    assert graph.search("magn")[0].id == "modality/mri"
    assert graph.search("ct", classes=["Modality"])[0].id == "modality/ct"


def test_a_node_comes_back_as_it_was_given(graph: Graph) -> None:
    for node in NODES:
        assert graph.node(node.id) == node
    with pytest.raises(NotFound):
        graph.node("paper/nowhere")
