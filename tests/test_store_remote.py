"""A graph on a SPARQL server: real Oxigraph and Virtuoso servers hold what we write and answer alike."""

from __future__ import annotations

import io
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from conftest import require_or_skip

from kg.mirror import pull
from kg.nodes import nodes_of
from kg.query import Graph
from kg.statements import statements_for
from kg.store import current
from kg.store.answers import Question, ask
from kg.store.embedded import open_read_only
from kg.store.formats import find_format
from kg.store.remote import RemoteStore, addresses_of, with_prefixes
from kg.sync import Pushed, push
from schema.errors import BadQuery, NotFound, StoreError
from schema.ids import DEFAULT_BASE
from schema.node import Node

QUESTIONS = (
    "SELECT ?p ?t { ?p a kg:Paper ; dcterms:title ?t } ORDER BY ?p",
    "SELECT ?p { ?p kg:targetsModality/skos:broader* <https://w3id.org/paperatlas/modality/ct> } ORDER BY ?p",
    "SELECT ?m (COUNT(?p) AS ?n) { ?p kg:targetsModality ?m } GROUP BY ?m ORDER BY ?m",
    "SELECT ?e ?q { GRAPH <https://w3id.org/paperatlas/graph/evidence> { ?e kg:quote ?q } } ORDER BY ?e",
    "SELECT (COUNT(*) AS ?n) { ?s kg:confidence ?o }",
    "SELECT ?p ?s { GRAPH <https://w3id.org/paperatlas/graph/provenance> { ?p dcterms:source ?s } } ORDER BY ?p",
    "ASK { <https://w3id.org/paperatlas/paper/c> kg:cites <https://w3id.org/paperatlas/paper/a> }",
    "SELECT ?y { <https://w3id.org/paperatlas/paper/a> kg:year ?y FILTER(?y > 2020) }",
)
_VIRTUOSO = """
[Database]
DatabaseFile = v.db
ErrorLogFile = v.log
LockFile = v.lck
TransactionFile = v.trx
xa_persistent_file = v.pxa
[TempDatabase]
DatabaseFile = t.db
TransactionFile = t.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
[SPARQL]
ResultSetMaxRows = 100000
"""


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [p.getsockname()[1] for p in probes]
    for probe in probes:
        probe.close()
    return ports


def _started(command: list[str], cwd: Path, url: str, within_s: float = 60) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + within_s
    while True:
        try:
            httpx.get(url, timeout=2)
            return process
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                process.wait()
                raise
            time.sleep(0.1)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    require_or_skip(program, "oxigraph (the server, from PyPI)")
    (port,) = _free_ports(1)
    url = f"http://127.0.0.1:{port}"
    process = _started([str(program), "serve", "--bind", f"127.0.0.1:{port}"], tmp_path_factory.mktemp("ox"), url)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require_or_skip(shutil.which("virtuoso-t"), "virtuoso-t (Debian's virtuoso-opensource-7-bin)")
    folder = tmp_path_factory.mktemp("virtuoso")
    port, http = _free_ports(2)
    (folder / "v.ini").write_text(_VIRTUOSO.format(port=port, http=http))
    url = f"http://127.0.0.1:{http}/sparql"
    process = _started(["virtuoso-t", "-f", "-c", "v.ini"], folder, url)
    yield url.replace("//", "//dba:dba@")
    process.terminate()
    process.wait()


@pytest.fixture(params=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="module")
def nodes(small_atlas: Path) -> list[Node]:
    return [*Graph.open(small_atlas).all_nodes()]


def _answer(write: Callable[[Question, str, io.BytesIO], None], text: str) -> bytes:
    out = io.BytesIO()
    write(Question(text, DEFAULT_BASE), "csv" if text.startswith("SELECT") else "json", out)
    return out.getvalue()


