"""One export, three doors: the command line, HTTP and Python give the same bytes; parameters mean the same."""

import io
import json
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from graphql_api.app import create_app
from graphql_api.routes.export import _begun
from kg.cli import app
from kg.export import FORMATS, ExportOptions, write_export
from kg.query import Graph
from kg.settings import Settings
from schema.errors import BadRequest, Overloaded

PARTS = [
    ({}, {}),
    ({"where": '{"releasesCode": true}', "relations": "usesDataset,usesMethod"},
     {"where": {"releasesCode": True}, "relations": ("usesDataset", "usesMethod")}),
    ({"project": "dataset-dataset:usesDataset", "largest-component": "true", "layout": "circular"},
     {"project": "dataset-dataset:usesDataset", "largest_component": True, "layout": "circular"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def client(listing_atlas):
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as found:
        yield found


@pytest.fixture(scope="module")
def graph(listing_atlas):
    return Graph.open(listing_atlas)


def command(store: Path, *arguments: str):
    return CliRunner().invoke(app, ["export", "--store", str(store), *arguments])


def flags(parameters: dict[str, str]) -> list[str]:
    return [w for k, v in parameters.items() for w in ((f"--{k}",) if v == "true" else (f"--{k}", v))]


@pytest.mark.parametrize(("parameters", "options"), PARTS)
@pytest.mark.parametrize("name", ["graphml", "gexf", "csv"])
def test_every_door_gives_the_same_bytes(name, parameters, options, client, graph, listing_atlas, tmp_path):
    out = io.BytesIO()
    write_export(graph, name, out, ExportOptions(**options))
    path = tmp_path / f"atlas{FORMATS[name].suffix}"

    done = command(listing_atlas, str(path), *flags(parameters))
    answer = client.get(f"/export/{name}", params=parameters)

    assert done.exit_code == 0 and answer.status_code == 200
    assert path.read_bytes() == out.getvalue() == answer.content


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_sample_is_served_with_its_type(name, client):
    answer = client.get(f"/export/{name}", params={"published": "2026-01-31"})

    assert answer.status_code == 200 and len(answer.content) > 500
    assert answer.headers["content-type"].split(";")[0] == FORMATS[name].media_type
    assert answer.headers["content-disposition"].endswith(f'{FORMATS[name].suffix}"')


def test_an_unchanged_export_is_not_sent_again(client):
    first = client.get("/export/graphml")
    again = client.get("/export/graphml", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/export/graphml", params={"classes": "Paper"})
    assert other.headers["etag"] != first.headers["etag"]


def test_a_head_request_has_the_headers_alone(client):
    answer = client.head("/export/graphml")

    assert answer.status_code == 200 and answer.content == b"" and "etag" in answer.headers


def test_formats_are_listed_with_what_they_hold(client):
    assert [f["name"] for f in client.get("/export").json()] == list(FORMATS)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/export/grapml", 400, "graphml"), ("/export/graphml?hop=2", 400, "hops"),
     ("/export/graphml?where={", 400, "JSON"), ("/export/graphml?ego=dataset:nope", 404, "dataset/nope"),
     ("/export/turtle?project=dataset-dataset", 400, "RDF")],
)  # fmt: skip
def test_what_cannot_be_exported_is_said_before_the_first_byte(path, status, said, client):
    answer = client.get(path)

    assert answer.status_code == status and said in answer.json()["detail"]


def test_a_server_lays_out_no_graph_that_would_keep_it_busy(listing_atlas):
    settings = Settings(store=str(listing_atlas), export_layout_nodes=10)
    with TestClient(create_app(settings)) as small:
        answer = small.get("/export/graphml?layout=forceatlas2")

    assert answer.status_code == 400 and "at most 10 nodes" in answer.json()["detail"]


def test_more_exports_than_places_are_turned_away_and_places_come_back(graph):
    slots = threading.BoundedSemaphore(1)
    first = _begun(slots, graph, "nquads", ExportOptions())
    next(first)

    with pytest.raises(Overloaded):
        _begun(slots, graph, "nquads", ExportOptions())
    del first
    assert b"".join(_begun(slots, graph, "ntriples", ExportOptions()))
    with pytest.raises(BadRequest):
        _begun(slots, graph, "crate", ExportOptions())
    assert slots.acquire(blocking=False)


def test_standard_output_takes_a_named_format(listing_atlas):
    done = command(listing_atlas, "-", "--format", "csl", "--where", '{"releasesCode": true}')

    assert done.exit_code == 0
    assert all(row["type"].startswith("article") for row in json.loads(done.stdout_bytes))


def test_the_gexf_of_the_sample_holds_every_edge_of_the_graph(client, graph):
    stats = graph.stats()

    text = client.get("/export/gexf").text
    assert text.count("<node ") == sum(stats["classes"].values())
    assert text.count("<edge ") == sum(stats["edges"].values())
