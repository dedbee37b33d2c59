"""How pages travel: packed, and not sent again to who has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphql_api.app import create_app
from graphql_api.web.rendering import assets_digest
from kg.settings import Settings

HTML = {"accept": "text/html,*/*;q=0.8"}
LEAST = 200_000
"""Bytes that the front page and all it needs may weigh, packed."""


@pytest.fixture(scope="module")
def site(listing_atlas: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as client:
        yield client


def _weight(site: TestClient, path: str) -> int:
    answer = site.get(path)
    assert answer.status_code == 200
    return int(answer.headers["content-length"])


def test_the_front_page_and_what_it_loads_is_light(site: TestClient) -> None:
    import re

    page = site.get("/")
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))

    assert page.headers["content-encoding"] == "gzip"
    assert len(files) >= 4
    assert int(page.headers["content-length"]) + sum(_weight(site, f) for f in files) < LEAST


@pytest.mark.parametrize(
    "path", ["/", "/?modality=ct", "/datasets", "/graph", "/plots", "/compare", "/feed", "/modality/ct"]
)
def test_a_page_is_not_sent_again_while_the_graph_is_the_same(site: TestClient, path: str) -> None:
    first = site.get(path, headers=HTML)
    again = site.get(path, headers=HTML | {"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert "Accept" in again.headers.get("vary", "")
    assert site.get(path, headers=HTML).content == first.content


def test_tags_tell_addresses_apart(site: TestClient) -> None:
    assert site.get("/").headers["etag"] != site.get("/?code=released").headers["etag"]


def test_static_files_are_kept_for_long_under_the_address_of_their_digest(site: TestClient) -> None:
    named = site.get(f"/static/style.css?v={assets_digest()}")
    old = site.get("/static/style.css?v=old", headers={"if-none-match": named.headers["etag"]})

    assert "immutable" in named.headers["cache-control"]
    assert named.headers["content-encoding"] == "gzip"
    assert (old.status_code, old.headers["cache-control"]) == (304, "no-cache")


@pytest.mark.parametrize("path", ["/export/graphml", "/sparql?query=SELECT * WHERE {?s ?p ?o} LIMIT 500"])
def test_streams_leave_as_they_are(site: TestClient, path: str) -> None:
    assert "content-encoding" not in site.get(path).headers


def test_a_browser_is_told_in_a_page_what_it_may_have_meant(site: TestClient) -> None:
    for path in ("/modality/computed-tomo", "/nowhere"):
        answer = site.get(path, headers=HTML)
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
    assert "/modality/ct" in site.get("/modality/computed-tomo", headers=HTML).text
    assert site.get("/nowhere").json() == {"detail": "Not Found"}


def test_files_are_packed_by_servers_that_send_files_by_path(listing_atlas: Path) -> None:
    app = create_app(Settings(store=str(listing_atlas)))

    async def by_path(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "extensions": {"http.response.pathsend": {}}}, receive, send)

    answer = TestClient(by_path).get(f"/static/style.css?v={assets_digest()}")

    assert answer.headers["content-encoding"] == "gzip"
