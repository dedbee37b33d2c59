"""Loading and correcting in the browser: only where it is allowed, and only from our own pages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from graphql_api.app import create_app
from kg.corrections import read_corrections
from kg.settings import Settings, read_settings
from schema.errors import BadRequest

OURS = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(tmp_path), allow_load=True, poll_s=0))) as client:
        yield client


def _wait(site: TestClient) -> dict[str, object]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job = site.get("/load/status").json()
        if job and job["status"] is not None:
            return dict(job)
        time.sleep(0.1)
    raise AssertionError("the load did not end")


def test_a_file_is_loaded_and_what_was_rejected_is_told(site: TestClient) -> None:
    text = '{"title": "On CT", "abstract": "We read CT."}\nno json\n'

    answer = site.post("/load", files={"file": ("../my papers.jsonl", text)}, headers=OURS, follow_redirects=False)
    job = _wait(site)

    assert (answer.status_code, answer.headers["location"]) == (303, "/load")
    assert job["status"] == 0
    assert len(job["rejected"]) == 1  # type: ignore[arg-type]
    assert "line 2" in str(job["rejected"])
    assert "A graph of 1 paper," in site.get("/").text
    assert "my papers.jsonl" in site.get("/load").text


def test_an_edge_can_be_marked_as_wrong_on_its_page(site: TestClient, tmp_path: Path) -> None:
    site.post("/load", files={"file": ("a.jsonl", '{"title": "On CT", "abstract": "We read CT."}')}, headers=OURS)
    _wait(site)
    page = site.get("/paper/on-ct", headers={"accept": "text/html"}).text
    assert "This edge is wrong" in page

    form = {"paper": "paper/on-ct", "relation": "targetsModality", "target": "modality/ct"}
    assert "Noted" in site.post("/corrections", data=form, headers=OURS).text
    assert [c.edge for c in read_corrections(tmp_path)] == [tuple(form.values())]


@pytest.mark.parametrize("headers", [{}, {"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}])
def test_forms_of_other_sites_are_refused(site: TestClient, headers: dict[str, str], tmp_path: Path) -> None:
    form = {"paper": "paper/on-ct", "relation": "targetsModality", "target": "modality/ct"}

    assert site.post("/corrections", data=form, headers=headers).status_code == 400
    assert site.post("/load", files={"file": ("a.jsonl", "{}")}, headers=headers).status_code == 400
    assert read_corrections(tmp_path) == []


def test_nonsense_is_no_correction(site: TestClient) -> None:
    form = {"paper": "paper/a", "relation": "likes", "target": "modality/ct"}

    assert site.post("/corrections", data=form, headers=OURS).status_code == 400


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path), allow_load=True, upload_max_bytes=10)
    with TestClient(create_app(settings)) as client:
        answer = client.post("/load", files={"file": ("a.jsonl", "x" * 11)}, headers=OURS)

    assert answer.status_code == 400
    assert "10 bytes" in answer.text


def test_nothing_can_be_written_unless_it_is_allowed(listing_atlas: Path) -> None:
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as client:
        assert client.get("/load").status_code == 404
        assert client.post("/corrections", data={"paper": "paper/a"}, headers=OURS).status_code in (404, 405)


def test_loading_in_the_browser_is_for_loopback_alone() -> None:
    with pytest.raises(BadRequest, match="loopback alone"):
        read_settings({"allow_load": True, "host": "0.0.0.0"}, {})