def _rows(data: bytes) -> object:
    if data.startswith(b"{"):
        return b'"boolean":true' in data.replace(b" ", b"")
    return [line.replace('"', "") for line in data.decode().splitlines()[1:]]


def test_the_server_answers_as_the_embedded_store(server: str, small_atlas: Path, nodes: list[Node]) -> None:
    embedded = open_read_only(current(small_atlas).rdf_path)

    def local(question: Question, name: str, out: io.BytesIO) -> None:
        answer = ask(embedded, question)
        answer.write(find_format(name, answer.kind), out)

    with RemoteStore(server, DEFAULT_BASE) as store:
        push(store, nodes, DEFAULT_BASE, "test")
        for text in QUESTIONS:
            assert _rows(_answer(store.write_answer, text)) == _rows(_answer(local, text)), text


def test_writing_twice_writes_once_and_changes_and_removals_arrive(server: str, nodes: list[Node]) -> None:
    with RemoteStore(server, DEFAULT_BASE) as store:
        push(store, nodes, DEFAULT_BASE, "test")
        again = push(store, nodes, DEFAULT_BASE, "test")
        changed = [n if n.id != "paper/a" else Node(n.id, n.cls, "Another title", {**n.properties, "title": "Another title"}, n.edges[:1]) for n in nodes if n.id != "paper/c"]  # fmt: skip  # noqa: E501
        second = push(store, changed, DEFAULT_BASE, "test")
        titles = _rows(_answer(store.write_answer, QUESTIONS[0]))
        left = _rows(_answer(store.write_answer, QUESTIONS[3]))
        push(store, nodes, DEFAULT_BASE, "test")
        restored = _rows(_answer(store.write_answer, QUESTIONS[0]))

    assert again == Pushed(0, len(nodes), 0)
    assert second == Pushed(1, len(nodes) - 2, 1)
    assert isinstance(titles, list) and isinstance(left, list) and isinstance(restored, list)
    assert len(titles) == 3 and "Another title" in titles[0], titles
    assert not [line for line in left if "/passage/c-" in line]
    assert "Nodules in CT" in restored[0] and len(restored) == 4


def test_what_another_wrote_is_left_alone(oxigraph: str, nodes: list[Node]) -> None:
    with RemoteStore(oxigraph, DEFAULT_BASE) as store:
        push(store, nodes, DEFAULT_BASE, "test")
        other = push(store, [Node("dataset/other", "Dataset", "Other")], DEFAULT_BASE, "other")
        mine = push(store, nodes, DEFAULT_BASE, "test")
        push(store, [], DEFAULT_BASE, "other")

    assert other == Pushed(1, 0, 0) and mine == Pushed(0, len(nodes), 0)


def test_a_push_that_broke_off_goes_on_where_it_was(oxigraph: str, nodes: list[Node]) -> None:
    class Breaks(RemoteStore):
        calls = 0

        def update(self, text: str) -> None:
            super().update(text)
            Breaks.calls += 1
            raise StoreError("pulled the plug")

    with RemoteStore(oxigraph, DEFAULT_BASE) as store:
        push(store, [], DEFAULT_BASE, "test")
    with pytest.raises(StoreError), Breaks(oxigraph, DEFAULT_BASE) as store:
        push(store, nodes, DEFAULT_BASE, "test")
    with RemoteStore(oxigraph, DEFAULT_BASE) as store:
        report = push(store, nodes, DEFAULT_BASE, "test")

    assert report.written + report.unchanged == len(nodes)
    assert report.unchanged > 0


def test_a_copy_of_the_server_is_the_graph_again(server: str, nodes: list[Node], tmp_path: Path) -> None:
    with RemoteStore(server, DEFAULT_BASE) as store:
        push(store, nodes, DEFAULT_BASE, "test")
        folder = pull(store, DEFAULT_BASE, tmp_path)
        name = current(folder).name
        pull(store, DEFAULT_BASE, tmp_path)

    assert [*Graph.open(folder).all_nodes()] == nodes
    assert current(folder).name == name, "nothing had changed"


