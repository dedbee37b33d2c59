"""GraphQL over HTTP: content types, status codes, limits, hostile requests, the cache and the editor."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from fastapi.testclient import TestClient
from small_atlas import NODES, publish

from graphql_api.app import create_app
from kg.settings import Settings

RESPONSE_JSON = "application/graphql-response+json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def client(folder: Path) -> TestClient:
    return TestClient(create_app(Settings(store=str(folder), poll_s=0)), raise_server_exceptions=False)


def post(client: TestClient, query: Any, accept: str = RESPONSE_JSON, **more: Any) -> Any:
    return client.post("/graphql", json={"query": query, **more}, headers={"accept": accept})


def error_of(answer: Any) -> dict[str, Any]:
    return answer.json()["errors"][0]


def test_the_accept_header_decides_the_type_and_the_status_of_a_broken_request(client: TestClient) -> None:
    old, new = post(client, "{ nope }", "application/json"), post(client, "{ nope }")

    assert (old.status_code, old.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert (new.status_code, new.headers["content-type"]) == (400, f"{RESPONSE_JSON}; charset=utf-8")
    assert "data" not in old.json() and "data" not in new.json()
    assert error_of(new)["extensions"]["code"] == "bad-query"


def test_an_error_of_a_field_leaves_the_other_fields_alone(client: TestClient) -> None:
    answer = post(client, '{ stats { papers } paper(name: "no such title") { id } }')

    assert answer.status_code == 200
    assert answer.json()["data"] == {"stats": {"papers": 5}, "paper": None}
    assert error_of(answer)["path"] == ["paper"]


def test_a_field_that_must_not_be_null_takes_the_whole_answer_with_it(client: TestClient) -> None:
    many = '", "'.join(["paper/a"] * 101)
    answer = post(client, f'{{ stats {{ papers }} nodes(ids: ["{many}"]) {{ id }} }}')

    assert answer.json()["data"] is None and error_of(answer)["path"] == ["nodes"]


def test_get_asks_and_never_writes(client: TestClient) -> None:
    asked = client.get(
        "/graphql", params={"query": "query ($n: Int) { papers(first: $n) { nodes { id } } }", "variables": '{"n": 1}'}
    )
    wrote = client.get("/graphql", params={"query": "mutation { __typename }"}, headers={"accept": RESPONSE_JSON})

    assert len(asked.json()["data"]["papers"]["nodes"]) == 1
    assert wrote.status_code == 400 and "errors" in wrote.json()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_content_types_that_a_foreign_page_can_send_are_refused(client: TestClient, kind: str) -> None:
    answer = client.post("/graphql", content='{"query": "{ __typename }"}', headers={"content-type": kind})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"null", b"1", b'"x"', b"[]", b"[null]", b"{}", b"{", b"\xff\xfe", b'{"query": 1}', b'{"query": null}',
        b'{"query": ""}',
        b'{"query": "{ __typename }", "variables": 1}', b'{"query": "{ __typename }", "operationName": {}}',
        b'{"query": "{ __typename }", "extensions": {"persistedQuery": 1}}',
        b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"a": ' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}}",
        b'{"query": "' + b"{a" * 500 + b"}" * 500 + b'"}',
        b'{"query": "query ($a: PaperFilter) { papers(where: $a) { totalCount } }", "variables": {"a": '
        + b'{"not":' * 30 + b"{}" + b"}" * 30 + b"}}",
        b'{"query": "{ papers(where: {name: {eq: \\"\\ud800\\"}}) { totalCount } }"}',
    ],
)  # fmt: skip
def test_malformed_requests_are_the_askers_fault(client: TestClient, body: bytes) -> None:
    began = time.perf_counter()
    answer = client.post(
        "/graphql", content=body, headers={"content-type": "application/json", "accept": RESPONSE_JSON}
    )

    assert answer.status_code in (200, 400)
    assert "errors" in answer.json() and "internal-error" not in answer.text
    assert time.perf_counter() - began < 1


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/graphql", content=b" " * 200_000, headers={"content-type": "application/json"})

    assert answer.status_code == 413
    assert error_of(answer)["extensions"] == {
        "code": "limit-exceeded",
        "limit": "body",
        "value": 200000,
        "allowed": 100000,
    }


def _bomb(spreads: int, levels: int) -> str:
    parts = [f"fragment F{i} on Query {{ " + f"...F{i + 1} " * spreads + "}" for i in range(levels)]
    return "{ ...F0 } " + " ".join(parts) + f" fragment F{levels} on Query {{ __typename }}"


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ papers { nodes { " + "cites { " * 12 + "id " + "} " * 12 + "} } }", "depth"),
        ("{ papers(first: 100) " + "{ nodes { citedBy(first: 100) " * 2 + "{ nodes { id } }" + "} }" * 2 + "}", "cost"),
        ("{ " + " ".join(f"a{i}: stats {{ papers }}" for i in range(30)) + " }", "root_fields"),
        ("{ papers { nodes { " + " ".join(f"a{i}: id" for i in range(120)) + " } } }", "aliases"),
        ("{ __typename " + "@skip(if: false) " * 60 + "}", "directives"),
        ("{ papers { nodes { " + "id " * 3000 + "} } }", "tokens"),
        (" ".join(f"query Q{i} {{ __typename }}" for i in range(30)), "operations"),
        (_bomb(3, 24), "spreads"),
        ("{ __schema { types { " + " ".join(f"a{i}: fields {{ args {{ name }} }}" for i in range(98)) + "} } }",
         "introspection"),
    ],
)  # fmt: skip
def test_what_costs_too_much_is_refused_before_it_runs_and_says_by_how_much(
    client: TestClient, query: str, limit: str
) -> None:
    began = time.perf_counter()
    answer = post(client, query)

    assert time.perf_counter() - began < 1
    assert answer.status_code == 400
    error = next(e for e in answer.json()["errors"] if e["extensions"]["limit"] == limit)
    assert error["extensions"]["code"] == "limit-exceeded"
    assert error["extensions"]["value"] > error["extensions"]["allowed"]
    assert str(error["extensions"]["allowed"]) in error["message"]


def test_sizes_in_variables_count_like_those_in_the_text(client: TestClient) -> None:
    inner = "nodes { citedBy(first: $n) { nodes { citedBy(first: $n) { nodes { id } } } } }"
    query = f"query ($n: Int) {{ papers(first: $n) {{ {inner} }} }}"

    assert post(client, query, variables={"n": 3}).status_code == 200
    assert error_of(post(client, query, variables={"n": 100}))["extensions"]["limit"] == "cost"


def test_fragments_that_spread_each_other_cost_no_more_than_they_are_long(client: TestClient) -> None:
    began = time.perf_counter()
    nested = [f"fragment F{i} on Paper {{ id ...F{i + 1} ...F{i + 1} }}" for i in range(6)]
    answer = post(client, "{ papers { nodes { ...F0 } } } " + " ".join(nested) + " fragment F6 on Paper { title }")

    assert answer.status_code == 200 and len(answer.json()["data"]["papers"]["nodes"]) == 5
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("{ papers(first: 101) { totalCount } }", "1 more than the largest page of 100"),
        ("{ papers(first: -1) { totalCount } }", "must be 0 or more"),
        ("{ papers(where: {or: [" + '{title: {contains: "x"}}' * 40 + "]}) { totalCount } }", "400 conditions"),
        ('{ papers(where: {year: {eq: null}}) { totalCount } }', "null"),
    ],
)  # fmt: skip
def test_sizes_and_filters_that_are_too_large_say_so(client: TestClient, query: str, part: str) -> None:
    assert part in error_of(post(client, query))["message"]


def test_a_request_that_runs_too_long_ends_and_says_so(folder: Path) -> None:
    slow = TestClient(create_app(Settings(store=str(folder), graphql_timeout_s=1e-6)))

    answer = post(slow, "{ papers { nodes { id } } }")

    assert error_of(answer)["extensions"]["code"] == "limit-exceeded" and "longer than" in error_of(answer)["message"]


def test_unexpected_errors_are_masked(client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr("kg.query.graph.Graph.stats", lambda self: 1 / 0)
    answer = post(client, "{ stats { classes { name count } papers } }")

    assert error_of(answer)["extensions"]["code"] == "internal-error"
    assert "division" not in answer.text and "division" in caplog.text


def test_batches_answer_in_order_and_have_an_end(client: TestClient) -> None:
    body = [{"query": "{ stats { papers } }"}, {"query": "{ nope }"}]
    answer = client.post("/graphql", json=body)
    many = client.post("/graphql", json=body * 6)

    assert answer.json()[0]["data"] == {"stats": {"papers": 5}} and "errors" in answer.json()[1]
    assert many.status_code == 400 and error_of(many)["extensions"]["limit"] == "batch"


def test_persisted_queries_are_known_by_their_hash(client: TestClient) -> None:
    query = "query Persisted { stats { papers datasets } }"
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}}

    unknown = client.post("/graphql", json={"extensions": extensions})
    known = client.post("/graphql", json={"query": query, "extensions": extensions})
    again = client.get("/graphql", params={"extensions": json.dumps(extensions)})
    wrong = client.post("/graphql", json={"query": "{ __typename }", "extensions": extensions})

    assert error_of(unknown)["message"] == "PersistedQueryNotFound"
    assert known.json() == again.json() == {"data": {"stats": {"papers": 5, "datasets": 3}}}
    assert error_of(wrong)["extensions"]["code"] == "persisted-query-mismatch"


def test_ready_answers_are_those_of_the_current_state(tmp_path: Path) -> None:
    publish(tmp_path)
    client = TestClient(create_app(Settings(store=str(tmp_path), poll_s=0)))
    query = "{ papers { totalCount } }"

    first, again = post(client, query).json(), post(client, query).json()
    publish(tmp_path, [n for n in NODES if n.id != "paper/e"])
    newer = post(client, query).json()

    assert first == again == {"data": {"papers": {"totalCount": 5}}}
    assert newer == {"data": {"papers": {"totalCount": 4}}}


def test_explain_is_asked_for_by_a_header_or_by_the_request(client: TestClient) -> None:
    query = '{ papers(where: {targetsModality: {is: "CT"}}) { totalCount } }'

    header = client.post("/graphql", json={"query": query}, headers={"x-explain": "true"}).json()
    request = post(client, query, extensions={"explain": True}).json()

    assert header["extensions"]["explain"]["papers"] == request["extensions"]["explain"]["papers"]
    assert "extensions" not in post(client, query).json()


def test_browsers_get_an_editor_that_asks_nobody_else(client: TestClient) -> None:
    page = client.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
    for file in re.findall(r'(?:src|href)="(static/[^"]+)"', page.text):
        assert client.get(f"/{file}").status_code == 200, file


def test_the_vendored_files_are_those_of_the_manifest() -> None:
    vendor = ROOT / "graphql_api" / "pages" / "static" / "vendor"
    for package in json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))["packages"]:
        assert package["licence"] and package["version"]
        for file, digest in package["sha256"].items():
            assert hashlib.sha256((vendor / file).read_bytes()).hexdigest() == digest, file


def test_the_editors_example_queries_run(client: TestClient) -> None:
    examples = json.loads((ROOT / "graphql_api/pages/static/graphiql-examples.json").read_text(encoding="utf-8"))

    for example in examples:
        answer = post(client, example["query"], variables=example.get("variables", {})).json()
        assert "errors" not in answer, (example["title"], answer)


def test_the_command_line_answers_the_same(folder: Path, kg: Any) -> None:
    query = "query ($m: String!) { modality(name: $m) { id } }"
    done = kg("graphql", query, "--variables", '{"m": "CT"}', "--store", str(folder))
    failed = kg("graphql", "-", "--store", str(folder), input='{ dataset(name: "LIDCC") { id } }')
    wrong = kg("graphql", query, "--variables", "[", "--store", str(folder))

    assert json.loads(done.stdout) == {"data": {"modality": {"id": "modality/ct"}}}
    assert (done.returncode, failed.returncode, wrong.returncode) == (0, 1, 2)
    assert "Did you mean" in json.loads(failed.stdout)["errors"][0]["message"]


def test_health_names_the_state_and_metrics_count_requests_by_route(client: TestClient) -> None:
    post(client, "{ stats { papers } }")
    health, metrics = client.get("/health").json(), client.get("/metrics")

    assert health["status"] == "ok" and health["version"].startswith("000001-") and health["counts"]["Paper"] == 5
    assert 'paperatlas_request_seconds_count{route="graphql",status="200"}' in metrics.text
    assert 'paperatlas_entities{class_name="Paper"} 5.0' in metrics.text


def test_a_server_without_a_graph_says_what_to_do(tmp_path: Path) -> None:
    empty = TestClient(create_app(Settings(store=str(tmp_path))))

    assert empty.get("/health").status_code == 404
    assert "kg load" in error_of(post(empty, "{ stats { papers } }"))["message"]
