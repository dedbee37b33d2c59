"""`kg load` from the network and `kg update`, as a person runs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fetch_server import Sources, status
from typer.testing import CliRunner

from kg.cli import app
from kg.ledger import Ledger


@pytest.fixture(scope="module")
def one_server() -> Iterator[Sources]:
    sources = Sources()
    yield sources
    sources.shutdown()
    sources.server_close()


@pytest.fixture
def server(one_server: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    one_server.reset()
    settings = {
        "KG_STORE": str(tmp_path / "kg-data"), "KG_CACHE": str(tmp_path / "cache"), "KG_PACE": "0",
        "KG_EXTRACTOR": "fast", "KG_ARXIV_URL": f"{one_server.base}/arxiv/query",
        "KG_PUBMED_URL": f"{one_server.base}/eutils", "KG_HUGGINGFACE_URL": f"{one_server.base}/hf",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return one_server


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words, *(["--workers", "1"] if words[-1] not in {"--list", "--forget"} else [])])
    return result.exit_code, result.output + (result.stderr or "")


def asked(folder: Path) -> dict[str, str | None]:
    with Ledger(folder / "kg-data") as ledger:
        return {row["spec"]: row["state"].get("asked") for row in ledger.sources()}


def test_a_loaded_search_is_remembered_and_asked_for_what_is_new(server: Sources, tmp_path: Path) -> None:
    assert "arxiv: 12 papers read" in run("load", "arxiv:abs:CT", "--max", "12")[1]
    (day,) = asked(tmp_path).values()
    assert day
    server.asked.clear()

    code, said = run("update")

    assert code == 0
    assert server.asked[0][1]["sortBy"] == "lastUpdatedDate"
    assert "published" in said or "unchanged" in said
    assert run("update", "--list")[1].split("\t")[-1].strip() == "arxiv:abs:CT"


def test_files_are_not_remembered_and_forgotten_sources_are_not_asked(server: Sources, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("Titel;Jahr\nEine Arbeit;2020\n")
    assert "csv: 1 papers read" in run("load", str(table), "--format", "csv", "--column", "title=Titel")[1]
    run("load", "hf:daily/2024-11-20")
    assert list(asked(tmp_path)) == ["hf:daily/2024-11-20"]
    run("update", "hf:daily/2024-11-20", "--forget")
    server.asked.clear()
    run("update")
    assert server.asked == []


def test_a_source_that_fails_on_the_way_keeps_its_day(server: Sources, tmp_path: Path) -> None:
    server.trouble = [lambda true: None, *[status(503)] * 5]
    said = run("load", "arxiv:abs:CT", "--max", "201")[1]
    assert "did not answer" in said
    assert asked(tmp_path) == {"arxiv:abs:CT": None}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["update"], "Nothing was loaded"),
        (["load", "arxv:CT"], "Did you mean 'arxiv'"),
        (["load", "x.csv", "--column", "title"], "FIELD=NAME"),
    ],
)
def test_wrong_usage_says_what_to_do(server: Sources, words: list[str], said: str) -> None:
    result = CliRunner().invoke(app, words)
    assert said in str(result.exception)
