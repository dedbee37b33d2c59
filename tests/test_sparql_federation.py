"""No spelling of SERVICE gets past the check, and no query without one is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from kg.sparql.federation import check_services
from schema.errors import BadQuery


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, list[int]]]:
    """An address on loopback and a list that grows with each connection to it."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    met: list[int] = []
    done = threading.Event()

    def accept() -> None:
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            met.append(1)
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/", met
    done.set()
    thread.join()
    server.close()


REACHING = (
    "SELECT * { SERVICE <@> { ?s ?p ?o } }",
    "SELECT * { service<@>{ ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<@>{ ?s ?p ?o } }",
    "SELECT * { SERVICE # a comment }\n SILENT # { another\r\n <@> # >\n { ?s ?p ?o } }",
    "PREFIX x: <@> SELECT * { SERVICE x:y { ?s ?p ?o } }",
    "PREFIX : <@> SELECT * { SERVICE:y{ ?s ?p ?o } }",
    "PREFIX service: <@> SELECT * { SERVICE service:\\(y { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { <@> } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { BIND(1 AS ?a) { SELECT * { FILTER EXISTS { SERVICE <@> { ?s ?p ?o } } } } }",
    "SELECT * { { ?a ?b ?c } UNION { OPTIONAL { SERVICE <@> { ?s ?p ?o } } } }",
    "SELECT (EXISTS { SERVICE <@> { ?s ?p ?o } } AS ?x) {}",
    "ASK { FILTER(1<2)SERVICE<@>{ ?s ?p ?o } }",
    # `<` is read as less-than here, so that what looks like an IRI holds the keyword.
    "SELECT * { BIND(1 AS ?a) BIND(<@> AS ?x) FILTER(?a<?a || true)SERVICE?x#>\n{ ?s ?p ?o } }",
    "SELECT * { # a comment that ends with a carriage return\rSERVICE <@> { ?s ?p ?o } }",
    "SELECT * { ?a ?b 'it\\'s' . SERVICE <@> { ?s ?p ?o } }",
    "SELECT * { ?a ?b '''x ' y''' . SERVICE <@> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <@> { ?s ?p ?o } }",
    "SELECT * { ?a ?b 1SERVICE <@> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <@> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <@> { ?s ?p ?o } }",
    "SELECT * { LATERAL { SERVICE <@> { ?s ?p ?o } } }",
)

PLAIN = (
    "SELECT ?service { ?service ?p ?o }",
    "SELECT * { ?s <http://example.org/SERVICE> 'SERVICE' }",
    "PREFIX service: <http://example.org/> SELECT * { ?s service:offers ?o }",
    "SELECT * { ?s rdfs:label ?l . FILTER(CONTAINS(?l, 'service { } <x>')) } # a service",
    "SELECT * { ?s rdfs:label 'SERVICE <http://x/> { ?s ?p ?o }' }",
)


@pytest.mark.parametrize("query", REACHING)
def test_a_query_that_reaches_out_is_refused(query: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE"):
        check_services(query.replace("@", "http://127.0.0.1:9999/"))


@pytest.mark.parametrize("query", PLAIN)
def test_a_query_that_only_speaks_of_services_is_taken(query: str) -> None:
    check_services(query)


@pytest.mark.parametrize("query", [q for q in REACHING if "u0053" not in q and "?x" not in q])
def test_the_refused_spellings_are_not_harmless(query: str, listener: tuple[str, list[int]]) -> None:
    """The engine itself does go out for nearly all of them: otherwise this list would prove nothing."""
    address, met = listener
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://s"), ox.NamedNode("http://p"), ox.Literal(1)))
    try:
        result = store.query(query.replace("@", address), prefixes={"rdfs": "http://x/"})
        if not isinstance(result, ox.QueryBoolean):
            list(result)
    except (OSError, SyntaxError):
        pass

    if "?a ?b" not in query:  # joined with nothing, these never get so far
        assert met, query
    met.clear()


def test_allowed_endpoints_may_be_asked_and_no_others() -> None:
    allowed = ("https://query.example.org/sparql",)
    check_services("SELECT * { SERVICE <https://query.example.org/sparql> { ?s ?p ?o } }", allowed)

    for other in ("<https://query.example.org/sparql/>", "<http://127.0.0.1/>", "?x"):
        with pytest.raises(BadQuery):
            check_services(f"SELECT * {{ SERVICE {other} {{ ?s ?p ?o }} }}", allowed)


def test_a_query_that_the_second_parser_does_not_know_is_refused_when_it_may_reach_out() -> None:
    with pytest.raises(BadQuery, match="could not be looked through"):
        check_services("SELECT * { LATERAL { SERVICE <https://a/> { ?s ?p ?o } } }", ("https://a/",))
