"""`kg sparql`: every format on standard output, messages elsewhere, and an exit status that can be relied on."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.cli.sparql import command
from schema.errors import BadQuery, BadRequest, KgError

TITLES = "SELECT ?title ?year { ?p dcterms:title ?title ; kg:year ?year } ORDER BY ?title"
Run = Callable[..., str]


@pytest.fixture
def run(small_atlas: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in this process and give what it printed."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def call(query: str, format: str = "table", store: str | None = None, given: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        command(query, format, store or str(small_atlas))
        sys.stdout.flush()
        return capfdbinary.readouterr().out.decode()

    return call


def test_a_table_is_for_people(run: Run) -> None:
    printed = run(TITLES)

    assert printed.splitlines()[0].split() == ["title", "year"]
    assert "Nodules in CT" in printed


@pytest.mark.parametrize(
    ("query", "format", "start"),
    [
        (TITLES, "json", '{"head":{"vars":["title","year"]}'),
        (TITLES, "csv", "title,year"),
        (TITLES, "tsv", "?title\t?year"),
        (TITLES, "xml", "<?xml"),
        ("CONSTRUCT WHERE { ?p kg:year ?y }", "turtle", "@prefix kg:"),
        ("CONSTRUCT WHERE { ?p kg:year ?y }", "nt", "<https://w3id.org"),
        ("CONSTRUCT WHERE { ?p kg:year ?y }", "json", "[{"),
        ("ASK {}", "json", '{"head":{},"boolean":true}'),
    ],
)
def test_data_goes_to_standard_output(run: Run, query: str, format: str, start: str) -> None:
    assert run(query, format).startswith(start)


def test_a_query_may_come_from_standard_input(run: Run) -> None:
    printed = run("-", "nt", given="DESCRIBE <https://w3id.org/paperatlas/paper/a>")

    assert len(list(ox.parse(printed.encode(), ox.RdfFormat.N_TRIPLES))) > 5


@pytest.mark.parametrize(
    ("query", "format", "error", "message"),
    [
        ("SELECT", "json", BadQuery, "does not parse"),
        ("CLEAR ALL", "json", BadQuery, "Updates are not taken"),
        (TITLES, "tabel", BadRequest, "table"),
        (TITLES, "turtle", BadRequest, "no format 'turtle' for rows"),
    ],
)
def test_mistakes_are_told_apart(run: Run, query: str, format: str, error: type[KgError], message: str) -> None:
    with pytest.raises(error, match=message):
        run(query, format)


def test_a_mistake_exits_with_two_and_prints_no_data(
    kg: Callable[..., subprocess.CompletedProcess[str]], small_atlas: Path
) -> None:
    done = kg("sparql", "SELECT", "--store", str(small_atlas))

    assert (done.returncode, done.stdout) == (2, "")
    assert "bad-query" in done.stderr
