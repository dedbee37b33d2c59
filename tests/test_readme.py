"""Every example of the README runs as it stands, on the graph of the sample copied as a listing."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import ROOT, run_kg
from test_serve import Server

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced examples of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """A folder with the sample as a copied listing, `listing.txt`."""
    home = tmp_path_factory.mktemp("readme")
    rows = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]
    banner = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
    (home / "listing.txt").write_text(
        banner + "\n".join(f"{r['title']}\n{r['abstract']}" for r in rows), encoding="utf-8"
    )
    return home


@pytest.fixture(scope="module")
def server(listing_atlas: Path) -> Iterator[Server]:
    running = Server(listing_atlas)
    yield running
    running.stop()


def test_the_commands_run_one_after_the_other(folder: Path) -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("kg ")]
    assert len(commands) >= 7
    for command in commands:
        if command == "kg serve":
            continue
        first = command.split(" | ")[0]
        done = run_kg(*shlex.split(first, comments=True)[1:], cwd=folder)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout or first.split()[1] in ("load", "export"), command
    assert (folder / "papers.graphml").stat().st_size > 10_000
    assert (folder / "ct-with-code.gexf").stat().st_size > 500


def test_the_graphql_queries_answer(server: Server) -> None:
    queries = blocks("graphql")
    assert len(queries) == 2
    for query in queries:
        answer = httpx.post(f"{server.url}/graphql", json={"query": query}).json()
        assert "errors" not in answer, answer
        assert next(iter(answer["data"].values()))["nodes"], query


def test_the_python_examples_print_something(
    server: Server,
    listing_atlas: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "kg-demo").symlink_to(listing_atlas)
    monkeypatch.chdir(tmp_path)
    for code in blocks("python"):
        exec(compile(code.replace("http://127.0.0.1:8000", server.url), "README.md", "exec"), {})

        assert capsys.readouterr().out.strip(), code


def test_every_page_that_the_readme_names_is_there() -> None:
    for target in re.findall(r"\]\((docs/[^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_set_up_is_the_two_commands_of_the_makefile() -> None:
    targets = re.findall(r"^make (\w+)", "\n".join(blocks("sh")), re.MULTILINE)

    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{t}:", (ROOT / "Makefile").read_text(), re.MULTILINE) for t in targets)
