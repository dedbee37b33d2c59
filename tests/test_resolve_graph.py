"""Records to nodes: what hangs together, in whatever order it is loaded."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.resolve import LoadedRecord, nodes
from schema.annotation import Annotation, Annotations, CodeRelease, Evidence, ResultAnnotation
from schema.ids import DEFAULT_BASE
from schema.node import Node
from schema.paper import Author, Paper, StatedFact, StatedResult
from schema.vocabulary import CLASSES, EDGE

TITLE = "Foo-Net segments tumours on MIMIC-CXR"
ABSTRACT = (
    "We propose Foo-Net (FN). It is tested on MIMIC CXR with AUC 0.91. Code is available at https://github.com/a/b."
)


def edge(
    relation: str, name: str, quote: str, *aliases: str, confidence: float = 0.9, id_: str | None = None
) -> Annotation:
    section = "title" if quote in TITLE else "abstract"
    start = (TITLE if section == "title" else ABSTRACT).find(quote)
    evidence = Evidence(quote, section, start, start + len(quote))  # type: ignore[arg-type]
    return Annotation(relation, name, evidence, confidence, "test-1", id_, aliases)


def record(
    title: str = TITLE, abstract: str = ABSTRACT, edges: tuple[Annotation, ...] = (), **fields: object
) -> LoadedRecord:
    fields.setdefault("source", "test")
    annotations = fields.pop("annotations", None) or Annotations(title, edges)
    return LoadedRecord(Paper(title=title, abstract=abstract, **fields), annotations)  # type: ignore[arg-type]


def by_id(*records: LoadedRecord) -> dict[str, Node]:
    return {node.id: node for node in nodes(list(records))}


def full_record() -> LoadedRecord:
    place = ABSTRACT.find("AUC 0.91")
    annotations = Annotations(
        TITLE,
        (
            edge("proposesMethod", "Foo-Net", "Foo-Net"),
            edge("usesDataset", "MIMIC-CXR", "MIMIC-CXR"),
            edge("usesDataset", "MIMIC CXR dataset", "MIMIC CXR", confidence=0.7),
            edge("targetsModality", "chest X-ray", "MIMIC-CXR", id_="chest-x-ray"),
            edge("usesMethod", "the proposed method", "Foo-Net"),
        ),
        CodeRelease(
            "released",
            ("https://www.github.com/A/b.git",),
            Evidence("Code is available", "abstract", 66, 83),
            0.9,
            "test-1",
        ),
        (
            ResultAnnotation(
                "AUC", "0.91", Evidence("AUC 0.91", "abstract", place, place + 8), 0.8, "test-1", dataset="MIMIC CXR"
            ),
        ),
    )
    return record(
        annotations=annotations,
        arxiv_id="2401.00001",
        authors=(Author(name="Ada Lovelace"), Author(name="Alan Turing")),
        venue="Journal of Tests",
        year=2024,
        cites=("doi:10.1000/other", "doi:10.1000/nowhere"),
        facts=(StatedFact(relation="addressesTask", name="jigsaw solving"),),
        results=(
            StatedResult(
                metric="F1", value="98", unit="%", dataset="MIMIC-CXR", task="jigsaw solving", method="Foo-Net"
            ),
        ),
    )


def test_a_record_becomes_a_paper_with_all_that_hangs_on_it():
    graph = by_id(full_record(), record("Another paper entirely", "", doi="10.1000/other"))
    paper = graph["paper/arxiv-2401.00001"]
    dataset = paper.targets("usesDataset")[0]

    assert paper.properties["codeStatus"] == "released"
    assert paper.targets("creator") == ("person/ada-lovelace", "person/alan-turing")
    assert paper.targets("publishedIn") == ("venue/journal-of-tests",)
    assert paper.targets("cites") == ("paper/doi-10.1000-other",)
    assert paper.targets("usesMethod") == (), "junk becomes no entity"
    assert paper.targets("addressesTask") == ("task/jigsaw-solving",)
    assert paper.targets("releasesCode") == ("repository/github.com-a-b",)
    assert graph["repository/github.com-a-b"].properties["repositoryUrl"] == "https://github.com/A/b"
    assert paper.targets("usesDataset") == (dataset,)
    (uses,) = [e for e in paper.edges if e.relation == "usesDataset"]
    assert [s.confidence for s in uses.supports] == [0.9, 0.7]
    first, second = (graph[i] for i in paper.targets("reportsResult"))
    assert first.properties == {"metric": "AUC", "value": "0.91", "number": 0.91, "isChange": False}
    assert first.targets("onDataset") == second.targets("onDataset") == (dataset,)
    assert second.targets("ofMethod") == paper.targets("proposesMethod")


def test_every_edge_has_both_its_nodes_and_the_order_is_that_of_the_vocabulary():
    found = list(nodes([full_record(), record("Another paper entirely", "", doi="10.1000/other")]))
    ids = [node.id for node in found]
    rank = {term.name: i for i, term in enumerate(CLASSES)}

    assert ids == [n.id for n in sorted(found, key=lambda n: (rank[n.cls], n.id))]
    assert len(ids) == len(set(ids))
    for node in found:
        for out in node.edges:
            assert out.target in ids
            assert EDGE[out.relation].domain == node.cls


def test_code_said_to_be_out_without_an_address_has_a_repository_without_one():
    code = CodeRelease("released", (), Evidence("Code is available", "abstract", 66, 83), 0.9, "test-1")
    graph = by_id(record(annotations=Annotations(TITLE, (), code), arxiv_id="2401.00001"))

    assert graph["paper/arxiv-2401.00001"].targets("releasesCode") == ("repository/arxiv-2401.00001-code",)
    assert graph["repository/arxiv-2401.00001-code"].properties == {}


def test_a_method_is_not_both_proposed_and_used_by_one_paper():
    edges = (edge("proposesMethod", "Foo-Net", "Foo-Net"), edge("usesMethod", "FooNet", "Foo-Net", confidence=0.4))
    graph = by_id(record(edges=edges))
    (paper,) = (n for n in graph.values() if n.cls == "Paper")

    assert paper.targets("proposesMethod") == ("method/foo-net",)
    assert paper.targets("usesMethod") == ()


def test_a_preprint_and_its_published_version_are_one_paper_with_both_places():
    preprint = record(arxiv_id="2401.00001", where="arxiv.jsonl line 1", source="arxiv")
    published = record(arxiv_id="2401.00001", doi="10.1000/xyz", where="pubmed.xml", source="pubmed", year=2025)
    graph = by_id(preprint, published)
    (paper,) = (n for n in graph.values() if n.cls == "Paper")

    assert paper.id == "paper/arxiv-2401.00001"
    assert paper.properties["doi"] == "10.1000/xyz"
    assert paper.properties["sources"] == ("arxiv arxiv.jsonl line 1", "pubmed pubmed.xml")


def test_passages_of_another_records_text_are_found_again_in_the_text_that_is_kept():
    longer = record(abstract="In short. " + ABSTRACT, arxiv_id="2401.00001")
    shorter = record(edges=(edge("usesDataset", "MIMIC-CXR", "MIMIC CXR"),), arxiv_id="2401.00001")
    (paper,) = (n for n in nodes([longer, shorter]) if n.cls == "Paper")
    (uses,) = paper.edges
    evidence = uses.supports[0].evidence

    assert paper.properties["abstract"][evidence.start : evidence.end] == evidence.quote == "MIMIC CXR"


NAMES = [
    "Foo-Net",
    "FooNet",
    "FN",
    "MIMIC CXR",
    "MIMIC-CXR",
    "mimic-cxr dataset",
    "MIMIC-IV",
    "CAD",
    "GPT4o",
    "GPT-4o",
    "our model",
]
LONG = [(), ("Foo Network",), ("coronary artery disease",), ("computer-aided diagnosis",)]
RELATIONS = ["usesDataset", "usesMethod", "proposesMethod", "addressesTask", "studiesCondition"]


@st.composite
def records(draw: st.DrawFn) -> list[LoadedRecord]:
    made = []
    for _ in range(draw(st.integers(0, 6))):
        drawn = draw(
            st.lists(st.tuples(st.sampled_from(RELATIONS), st.sampled_from(NAMES), st.sampled_from(LONG)), max_size=5)
        )
        edges = tuple(edge(r, n, "Foo-Net", *a) for r, n, a in drawn)
        arxiv = draw(st.sampled_from([None, "2401.00001", "2401.00002"]))
        title = draw(st.sampled_from([TITLE, "Editorial", "A second paper about other things"]))
        source = draw(st.sampled_from(["one", "two"]))
        made.append(record(title, edges=edges, arxiv_id=arxiv, source=source, authors=(Author(name="Ada Lovelace"),)))
    return made


@settings(max_examples=60, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_any_order_of_records_gives_the_same_nodes(given_records: list[LoadedRecord], luck: random.Random):
    shuffled = list(given_records)
    luck.shuffle(shuffled)

    assert list(nodes(lambda: shuffled, DEFAULT_BASE)) == list(nodes(given_records, DEFAULT_BASE))
