"""`/sparql` as the SPARQL 1.1 Protocol wants it: the requests of the W3C's list that concern queries, and more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from graphql_api.app import create_app
from kg.settings import Settings
from schema.ids import DEFAULT_BASE

EVIDENCE = f"{DEFAULT_BASE}graph/evidence"
PROVENANCE = f"{DEFAULT_BASE}graph/provenance"
ASK = "ASK { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
CONFIDENT = "ASK { ?s kg:confidence ?o }"
"""True in the evidence graph only: no subject of it stands in another graph."""
SOURCED = "ASK { ?s dcterms:source ?o }"
"""True in the provenance graph only."""


@pytest.fixture(scope="module")
def client(small_atlas: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(small_atlas), sparql_timeout_s=30))) as made:
        yield made


def _answer(response: object) -> bool:
    assert response.status_code == 200, response.text  # type: ignore[attr-defined]
    return bool(response.json()["boolean"])  # type: ignore[attr-defined]


# The requests of the W3C's protocol tests that concern queries: what is sent, and whether it is right.


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, urlencode({"query": ASK})),
        (QUERY, ASK),
        (f"{QUERY}; charset=utf-8", ASK),
        (f"{FORM};charset=UTF-8", urlencode({"query": ASK})),
    ],
)
def test_a_query_is_posted_in_both_forms(client: TestClient, content_type: str, body: str) -> None:
    assert _answer(client.post("/sparql", content=body, headers={"content-type": content_type}))


def test_a_query_is_sent_by_get(client: TestClient) -> None:
    assert _answer(client.get("/sparql", params={"query": ASK}))


@pytest.mark.parametrize("verb", ["get", "direct", "form"])
@pytest.mark.parametrize(
    ("default", "named", "query", "expected"),
    [
        ([EVIDENCE], [], CONFIDENT, True),
        ([PROVENANCE], [], CONFIDENT, False),
        ([EVIDENCE, PROVENANCE], [], "ASK { ?a kg:confidence ?b . ?c dcterms:source ?d }", True),
        ([EVIDENCE], [], "ASK { ?s a kg:Paper }", False),
        ([EVIDENCE], [], "ASK { GRAPH ?g { ?s ?p ?o } }", False),
        ([], [EVIDENCE], "ASK { GRAPH ?g { ?s kg:confidence ?o } }", True),
        ([], [PROVENANCE], "ASK { GRAPH ?g { ?s kg:confidence ?o } }", False),
        ([], [EVIDENCE], ASK, False),
        ([], [EVIDENCE, PROVENANCE], "ASK { GRAPH ?a { ?b kg:passage ?c } GRAPH ?d { ?e dcterms:source ?f } }", True),
        ([PROVENANCE], [EVIDENCE], "ASK { ?a dcterms:source ?b . GRAPH ?g { ?c kg:confidence ?d } }", True),
        ([PROVENANCE], [EVIDENCE], "ASK { GRAPH ?g { ?a dcterms:source ?b } }", False),
        # The protocol's dataset wins over the query's own.
        ([PROVENANCE], [], f"ASK FROM <{EVIDENCE}> {{ ?s kg:confidence ?o }}", False),
        (["http://example.org/nowhere"], [], ASK, False),
        ([], [], f"ASK FROM <{EVIDENCE}> {{ ?s kg:confidence ?o }}", True),
        ([], [], f"ASK FROM NAMED <{PROVENANCE}> {{ GRAPH ?g {{ ?s kg:confidence ?o }} }}", False),
        ([], [], CONFIDENT, False),
        ([], [], f"ASK {{ GRAPH <{EVIDENCE}> {{ ?s kg:confidence ?o }} }}", True),
    ],
)  # fmt: skip
def test_the_dataset_of_the_protocol_is_what_the_query_sees(
    client: TestClient, verb: str, default: list[str], named: list[str], query: str, expected: bool
) -> None:
    graphs = [("default-graph-uri", g) for g in default] + [("named-graph-uri", g) for g in named]
    if verb == "get":
        response = client.get(f"/sparql?{urlencode([('query', query), *graphs])}")
    elif verb == "form":
        content = urlencode([("query", query), *graphs])
        response = client.post("/sparql", content=content, headers={"content-type": FORM})
    else:
        response = client.post(f"/sparql?{urlencode(graphs)}", content=query, headers={"content-type": QUERY})

    assert _answer(response) is expected


@pytest.mark.parametrize(
    ("method", "path", "content", "content_type", "status"),
    [
        ("GET", f"/sparql?query={quote(ASK)}&query={quote(ASK)}", None, None, 400),
        ("GET", f"/sparql?query={quote('ASK { ?s ?p }')}", None, None, 400),
        ("GET", "/sparql?query=", None, None, 400),
        ("GET", "/sparql?query=%FF%FE", None, None, 400),
        ("GET", f"/sparql?update={quote('CLEAR ALL')}", None, None, 400),
        ("GET", f"/sparql?query={quote('CLEAR ALL')}", None, None, 400),
        ("GET", f"/sparql?query={quote(ASK)}&default-graph-uri=relative", None, None, 400),
        ("PUT", f"/sparql?query={quote(ASK)}", None, None, 405),
        ("DELETE", "/sparql", None, None, 405),
        ("PATCH", "/sparql", None, None, 405),
        ("POST", "/sparql", ASK, "text/plain", 415),
        ("POST", "/sparql", ASK, None, 415),
        ("POST", "/sparql", "CLEAR ALL", "application/sparql-update", 415),
        ("POST", "/sparql", "CLEAR ALL", QUERY, 400),
        ("POST", "/sparql", urlencode([("query", ASK), ("query", ASK)]), FORM, 400),
        ("POST", "/sparql", urlencode({"update": "CLEAR ALL"}), FORM, 400),
        ("POST", "/sparql", "", FORM, 400),
        ("POST", "/sparql", "", QUERY, 400),
        ("POST", f"/sparql?query={quote(ASK)}", ASK, QUERY, 400),
        ("POST", "/sparql", ASK.encode("utf-16"), QUERY, 400),
        ("POST", "/sparql", ASK, f"{QUERY}; charset=utf-16", 400),
        ("POST", "/sparql", b"query=%FF", FORM, 400),
        ("POST", "/sparql", " " * (1 << 21), QUERY, 413),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_what_is_wrong(
    client: TestClient, method: str, path: str, content: str | bytes | None, content_type: str | None, status: int
) -> None:
    headers = {"content-type": content_type} if content_type else {}

    response = client.request(method, path, content=content, headers=headers)

    assert response.status_code == status, response.text
    assert len(response.text) > 10
    if status == 405:
        assert "GET" in response.headers["allow"] and "POST" in response.headers["allow"]


def test_a_query_that_does_not_parse_gets_the_place_and_the_line(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": "SELECT *\nWHERE { ?s ?p }"})

    assert response.status_code == 400
    assert "2:" in response.json()["detail"] and "WHERE { ?s ?p }" in response.json()["detail"]


def test_an_undeclared_prefix_is_named_with_the_nearest(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": "SELECT * { ?s dcterm:title ?o }"})

    assert response.status_code == 400
    assert "'dcterm'" in response.json()["detail"] and "dcterms" in response.json()["detail"]


def test_relative_iris_resolve_against_the_endpoint(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": "SELECT (<there> AS ?x) {}", "format": "csv"})

    assert response.text.split() == ["x", "http://testserver/there"]


# Formats.

SELECT = "SELECT ?title { ?p a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
CONSTRUCT = "CONSTRUCT { ?p a kg:Paper } WHERE { ?p a kg:Paper }"


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (SELECT, None, "application/sparql-results+json"),
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/json", "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/turtle, application/sparql-results+xml;q=0.2", "application/sparql-results+xml"),
        (SELECT, "text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        (SELECT, "application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
        (ASK, "application/sparql-results+xml", "application/sparql-results+xml"),
        (CONSTRUCT, None, "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples; charset=utf-8"),
        (CONSTRUCT, "application/n-quads", "application/n-quads"),
        (CONSTRUCT, "application/trig", "application/trig"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
    ],
)
def test_the_format_is_what_the_client_prefers(
    client: TestClient, query: str, accept: str | None, content_type: str
) -> None:
    response = client.get(
        "/sparql", params={"query": query}, headers={"accept": accept} if accept else {"accept": "*/*"}
    )

    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == content_type
    assert "accept" in response.headers["vary"].lower()
    if query is SELECT:
        reader = ox.QueryResultsFormat.from_media_type(content_type)
        if reader and reader != ox.QueryResultsFormat.CSV:
            rows = ox.parse_query_results(response.content, reader)
            assert len(list(rows)) == 3  # type: ignore[arg-type]
    if query is CONSTRUCT:
        assert len(list(ox.parse(response.content, ox.RdfFormat.from_media_type(content_type)))) == 3


@pytest.mark.parametrize(
    ("query", "accept"), [(SELECT, "text/turtle"), (CONSTRUCT, "text/csv"), (SELECT, "image/png"), (ASK, "*/*;q=0")]
)
def test_a_format_that_cannot_be_is_refused_with_those_that_can(client: TestClient, query: str, accept: str) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"accept": accept})

    assert response.status_code == 406
    assert "text/" in response.json()["detail"]


def test_the_format_may_stand_in_the_address(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": SELECT, "format": "csv"})

    assert response.headers["content-type"].startswith("text/csv")
    assert response.text.splitlines()[0] == "title"


def test_a_value_with_quotes_lines_and_scripts_survives_every_format(client: TestClient) -> None:
    for name in ("json", "xml", "tsv"):
        response = client.get("/sparql", params={"query": SELECT, "format": name})
        reader = ox.QueryResultsFormat.from_media_type(response.headers["content-type"])
        rows = ox.parse_query_results(response.content, reader)
        assert 'Low doses, "quoted"\nand split' in [r["title"].value for r in rows]  # type: ignore[union-attr]


# Headers and methods.


def test_head_answers_like_get_without_a_body(client: TestClient) -> None:
    got = client.get("/sparql", params={"query": SELECT})
    head = client.head("/sparql", params={"query": SELECT})

    assert head.status_code == 200 and head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["etag"] == got.headers["etag"]


def test_an_answer_that_the_client_holds_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/sparql", params={"query": SELECT})
    again = client.get("/sparql", params={"query": SELECT}, headers={"if-none-match": first.headers["etag"]})
    other = client.get(
        "/sparql", params={"query": SELECT}, headers={"if-none-match": first.headers["etag"], "accept": "text/csv"}
    )

    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)
    assert again.headers["etag"] == first.headers["etag"] and "vary" in again.headers


def test_an_answer_that_changes_by_itself_has_no_tag(client: TestClient) -> None:
    assert "etag" not in client.get("/sparql", params={"query": "SELECT (NOW() AS ?x) {}"}).headers


def test_options_tells_what_is_taken_and_a_browser_may_post(client: TestClient) -> None:
    plain = client.options("/sparql")
    preflight = client.options(
        "/sparql",
        headers={
            "origin": "https://example.org",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )
    got = client.get("/sparql", params={"query": ASK}, headers={"origin": "https://example.org"})

    assert plain.status_code < 300 and "POST" in plain.headers["allow"]
    assert preflight.status_code < 300 and "content-type" in preflight.headers["access-control-allow-headers"].lower()
    assert got.headers["access-control-allow-origin"] == "*"


# The service description.


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"]
)
def test_without_a_query_the_service_describes_itself(client: TestClient, accept: str) -> None:
    response = client.get("/sparql", headers={"accept": accept})

    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    store = ox.Store()
    store.load(response.content, ox.RdfFormat.from_media_type(accept))
    found = store.query(
        "ASK { ?s a sd:Service ; sd:endpoint <http://testserver/sparql> ; sd:supportedLanguage sd:SPARQL11Query ;"
        " sd:resultFormat ?f ; sd:defaultDataset ?d . ?d sd:defaultGraph/void:entities ?n ;"
        f" sd:namedGraph/sd:name <{EVIDENCE}> . FILTER(?n = 9) }}",
        prefixes={"sd": "http://www.w3.org/ns/sparql-service-description#", "void": "http://rdfs.org/ns/void#"},
    )
    assert bool(found)


def test_a_description_in_an_unknown_format_is_refused(client: TestClient) -> None:
    assert client.get("/sparql", headers={"accept": "image/png"}).status_code == 406


# What is not taken.


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE SILENT ?x { ?s ?p ?o } } }",
    ],
)
def test_other_endpoints_are_not_asked(client: TestClient, query: str) -> None:
    response = client.get("/sparql", params={"query": query})

    assert response.status_code == 400
    assert "SERVICE" in response.json()["detail"]


def test_an_answer_is_json_that_names_its_columns_in_order(client: TestClient) -> None:
    response = client.get(
        "/sparql", params={"query": "SELECT ?title ?year { ?p kg:year ?year ; dcterms:title ?title }"}
    )

    assert json.loads(response.content)["head"]["vars"] == ["title", "year"]
