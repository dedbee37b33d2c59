"""Every IRI of ours answers in the format that is asked for, and all formats say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from fastapi.testclient import TestClient
from rdflib.compare import isomorphic

from graphql_api.app import create_app
from kg.settings import Settings
from schema.ids import DEFAULT_BASE
from schema.vocabulary import expand

# rdflib's own JSON-LD parser uses a class that rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

TYPES = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml")
SUFFIXES = {"ttl": TYPES[0], "jsonld": TYPES[1], "nt": TYPES[2], "rdf": TYPES[3]}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAPER = "/paper/a"
ADDRESSES = (PAPER, "/modality/ct", "/dataset/lidc", "/ns", "/.well-known/void", "/ns/0.1.0", "/shapes")


@pytest.fixture(scope="module")
def client(small_atlas: Path) -> Iterator[TestClient]:
    settings = Settings(store=str(small_atlas), data_license="https://creativecommons.org/publicdomain/zero/1.0/")
    with TestClient(create_app(settings)) as made:
        yield made


def parsed(text: str, media_type: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format=media_type)


@pytest.mark.parametrize("address", ADDRESSES)
def test_all_formats_hold_the_same_graph(client: TestClient, address: str) -> None:
    graphs = []
    for media_type in TYPES:
        response = client.get(address, headers={"accept": media_type})
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith(media_type)
        graphs.append(parsed(response.text, media_type))

    assert len(graphs[0]) > 3
    assert all(isomorphic(graphs[0], g) for g in graphs[1:])


@pytest.mark.parametrize("address", ADDRESSES)
def test_documents_at_their_own_address_pass_over_accept(client: TestClient, address: str) -> None:
    for suffix, media_type in SUFFIXES.items():
        response = client.get(f"{address}.{suffix}", headers={"accept": "image/png"})
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith(media_type)
        assert "vary" not in response.headers or "accept" not in response.headers["vary"].lower().split(", ")
    assert client.get(f"{address}.html").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "text/turtle"),
        (BROWSER, "text/html"),
        ("text/html", "text/html"),
        ("text/turtle;q=0.3, application/ld+json;q=0.7", "application/ld+json"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("text/turtle;q=0, */*", "application/ld+json"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#flattened"', "application/ld+json"),
        ("application/json", "application/ld+json"),
    ],
)
def test_the_client_chooses(client: TestClient, address: str, accept: str, expected: str) -> None:
    response = client.get(address, headers={"accept": accept})

    assert response.status_code == 200
    assert response.headers["content-type"].startswith(expected)
    assert "charset=utf-8" in response.headers["content-type"] or not expected.startswith("text/")
    assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_tags_alternates_and_methods(client: TestClient, address: str) -> None:
    tags = set()
    for media_type in (*TYPES, "text/html"):
        got = client.get(address, headers={"accept": media_type})
        head = client.head(address, headers={"accept": media_type})
        again = client.get(address, headers={"accept": media_type, "if-none-match": got.headers["etag"]})
        tags.add(got.headers["etag"])
        assert head.status_code == 200 and head.content == b""
        assert head.headers["etag"] == got.headers["etag"]
        assert head.headers["content-type"] == got.headers["content-type"]
        assert again.status_code == 304 and "Accept" in again.headers["vary"]

    assert len(tags) == 5
    for suffix, media_type in SUFFIXES.items():
        assert f'<{address}.{suffix}>; rel="alternate"; type="{media_type}"' in got.headers["link"]
    refused = client.post(address)
    assert refused.status_code == 405 and "GET" in refused.headers["allow"]
    assert client.get(address, headers={"accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("accept", [*TYPES, "text/html", "*/*"])
@pytest.mark.parametrize("address", ["/paper/none", "/nothing/ct", "/ns/9.9.9", "/paper/none.ttl", "/ns.exe"])
def test_what_is_not_there_is_not_there_in_any_format(client: TestClient, address: str, accept: str) -> None:
    assert client.get(address, headers={"accept": accept}).status_code == 404


def test_a_paper_is_about_its_own_iri_with_evidence_labels_and_dataset(client: TestClient) -> None:
    graph = parsed(client.get(PAPER + ".ttl").text, "turtle")
    paper = rdflib.URIRef(DEFAULT_BASE + "paper/a")
    ct = rdflib.URIRef(DEFAULT_BASE + "modality/ct")

    assert (paper, rdflib.RDF.type, rdflib.URIRef(expand("kg:Paper"))) in graph
    assert (paper, rdflib.URIRef(expand("kg:targetsModality")), ct) in graph
    assert (ct, rdflib.RDFS.label, rdflib.Literal("computed tomography")) in graph
    assert any(graph.triples((None, rdflib.RDF.object, ct)))
    assert any(graph.objects(paper, rdflib.URIRef(expand("void:inDataset"))))


def test_json_ld_needs_nobody_else(client: TestClient) -> None:
    document = client.get(PAPER + ".jsonld").json()
    context = client.get("/context.jsonld")

    assert isinstance(document["@context"], dict)
    paper = next(n for n in document["@graph"] if n["@id"] == DEFAULT_BASE + "paper/a")
    assert paper["title"] == "Nodules in CT" and paper["usesDataset"] == DEFAULT_BASE + "dataset/lidc"
    assert context.headers["content-type"].startswith("application/ld+json")
    assert json.loads(context.text)["@context"]["usesDataset"]["@id"] == expand("kg:usesDataset")


def test_a_page_shows_markup_of_a_source_as_text(client: TestClient) -> None:
    page = client.get("/paper/b", headers={"accept": "text/html"}).text
    plain = client.get("/shapes", headers={"accept": "text/html"}).text

    assert '"quoted"' not in page.partition("<script")[0] and '<html lang="en">' in page
    assert "FILTER((?value = &quot;released&quot;)" in plain and '<html lang="en">' in plain


def test_browsers_of_other_sites_may_read(client: TestClient) -> None:
    response = client.get(PAPER, headers={"origin": "https://example.org", "accept": "text/turtle"})

    assert response.headers["access-control-allow-origin"] == "*"