def test_an_empty_server_says_so(oxigraph: str, tmp_path: Path) -> None:
    with RemoteStore(oxigraph, "http://nobody.example.org/") as store, pytest.raises(NotFound, match="base"):
        pull(store, "http://nobody.example.org/", tmp_path)


def test_a_wrong_query_and_a_server_that_is_not_there_are_told_apart(oxigraph: str) -> None:
    with RemoteStore(oxigraph, DEFAULT_BASE) as store, pytest.raises(BadQuery, match="expected"):
        store.write_answer(Question("SELECT nonsense"), "json", io.BytesIO())
    (port,) = _free_ports(1)
    absent = RemoteStore(f"http://127.0.0.1:{port}/query", DEFAULT_BASE, retry_s=0.001)
    with pytest.raises(StoreError, match="cannot be reached"):
        absent.ask(Question("ASK {}"))
    absent.close()


def test_a_busy_server_is_asked_again() -> None:
    answers = iter([httpx.Response(503), httpx.Response(502), httpx.Response(204)])
    store = RemoteStore("http://127.0.0.1:1/query", DEFAULT_BASE, retry_s=0.001)
    store.http.close()
    store.http = httpx.Client(transport=httpx.MockTransport(lambda request: next(answers)))
    store.update("INSERT DATA {}")
    store.close()

    assert next(answers, None) is None


@pytest.mark.parametrize(
    ("url", "query", "update"),
    [
        ("http://h:1", "http://h:1/query", "http://h:1/update"),
        ("http://h/ds/query", "http://h/ds/query", "http://h/ds/update"),
        ("http://h/repositories/r", "http://h/repositories/r", "http://h/repositories/r/statements"),
        ("http://u:p@h/sparql", "http://h/sparql", "http://h/sparql-auth"),
        ("http://h/sparql", "http://h/sparql", "http://h/sparql"),
        ("http://h/a|http://h/b", "http://h/a", "http://h/b"),
    ],
)
def test_the_addresses_of_the_common_servers_are_known(url: str, query: str, update: str) -> None:
    at = addresses_of(url)

    assert (at.query, at.update) == (query, update)


def test_prefixes_are_declared_once_and_lines_keep_their_numbers() -> None:
    text = "PREFIX kg: <http://other/>\nSELECT * { ?s kg:a ?o ; dcterms:b ?x }"

    assert with_prefixes(text) == "PREFIX dcterms: <http://purl.org/dc/terms/> " + text


def test_nodes_survive_statements_and_back(nodes: list[Node]) -> None:
    statements = [s for node in nodes for s in statements_for(node, DEFAULT_BASE)]

    assert sorted(nodes_of(statements, DEFAULT_BASE), key=lambda n: n.id) == sorted(nodes, key=lambda n: n.id)


def test_the_command_line_writes_to_a_server_and_reads_from_it(
    oxigraph: str, kg: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KG_BASE", "https://atlas.example.org/")
    record = {"id": "x1", "title": "CT denoising", "abstract": "We denoise CT scans of LIDC-IDRI.", "year": 2024}
    (tmp_path / "one.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")

    first = kg("load", "one.jsonl", "--store", oxigraph, cwd=tmp_path)
    again = kg("load", "one.jsonl", "--store", oxigraph, cwd=tmp_path)
    asked = kg("sparql", "SELECT ?t { ?p a kg:Paper ; dcterms:title ?t }", "--store", oxigraph, "--format", "csv")
    stats = kg("stats", "--json", "--store", oxigraph, cwd=tmp_path)

    assert first.returncode == 0, first.stderr
    assert " 0 unchanged" in first.stderr and "0 nodes written" in again.stderr, again.stderr
    assert "CT denoising" in asked.stdout, asked.stderr
    assert json.loads(stats.stdout)["classes"]["Paper"] == 1, stats.stderr
