"""The clients that people have, against a real server: SPARQLWrapper, rdflib, Comunica and what it is built on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import rdflib
from conftest import ROOT, require_or_skip
from live_server import Server
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed
from test_store_remote import _free_ports, _started

from schema.ids import DEFAULT_BASE
from schema.vocabulary import expand

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of rdflib's and SPARQLWrapper's own making
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:.*Sending Accept header.*:RuntimeWarning"),
]
TITLES = "SELECT ?p ?title { ?p a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
EVIDENCE = f"{DEFAULT_BASE}graph/evidence"


@pytest.fixture(scope="module")
def endpoint(small_atlas: Path) -> Iterator[str]:
    server = Server(small_atlas)
    yield f"{server.url}/sparql"
    server.stop()


@pytest.fixture(scope="module")
def other_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Somebody else's endpoint, which knows when a paper was read."""
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    require_or_skip(program, "oxigraph (the server, from PyPI)")
    (port,) = _free_ports(1)
    url = f"http://127.0.0.1:{port}"
    process = _started([str(program), "serve", "--bind", f"127.0.0.1:{port}"], tmp_path_factory.mktemp("ox"), url)
    triple = f'<{DEFAULT_BASE}paper/a> <http://example.org/readOn> "2026-01-02" .'
    httpx.post(f"{url}/store?default", content=triple, headers={"content-type": "application/n-triples"})
    yield f"{url}/query"
    process.terminate()
    process.wait()


def _wrapped(endpoint: str, query: str, format: str, method: str = "GET", request: str = "") -> SPARQLWrapper:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(query)
    wrapper.setReturnFormat(format)
    wrapper.setMethod(method)
    if request:
        wrapper.setRequestMethod(request)
    return wrapper


@pytest.mark.parametrize(("method", "request_"), [("GET", ""), (POST, ""), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_asks_in_every_way(endpoint: str, method: str, request_: str) -> None:
    rows = _wrapped(endpoint, TITLES, JSON, method, request_).queryAndConvert()

    assert len(rows["results"]["bindings"]) == 3
    assert _wrapped(endpoint, "ASK {}", JSON, method, request_).queryAndConvert()["boolean"] is True


@pytest.mark.parametrize("format", [XML, CSV, TSV])
def test_sparqlwrapper_reads_every_format_of_rows(endpoint: str, format: str) -> None:
    answer = _wrapped(endpoint, TITLES, format).queryAndConvert()

    text = answer.toxml() if format == XML else answer.decode()
    assert "Nodules in CT" in text


@pytest.mark.parametrize("format", [TURTLE, RDFXML, XML, JSONLD])
def test_sparqlwrapper_reads_every_format_of_triples(endpoint: str, format: str) -> None:
    answer = _wrapped(endpoint, "CONSTRUCT WHERE { ?p a kg:Paper }", format).queryAndConvert()
    if isinstance(answer, bytes):
        answer = rdflib.Graph().parse(data=answer, format="turtle")

    assert len(answer) == 3


def test_sparqlwrapper_chooses_graphs_and_is_told_of_mistakes(endpoint: str) -> None:
    wrapper = _wrapped(endpoint, "ASK { ?a kg:confidence ?c }", JSON)
    assert wrapper.queryAndConvert()["boolean"] is False
    wrapper.addDefaultGraph(EVIDENCE)
    assert wrapper.queryAndConvert()["boolean"] is True
    with pytest.raises(QueryBadFormed):
        _wrapped(endpoint, "SELECT", JSON).query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format", ["xml", "json"])
def test_rdflib_reads_the_endpoint_as_a_graph(endpoint: str, method: str, format: str) -> None:
    store = SPARQLStore(endpoint, method=method, returnFormat=format)
    graph = rdflib.Graph(store)
    paper = rdflib.URIRef(DEFAULT_BASE + "paper/a")

    assert len([*graph.query("SELECT ?p { ?p a kg:Paper }", initNs={"kg": expand("kg:x")[:-1]})]) == 3
    assert str(graph.value(paper, rdflib.DCTERMS.title)) == "Nodules in CT"
    assert (paper, rdflib.RDF.type, rdflib.URIRef(expand("kg:Paper"))) in graph


@pytest.fixture(scope="module")
def node(program: Callable[[str], str]) -> Callable[..., object]:
    folder = ROOT / "tests" / "clients"
    require_or_skip((folder / "node_modules" / "@comunica").is_dir(), "Comunica (npm install in tests/clients)")

    def run(*arguments: str) -> object:
        command = [program("node"), "sparql.mjs", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_comunica_asks_finds_out_what_we_are_and_joins_us_with_another(
    node: Callable[..., dict[str, object]], endpoint: str, other_endpoint: str
) -> None:
    found = node(endpoint, other_endpoint)

    assert found["titles"] == 3
    assert found["ask"] is True
    assert found["triples"] == 3
    assert found["joined"] == ["Nodules in CT 2026-01-02"], "two sources"
    assert found["service"] == ["Nodules in CT 2026-01-02"], "SERVICE on the client's side"
    assert found["fetched"] == 3
    assert found["error"], "a mistake is told"
