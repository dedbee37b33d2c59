"""Real clients, the audit of GraphQL over HTTP and the schema linters, against a real server on a free port."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from conftest import ROOT, require_or_skip
from small_atlas import publish

from graphql_api.app import create_app
from kg.settings import Settings

CLIENTS = ROOT / "tests" / "clients"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = publish(tmp_path_factory.mktemp("served"))
    config = uvicorn.Config(create_app(Settings(store=str(folder))), port=0, log_level="error", lifespan="off")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(config)
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listening]),), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
        server.should_exit = True
        thread.join(10)


def run_node(program: str, *arguments: str) -> Any:
    require_or_skip(shutil.which("node"), "node")
    require_or_skip((CLIENTS / "node_modules").is_dir(), "tests/clients/node_modules (npm install)")
    done = subprocess.run(
        ["node", program, *arguments], cwd=CLIENTS, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_audit_of_graphql_over_http_passes_whole(url: str) -> None:
    found = json.loads(run_node("audit.mjs", url))

    assert len(found) == 61
    assert [f for f in found if f["status"] != "ok"] == []


def test_apollo_urql_and_graphql_request_page_report_errors_and_persist_queries(url: str) -> None:
    found = json.loads(run_node("clients.mjs", url))
    page = ["paper/d", "paper/e"]

    for client in ("graphqlRequest", "graphqlRequestGet", "apollo", "apolloPersisted", "urql", "urqlGet"):
        assert [n["id"] for n in found[client]["papers"]["nodes"]] == page, client
    assert [n["id"] for n in found["apolloNext"]["papers"]["nodes"]] == ["paper/b", "paper/a"]
    assert len(found["graphqlRequestBatch"]["papers"]["nodes"]) == 1
    assert {found[f"{c}Error"] for c in ("graphqlRequest", "apollo", "urql")} == {"bad-filter"}
    # Unknown hash, then the text with it, then the hash alone.
    assert found["apolloPersistedRequests"] == 3


def test_the_python_client_gql_reads_the_schema_and_asks(url: str) -> None:
    from gql import Client, gql
    from gql.transport.exceptions import TransportQueryError
    from gql.transport.httpx import HTTPXTransport

    with Client(transport=HTTPXTransport(url=url), fetch_schema_from_transport=True) as session:
        found = session.execute(gql('{ papers(where: {targetsModality: {is: "CT"}}) { totalCount nodes { title } } }'))
        with pytest.raises(TransportQueryError, match="Did you mean"):
            session.execute(gql('{ dataset(name: "LIDCC") { id } }'))

    assert found["papers"]["totalCount"] == 2


@pytest.fixture(scope="module")
def linted() -> Path:
    return Path(shutil.copy(ROOT / "graphql_api" / "schema.graphql", CLIENTS / "schema.graphql"))


def test_the_schema_linters_find_nothing(linted: Path) -> None:
    assert "0 errors" in run_node("node_modules/graphql-schema-linter/lib/cli.js", linted.name)
    assert run_node("node_modules/eslint/bin/eslint.js", "-c", "eslint.config.mjs", linted.name) == ""
