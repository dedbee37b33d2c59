"""The library of examples: every query runs, finds something, and is given out for tools."""

from __future__ import annotations

import io
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from live_server import Server

from benchmarks.generate import write_snapshot
from graphql_api.app import create_app
from kg.settings import Settings
from kg.sparql.library import Example, examples
from kg.store import current, embedded
from kg.store.answers import Question, ask
from kg.store.formats import find_format
from schema.vocabulary import expand

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    write_snapshot(200, folder)
    return folder


@pytest.fixture(scope="module")
def client(listing_atlas: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as made:
        yield made


def _size(folder: Path, text: str) -> int:
    store = embedded.open_read_only(current(folder).rdf_path)
    answer = ask(store, Question(text))
    out = io.BytesIO()
    answer.write(find_format("csv" if answer.kind == "solutions" else "nt"), out)
    return out.getvalue().count(b"\n") - (answer.kind == "solutions")


def test_there_are_thirty_with_title_sentence_and_topic_of_their_own() -> None:
    found = examples()

    assert len(found) == 30
    assert len({e.name for e in found}) == len({e.title for e in found}) == len({e.about for e in found}) == 30
    assert all(e.topic and e.about.endswith(".") and not e.text.startswith("#") for e in found)


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.name)
def test_every_example_finds_something(example: Example, listing_atlas: Path, generated: Path) -> None:
    sizes = [_size(folder, example.text) for folder in (listing_atlas, generated)]

    assert max(sizes) > 0


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.name)
def test_every_example_carries_its_prefixes_for_others(example: Example) -> None:
    text = example.with_prefixes("https://atlas.example.org/")

    ox.Store().query(text)
    assert "<https://w3id.org/paperatlas/modality" not in text


def test_the_library_is_given_out_as_executables(client: TestClient) -> None:
    response = client.get("/sparql/examples.ttl")
    store = ox.Store()
    store.load(response.content, ox.RdfFormat.TURTLE)
    found = store.query(
        "SELECT ?text ?target { ?e a sh:SPARQLExecutable ; rdfs:label ?label ; sh:select|sh:construct ?text ;"
        " schema:target ?target }",
        prefixes={"sh": expand("sh:x")[:-1], "rdfs": expand("rdfs:x")[:-1], "schema": expand("schema:x")[:-1]},
    )
    rows = [(r["text"].value, r["target"].value) for r in found]  # type: ignore[union-attr]

    assert len(rows) == 30
    assert {target for _, target in rows} == {"http://testserver/sparql"}


def test_the_page_holds_every_example_and_asks_nobody_else(client: TestClient) -> None:
    page = client.get("/sparql-editor")

    assert page.status_code == 200
    assert all(f'value="{e.name}"' in page.text for e in examples())
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
    for file in re.findall(r'(?:src|href)="(/static/[^"?]+)', page.text):
        assert client.get(file).status_code == 200, file
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    script = client.get("/static/vendor/sparql/codemirror.js").text
    assert "new Function" not in script and "eval(" not in script


def test_a_query_in_the_address_is_shown_as_text(client: TestClient) -> None:
    page = client.get("/sparql-editor", params={"query": "</textarea><script>alert(1)</script>"}).text

    assert "<script>alert" not in page


def test_browsers_come_from_the_endpoint_to_the_page(client: TestClient) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    plain = client.get("/sparql", headers=browser, follow_redirects=False)
    asked = client.get("/sparql", params={"query": "ASK {}"}, headers=browser, follow_redirects=False)
    file = client.get("/sparql", params={"query": "ASK {}", "format": "csv"}, headers=browser, follow_redirects=False)

    assert (plain.status_code, plain.headers["location"]) == (303, "/sparql-editor")
    assert asked.headers["location"].startswith("/sparql-editor?query=ASK")
    assert file.status_code == 200 and file.text == "true"


def test_the_examples_are_in_the_wheel() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert "kg" in packages["packages"]


def test_the_page_runs_a_query_in_a_browser_that_reaches_nobody_else(
    listing_atlas: Path, program: Callable[[str], str], tmp_path: Path
) -> None:
    browser = program("chromium")
    server = Server(listing_atlas)
    try:
        done = subprocess.run(
            [
                browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--virtual-time-budget=15000", "--dump-dom",
                f"{server.url}/sparql-editor?example=code-status",
            ],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    finally:
        server.stop()

    assert "cm-editor" in done.stdout, "the editor is there"
    assert re.search(r'id="status"[^>]*>\d rows in', done.stdout), done.stdout[-2000:]
    assert "<td>released</td>" in done.stdout
