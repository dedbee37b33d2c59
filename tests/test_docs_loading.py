"""The commands and the code of docs/loading.md run as they stand, against the stand-in for the sources."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fetch_server import SAMPLES, Sources
from typer.testing import CliRunner

from kg.cli import app

PAGE = Path(__file__).parent.parent / "docs" / "loading.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
CODE = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loading")
    for theirs, ours in (("hf-listing.txt", "listing.txt"), ("papers.jsonl", ""), ("references.bib", "")):
        shutil.copy(SAMPLES / theirs, folder / (ours or theirs))
    (folder / "table.csv").write_text("Titel;Jahr\nEine Arbeit;2020\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def environment(place: Path) -> Iterator[dict[str, str]]:
    server = Sources()
    yield {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "KG_PACE": "0",
        "KG_CACHE": str(place / "cache"), "KG_EXTRACTOR": "fast", "KG_ARXIV_URL": f"{server.base}/arxiv",
        "KG_PUBMED_URL": f"{server.base}/eutils", "KG_HUGGINGFACE_URL": f"{server.base}/hf",
        "KG_CROSSREF_URL": f"{server.base}/crossref", "KG_DOI_URL": f"{server.base}/doi",
    }  # fmt: skip
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(
    command: str, place: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    if "|" in command:
        pipe = subprocess.run(command, shell=True, env={**os.environ, **environment}, capture_output=True, text=True)
        status, said = pipe.returncode, pipe.stderr
    else:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        status, said = result.exit_code, result.stderr
    assert status == 0, said
    assert "rejected" not in said


@pytest.mark.parametrize("code", CODE)
def test_the_code_of_the_page_runs(code: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    exec(compile(code, str(PAGE), "exec"), {})
