"""The GraphQL language over a small graph that can be checked by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from small_atlas import NODES, edge, paper, publish

from graphql_api.limits import Limits
from graphql_api.service import Question, Service
from kg.query import Graph


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def graph(folder: Path) -> Graph:
    return Graph.open(folder)


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(Limits())


@pytest.fixture
def ask(graph: Graph, service: Service):
    """`ask(query, **variables)` is the data; errors fail the test."""

    def asked(query: str, **variables: Any) -> Any:
        answer = orjson.loads(service.answer(graph, Question(query, variables)).body)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return asked


@pytest.fixture
def errors(graph: Graph, service: Service):
    """`errors(query, **variables)` are the errors, of which there must be some."""

    def asked(query: str, **variables: Any) -> Any:
        answer = orjson.loads(service.answer(graph, Question(query, variables)).body)
        return answer["errors"]

    return asked


def names(found: list[dict[str, Any]]) -> list[str]:
    return [f["name"] for f in found]


QUERY_1 = """{ papers(where: {targetsModality: {is: "CT"}, releasesCode: true}, first: 20) {
    totalCount
    nodes { id title year codeStatus
      repositories { url }
      modalities { id prefLabel }
      usesDatasets { name introducedBy { title } }
      proposesMethods { name } } } }"""
QUERY_2 = """query Reuse($m: String!) {
  datasets(where: {usedBy: {some: {targetsModality: {is: $m}, releasesCode: true}}}, orderBy: {usedByCount: DESC}, first: 10) {
    nodes { name usedByCount introducedBy { title codeStatus }
      usedBy(first: 5, where: {year: {gte: 2020}}) { totalCount nodes { title tasks { prefLabel } } } } } }"""  # noqa: E501
QUERY_3 = """{ papers(where: {or: [{addressesTask: {is: "report generation"}}, {usesDataset: {is: "MIMIC-CXR"}}],
                 not: {targetsModality: {is: "MRI"}}}) {
    totalCount
    facets { modality(first: 10) { value { prefLabel } count } task(first: 10) { value { prefLabel } count } codeStatus { value count } }
    nodes { title edges { relation target { __typename name } evidence { quote section } confidence } } } }"""  # noqa: E501


def test_the_first_contract_query_runs_as_it_stands(ask) -> None:
    assert ask(QUERY_1)["papers"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": "paper/a",
                "title": "Nodules in CT",
                "year": 2021,
                "codeStatus": "released",
                "repositories": [{"url": "https://github.com/a/nodulenet"}],
                "modalities": [{"id": "modality/ct", "prefLabel": "computed tomography"}],
                "usesDatasets": [{"name": "LIDC-IDRI", "introducedBy": []}],
                "proposesMethods": [{"name": "NoduleNet"}],
            }
        ],
    }


def test_the_second_contract_query_runs_as_it_stands(ask) -> None:
    (dataset,) = ask(QUERY_2, m="CT")["datasets"]["nodes"]

    assert (dataset["name"], dataset["usedByCount"], dataset["introducedBy"]) == ("LIDC-IDRI", 2, [])
    assert dataset["usedBy"]["totalCount"] == 2
    assert dataset["usedBy"]["nodes"] == [
        {"title": "Denoising of low-dose scans", "tasks": [{"prefLabel": "image denoising"}]},
        {"title": "Nodules in CT", "tasks": [{"prefLabel": "image segmentation"}]},
    ]


def test_the_third_contract_query_runs_as_it_stands(ask) -> None:
    found = ask(QUERY_3)["papers"]

    assert found["totalCount"] == 1
    assert found["facets"]["task"] == [{"value": {"prefLabel": "report generation"}, "count": 1}]
    assert found["facets"]["codeStatus"] == [{"value": "none", "count": 1}]
    assert found["nodes"][0]["edges"][1] == {
        "relation": "introducesDataset",
        "target": {"__typename": "Dataset", "name": "MIMIC-CXR"},
        "evidence": [{"quote": "MIMIC-CXR", "section": "abstract"}],
        "confidence": 0.9,
    }


def test_every_list_of_a_node_can_be_filtered_and_ordered(ask) -> None:
    found = ask(
        """{ paper(id: "paper/a") { tasks(where: {name: {contains: "denois"}}) { name }
             authors { name } byName: authors(orderBy: {name: ASC}, first: 1) { name }
             citedBy(orderBy: {title: DESC}) { nodes { title } } } }"""
    )["paper"]

    assert found["tasks"] == []
    assert names(found["authors"]) == ["Mary Somerville", "Ada Lovelace"]
    assert names(found["byName"]) == ["Ada Lovelace"]
    assert [n["title"] for n in found["citedBy"]["nodes"]] == ["Tumours in MRI", "Denoising of low-dose scans"]


def test_a_relation_can_be_asked_from_both_ends(ask) -> None:
    out = ask('{ papers(where: {usesDataset: {is: "lidc"}}) { nodes { id } } }')["papers"]["nodes"]
    into = ask('{ dataset(name: "LIDC-IDRI") { usedBy { nodes { id } } } }')["dataset"]["usedBy"]["nodes"]

    assert out == into == [{"id": "paper/b"}, {"id": "paper/a"}]


def test_papers_of_a_concept_include_those_of_narrower_ones_unless_asked_exactly(ask) -> None:
    found = ask(
        """{ wide: papers(where: {targetsModality: {is: "CT"}}) { totalCount }
             exact: papers(where: {targetsModality: {exactly: "CT"}}) { totalCount }
             modality(name: "CT") { targetedByCount targetedBy { totalCount } narrower { name } broader { name } } }"""
    )

    assert (found["wide"]["totalCount"], found["exact"]["totalCount"]) == (2, 1)
    assert found["modality"]["targetedByCount"] == found["modality"]["targetedBy"]["totalCount"] == 2
    assert (names(found["modality"]["narrower"]), names(found["modality"]["broader"])) == (
        ["low-dose CT"],
        ["medical imaging"],
    )


def test_every_over_nothing_is_false(ask) -> None:
    found = ask('{ datasets(where: {usedBy: {every: {codeStatus: {ne: "nothing-like-it"}}}}) { nodes { name } } }'
                .replace("nothing-like-it", "none"))["datasets"]["nodes"]  # fmt: skip

    assert names(found) == ["LIDC-IDRI"], "MIMIC-CXR is used by no paper, so not by such papers only"


def test_none_takes_names_or_a_filter(ask) -> None:
    by_name = ask('{ papers(where: {targetsModality: {none: ["CT", "MRI"]}}) { nodes { id } } }')["papers"]["nodes"]
    by_filter = ask(
        "query ($y: Int) { datasets(where: {usedBy: {none: {year: {gte: $y}}}}) { nodes { name } } }", y=2022
    )["datasets"]["nodes"]

    assert by_name == [{"id": "paper/d"}, {"id": "paper/e"}]
    assert names(by_filter) == ["MIMIC-CXR"]


def test_counts_of_relations_filter_and_order(ask) -> None:
    found = ask(
        """{ methods(where: {usedBy: {count: {gte: 2}}}, orderBy: [{usedByCount: DESC}]) { nodes { name usedByCount } }
             many: datasets(where: {usedBy: {count: {gte: 1, where: {year: {lt: 2022}}}}}) { nodes { name } } }"""
    )

    assert found["methods"]["nodes"] == [{"name": "U-Net", "usedByCount": 3}]
    assert names(found["many"]["nodes"]) == ["LIDC-IDRI"]


def test_less_sure_edges_are_left_out_on_demand(ask) -> None:
    found = ask(
        """{ papers(where: {usesDataset: {is: "LIDC"}}, minConfidence: 0.5) { nodes { id } }
             dataset(name: "LIDC") { usedBy(minConfidence: 0.5) { totalCount } }
             paper(id: "paper/b") { usesDatasets(minConfidence: 0.5) { name }
                                      edges(minConfidence: 0.95) { relation } } }"""
    )

    assert found["papers"]["nodes"] == [{"id": "paper/a"}]
    assert found["dataset"]["usedBy"]["totalCount"] == 1
    assert found["paper"] == {"usesDatasets": [], "edges": [{"relation": "cites"}, {"relation": "creator"}]}


def test_pages_one_after_the_other_are_the_whole_list(ask) -> None:
    page = (
        "query ($after: String) { papers(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"
    )
    whole = [n["id"] for n in ask("{ papers(first: 100) { nodes { id } } }")["papers"]["nodes"]]
    seen: list[str] = []
    after = None
    while True:
        found = ask(page, after=after)["papers"]
        seen += [n["id"] for n in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break

    assert seen == whole and len(whole) == 5


def test_pages_can_be_asked_from_the_end(ask) -> None:
    found = ask(
        "{ papers(last: 2, orderBy: {title: ASC}) { nodes { title } pageInfo { hasPreviousPage startCursor } } }"
    )
    before = found["papers"]["pageInfo"]["startCursor"]
    back = ask(
        "query ($b: String) { papers(last: 2, before: $b, orderBy: {title: ASC}) { nodes { title } } }", b=before
    )

    assert [n["title"] for n in found["papers"]["nodes"]] == ["Nodules in CT", "Tumours in MRI"]
    assert [n["title"] for n in back["papers"]["nodes"]] == ["A survey", "Denoising of low-dose scans"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "4pyT", "YzE6bW9kYWxpdHkvY3Q"])
def test_a_cursor_of_elsewhere_is_an_error_in_plain_words(errors, cursor: str) -> None:
    (error,) = errors("query ($c: String) { papers(after: $c) { totalCount } }", c=cursor)

    assert error["extensions"]["code"] == "bad-cursor"


def test_an_unknown_name_is_an_error_that_names_the_nearest(errors) -> None:
    (label,) = errors('{ papers(where: {usesDataset: {is: "LIDCC"}}) { totalCount } }')
    (argument,) = errors('{ papers(where: {useDataset: {is: "LIDC"}}) { totalCount } }')
    (nested,) = errors('{ datasets { nodes { usedBy(where: {targetsModality: {is: "CTT"}}) { totalCount } } } }')

    assert "LIDC-IDRI" in label["message"] and label["extensions"]["code"] == "bad-filter"
    assert "usesDataset" in argument["message"] and argument["extensions"]["code"] == "bad-query"
    assert nested["path"] == ["datasets", "nodes", 0, "usedBy"]


def test_entities_are_found_by_id_and_by_any_name(ask) -> None:
    found = ask(
        """{ a: modality(id: "modality/ct") { id } b: modality(name: "ct SCAN") { id }
             gone: paper(id: "paper/none") { id } wrong: paper(id: "modality/ct") { id }
             node(id: "dataset/brats") { __typename id ... on Dataset { name } ... on Paper { title } }
             nodes(ids: ["paper/a", "paper/none", "modality/ct"]) { id ... on Entity { name iri } } }"""
    )

    assert found["a"] == found["b"] == {"id": "modality/ct"}
    assert found["gone"] is found["wrong"] is None
    assert found["node"] == {"__typename": "Dataset", "id": "dataset/brats", "name": "BraTS"}
    assert [n and n["id"] for n in found["nodes"]] == ["paper/a", None, "modality/ct"]


def test_search_forgives_typing_errors_and_says_what_it_found(ask) -> None:
    found = ask('{ search(text: "nodulnet") { totalCount nodes { __typename name } edges { score cursor } } }')[
        "search"
    ]

    assert {"__typename": "Method", "name": "NoduleNet"} in found["nodes"]


def test_facets_count_the_filtered_whole_and_can_leave_out_their_own_filter(ask) -> None:
    facets = ask(
        """{ papers(where: {targetsModality: {is: "MRI"}}, first: 1) { facets {
             modality { value { name } count } all: modality(ownFilter: false) { value { name } count }
             year { value count } author { value { name } count } } } }"""
    )["papers"]["facets"]

    assert {(f["value"]["name"], f["count"]) for f in facets["modality"]} == {
        ("magnetic resonance imaging", 1),
        ("medical imaging", 1),
    }
    assert ("computed tomography", 2) in {(f["value"]["name"], f["count"]) for f in facets["all"]}
    assert facets["year"] == [{"value": 2023, "count": 1}]


def test_facets_of_a_list_of_one_entity_count_that_list_alone(ask) -> None:
    query = """{ dataset(name: "LIDC") { usedBy(where: {targetsModality: {is: "LDCT"}}) { facets {
               modality { value { name } count } all: modality(ownFilter: false) { value { name } count } } } } }"""
    facets = ask(query)["dataset"]["usedBy"]["facets"]

    assert {f["count"] for f in facets["modality"]} == {1}
    assert ("computed tomography", 2) in {(f["value"]["name"], f["count"]) for f in facets["all"]}


def test_facets_of_what_is_no_paper_count_by_what_its_papers_have(ask) -> None:
    facets = ask(
        """{ methods { facets { modality { value { name } count } year { value count } } }
             people(where: {name: {eq: "Ada Lovelace"}}) { facets { dataset { value { name } count } } } }"""
    )

    # U-Net is used on CT (once at low dose) and on MRI, NoduleNet is proposed for CT.
    assert [(f["value"]["name"], f["count"]) for f in facets["methods"]["facets"]["modality"]] == [
        ("computed tomography", 2),
        ("medical imaging", 2),
        ("low-dose CT", 1),
        ("magnetic resonance imaging", 1),
    ]
    assert facets["methods"]["facets"]["year"] == [{"value": 2021, "count": 2}, {"value": 2023, "count": 1}]
    assert facets["people"]["facets"]["dataset"] == [{"value": {"name": "LIDC-IDRI"}, "count": 1}]


def test_a_place_on_a_list_says_why_it_is_there(ask) -> None:
    edges = ask(
        '{ modality(name: "CT") { targetedBy { edges { node { id } confidence source evidence { quote start } } } } }'
    )

    assert edges["modality"]["targetedBy"]["edges"] == [
        {
            "node": {"id": "paper/b"},
            "confidence": 0.6,
            "source": "rules@1",
            "evidence": [{"quote": "LDCT", "start": 11}],
        },
        {"node": {"id": "paper/a"}, "confidence": 0.9, "source": "rules@1", "evidence": [{"quote": "CT", "start": 19}]},
    ]


def test_co_used_entities_and_years_come_from_the_papers(ask) -> None:
    found = ask(
        """{ dataset(name: "LIDC") { firstYear lastYear coUsed(with: METHOD) { entity { name } count } }
             venue(name: "MICCAI") { firstYear publishes { totalCount } }
             results { nodes { metric number dataset { name } method { name } reportedBy { id } } } }"""
    )

    assert found["dataset"] == {
        "firstYear": 2021,
        "lastYear": 2023,
        "coUsed": [{"entity": {"name": "U-Net"}, "count": 2}],
    }
    assert found["venue"] == {"firstYear": 2021, "publishes": {"totalCount": 1}}
    assert found["results"]["nodes"] == [
        {"metric": "Dice", "number": 0.91, "dataset": {"name": "LIDC-IDRI"}, "method": {"name": "NoduleNet"},
         "reportedBy": {"id": "paper/a"}}
    ]  # fmt: skip


def test_stats_count_classes_and_relations(ask) -> None:
    stats = ask("{ stats { version papers datasets classes { name count } relations { name count } } }")["stats"]

    assert (stats["papers"], stats["datasets"]) == (5, 3)
    assert {"name": "usesDataset", "count": 3} in stats["relations"]
    assert stats["version"].startswith("000001-")


def test_changes_name_what_differs_from_an_earlier_state(tmp_path: Path, service: Service) -> None:
    publish(tmp_path)
    since = Graph.open(tmp_path).version
    fewer = [n for n in NODES if n.id not in ("paper/e", "paper/c")]
    publish(
        tmp_path,
        [
            *fewer,
            paper("c", "Tumours in MRI", 2024, "New."),
            paper("f", "New", 2025, "New.", edge("usesDataset", "dataset/brats")),
        ],
    )
    query = "query ($s: String!) { changes(since: $s) { totalCount nodes { kind id node { name } } } }"

    answer = orjson.loads(service.answer(Graph.open(tmp_path), Question(query, {"s": since})).body)

    assert [(c["kind"], c["id"]) for c in answer["data"]["changes"]["nodes"] if c["id"].startswith("paper/")] == [
        ("CHANGED", "paper/c"),
        ("REMOVED", "paper/e"),
        ("ADDED", "paper/f"),
    ]
    (error,) = orjson.loads(service.answer(Graph.open(tmp_path), Question(query, {"s": "000009-x"})).body)["errors"]
    assert error["extensions"]["code"] == "not-found" and since in error["message"]


def test_fragments_directives_and_repeated_fields_merge_as_the_specification_says(ask) -> None:
    query = """query ($yes: Boolean!, $no: Boolean!) {
        papers(first: 1) { ...Count nodes { id } nodes { title @include(if: $no) year @skip(if: $no) } ... @include(if: $yes) { pageInfo { hasNextPage } } } }
        fragment Count on PaperConnection { totalCount nodes { codeStatus } }"""  # noqa: E501

    assert ask(query, yes=True, no=False)["papers"] == {
        "totalCount": 5,
        "nodes": [{"codeStatus": "promised", "id": "paper/b", "year": 2023}],
        "pageInfo": {"hasNextPage": True},
    }
    assert "pageInfo" not in ask(query, yes=False, no=True)["papers"]


def test_the_sparql_that_means_the_same_comes_on_demand(graph: Graph, service: Service) -> None:
    answer = orjson.loads(service.answer(graph, Question(QUERY_1, explain=True)).body)

    assert answer["extensions"]["explain"]["papers"].lstrip().startswith(("SELECT", "PREFIX"))


NESTED = """{ papers(first: $n) { nodes { id title modalities { prefLabel }
    usesDatasets { name usedBy(first: 3) { totalCount nodes { tasks { prefLabel } } } } } } }"""


@pytest.mark.parametrize("query", [QUERY_1.replace("first: 20", "first: $n"), NESTED])
def test_a_larger_page_asks_the_index_no_more_often(
    graph: Graph, service: Service, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kg.index.columns import StringColumn
    from kg.index.csr import Csr

    calls: list[str] = []
    for cls, name in ((StringColumn, "cells"), (Csr, "places")):
        monkeypatch.setattr(cls, name, _counted(getattr(cls, name), calls))

    def asked(size: int) -> int:
        calls.clear()
        answer = service.answer(graph, Question("query ($n: Int!) " + query, {"n": size}))
        assert answer.clean
        return len(calls)

    assert asked(5) <= asked(2) <= 40


def _counted(function: Any, calls: list[str]) -> Any:
    def counted(*arguments: Any) -> Any:
        calls.append(function.__name__)
        return function(*arguments)

    return counted


def test_a_cursor_stays_good_in_the_next_state_as_long_as_its_entity_is_in_the_list(
    tmp_path: Path, service: Service
) -> None:
    publish(tmp_path)
    query = """query ($a: String) {
        papers(first: 1, after: $a, orderBy: {title: ASC}) { nodes { id } pageInfo { endCursor } } }"""
    first = orjson.loads(service.answer(Graph.open(tmp_path), Question(query)).body)["data"]["papers"]
    cursor = {"a": first["pageInfo"]["endCursor"]}

    publish(tmp_path, [*NODES, paper("f", "A new one that sorts behind", 2025, "New.")])
    kept = orjson.loads(service.answer(Graph.open(tmp_path), Question(query, cursor)).body)
    publish(tmp_path, [n for n in NODES if n.id != "paper/d"])
    gone = orjson.loads(service.answer(Graph.open(tmp_path), Question(query, cursor)).body)

    assert first["nodes"] == [{"id": "paper/d"}]
    assert kept["data"]["papers"]["nodes"] == [{"id": "paper/f"}]
    assert gone["errors"][0]["extensions"]["code"] == "bad-cursor" and "paper/d" in gone["errors"][0]["message"]
