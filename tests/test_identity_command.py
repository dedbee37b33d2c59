"""`kg merge` and `kg split`: a person's word on who is who, kept, applied and given out."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from graphql_api.app import create_app
from kg.cli import app
from kg.load import load
from kg.query import Graph
from kg.resolve.sssom import COLUMNS
from kg.settings import Settings
from schema.paper import Author, Paper

TITLE = "Wavelet trees for federated compression of liver lesions"
PEOPLE = (Author(name="Ada Lovelace"),)
PREPRINT = Paper(title=TITLE, source="arxiv", arxiv_id="2403.01234", authors=PEOPLE, year=2024)
JOURNAL = Paper(title=TITLE, source="crossref", doi="10.1000/xyz", authors=PEOPLE, year=2024)
OTHER = Paper(title="On something else", source="crossref", doi="10.1000/other")
IDS = ("paper/arxiv-2403.01234", "paper/doi-10.1000-xyz")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    load([PREPRINT, JOURNAL, OTHER], tmp_path, workers=1)
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.stdout


def papers(folder: Path) -> set[str]:
    return {node.id for node in Graph.open(folder).all_nodes(["Paper"])}


def test_a_split_is_remembered_and_a_later_merge_takes_it_back(folder: Path):
    assert papers(folder) == {IDS[0], "paper/doi-10.1000-other"}

    run("split", *IDS, "--reason", "another paper", "--store", str(folder))
    assert set(IDS) <= papers(folder)
    load([OTHER], folder, workers=1)
    assert set(IDS) <= papers(folder)

    run("merge", *IDS, "--store", str(folder))
    assert papers(folder) == {IDS[0], "paper/doi-10.1000-other"}
    merged = Graph.open(folder).node(IDS[0])
    assert any(iri.endswith(IDS[1]) for iri in merged.properties["sameAs"])


def test_merges_and_refusals_are_given_out_as_sssom(folder: Path):
    run("merge", IDS[0], "paper/doi-10.1000-other", "--reason", "the same talk", "--store", str(folder))
    lines = run("merge", "--sssom", "--store", str(folder)).splitlines()
    header = lines.index("\t".join(COLUMNS))
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines[header + 1 :]]

    assert all(line.startswith("#") for line in lines[:header])
    assert {r["mapping_justification"] for r in rows} == {"semapv:CompositeMatching", "semapv:ManualMappingCuration"}
    assert {r["object_id"] for r in rows} == {"atlas:paper/doi-10.1000-xyz", "atlas:paper/doi-10.1000-other"}


def test_the_commands_of_the_page_on_identity_run(folder: Path):
    page = (Path(__file__).parents[1] / "docs" / "identity.md").read_text(encoding="utf-8")
    commands = [line.partition(" > ")[0] for line in page.splitlines() if line.startswith("kg ")]

    assert len(commands) >= 3
    for command in commands:
        run(*shlex.split(command)[1:], "--store", str(folder))
    assert set(IDS) <= papers(folder)


def test_ids_that_are_not_there_or_make_no_sense_are_refused(folder: Path):
    for arguments in (("paper/nowhere", IDS[0]), (IDS[0], "method/x"), (IDS[0], IDS[0]), (IDS[0],)):
        result = CliRunner().invoke(app, ["merge", *arguments, "--store", str(folder)])
        assert result.exit_code != 0


def test_the_address_of_a_merged_paper_leads_to_the_paper_it_is_in(folder: Path):
    with TestClient(create_app(Settings(store=str(folder)))) as client:
        for suffix in ("", ".ttl"):
            response = client.get(f"/{IDS[1]}{suffix}", follow_redirects=False)
            assert response.status_code == 301
            assert response.headers["location"] == f"/{IDS[0]}{suffix}"
            assert client.get(f"/{IDS[1]}{suffix}").status_code == 200
        assert client.get("/paper/nowhere").status_code == 404
