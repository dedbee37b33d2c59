"""Leaderboards in GraphQL are those of Python, with entities to go on from."""

import json

import pytest
from fastapi.testclient import TestClient

import kg
from graphql_api.app import create_app
from kg.analysis import leaderboards
from kg.settings import Settings

QUERY = """query ($metric: String) { leaderboards(metric: $metric, first: 100, unplaced: true) {
  task { id } dataset { id } metric { name better unit } entryCount
  entries(first: 50) {
    rank value printed result { id } paper { id title } method { id name } assumed confidence quote } } }"""


@pytest.fixture(scope="module")
def ask(listing_atlas):
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as client:

        def asked(query, **variables):
            answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
            assert "errors" not in answer, json.dumps(answer["errors"])[:500]
            return answer["data"]

        yield asked


def test_graphql_gives_the_tables_of_python(ask, listing_atlas):
    tables = leaderboards(kg.open(listing_atlas).graph, unplaced=True)

    found = ask(QUERY)["leaderboards"]

    assert len(found) == len(tables) > 0 and max(len(t.entries) for t in tables) <= 50
    for one, other in zip(found, tables, strict=True):
        assert (one["metric"]["name"], one["entryCount"]) == (other.metric.name, len(other.entries))
        assert (one["dataset"] or {}).get("id") == other.dataset and (one["task"] or {}).get("id") == other.task
        assert [(e["rank"], e["value"], e["paper"]["id"], e["result"]["id"], e["quote"]) for e in one["entries"]] == [
            (e.rank, e.value, e.paper_id, e.result_id, e.quote) for e in other.entries
        ]
        assert [(e["method"] or {}).get("name") for e in one["entries"]] == [e.method for e in other.entries]


def test_a_metric_is_asked_in_any_spelling(ask):
    found = ask(QUERY, metric="Accuracy")["leaderboards"]

    assert {t["metric"]["name"] for t in found} == {"accuracy"}
    assert {t["metric"]["better"] for t in found} == {"HIGHER"}
