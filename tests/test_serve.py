"""`kg serve` as a user starts it: a real process, a real client, a new snapshot taken up without a restart."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from live_server import WAIT_S, Server

from kg.load import load
from schema.paper import Paper


@pytest.fixture(scope="module")
def server(listing_atlas: Path) -> Iterator[Server]:
    running = Server(listing_atlas)
    yield running
    running.stop()


def test_sparqlwrapper_gets_the_papers_on_ct_that_release_code(server: Server) -> None:
    from SPARQLWrapper import JSON, SPARQLWrapper

    client = SPARQLWrapper(f"{server.url}/sparql", returnFormat=JSON)
    client.setQuery(
        "SELECT ?title ?url WHERE { ?p kg:targetsModality/skos:broader* <https://w3id.org/paperatlas/modality/ct> ; "
        "kg:releasesCode ?r ; dcterms:title ?title OPTIONAL { ?r schema:codeRepository ?url } }"
    )
    rows = client.query().convert()["results"]["bindings"]

    assert rows
    assert all(row["title"]["value"] for row in rows)


@pytest.mark.parametrize("path", ["/", "/datasets", "/plots"])
def test_head_says_what_get_says_without_the_page(server: Server, path: str) -> None:
    got, head = httpx.get(f"{server.url}{path}"), httpx.head(f"{server.url}{path}")

    assert head.status_code == 200
    assert head.headers["etag"] == got.headers["etag"]
    assert head.content == b""


def test_an_interrupt_ends_the_server_with_status_0(listing_atlas: Path) -> None:
    assert Server(listing_atlas).stop() == 0


def test_a_new_snapshot_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    load([Paper(title="First on CT", source="jsonl")], tmp_path, workers=1)
    server = Server(tmp_path)
    try:
        assert "A graph of 1 paper," in httpx.get(f"{server.url}/").text
        load([Paper(title="Second on CT", source="jsonl")], tmp_path, workers=1)
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until and "A graph of 2 papers" not in httpx.get(f"{server.url}/").text:
            time.sleep(0.2)
        assert "A graph of 2 papers" in httpx.get(f"{server.url}/").text
    finally:
        server.stop()


def test_a_folder_without_a_graph_is_said_at_once(tmp_path: Path, kg) -> None:  # type: ignore[no-untyped-def]
    done = kg("serve", "--store", str(tmp_path))

    assert done.returncode == 1
    assert "kg load" in done.stderr
