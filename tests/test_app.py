"""The application around the routes: how errors are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from graphql_api import app as application
from graphql_api.state import Served
from kg.settings import Settings
from schema.errors import NotFound


def _broken_routes(served: Served, settings: Settings) -> APIRouter:
    router = APIRouter()

    @router.get("/known")
    def known() -> None:
        served.now()

    @router.get("/unknown")
    def unknown() -> None:
        raise ZeroDivisionError("secret")

    return router


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(application, "ROUTES", (_broken_routes,))
    made = application.create_app(Settings(store=str(tmp_path)))
    return TestClient(made, raise_server_exceptions=False)


def test_a_known_error_keeps_its_code_and_its_status(client: TestClient) -> None:
    answer = client.get("/known")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == NotFound.code
    assert "kg load" in answer.json()["detail"]


def test_an_unexpected_error_is_masked(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/unknown")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal-error"
    assert "secret" not in answer.text and "secret" in caplog.text
