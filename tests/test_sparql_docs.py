"""The SPARQL in the documents runs, and the settings that they name are there."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

from kg.settings import Settings
from kg.store import current
from kg.store.answers import Question, ask
from kg.store.embedded import open_read_only

PAGES = ("docs/sparql.md", "docs/data-model.md")
BLOCKS = [
    (page, block) for page in PAGES for block in re.findall(r"```sparql\n(.*?)```", (ROOT / page).read_text(), re.S)
]


@pytest.mark.parametrize(("page", "text"), BLOCKS)
def test_a_query_of_a_page_finds_something(page: str, text: str, small_atlas: Path) -> None:
    answer = ask(open_read_only(current(small_atlas).rdf_path), Question(text))

    assert list(answer.rows()[1]), page


def test_the_commands_of_the_page_run(small_atlas: Path, kg: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    page = (ROOT / "docs/sparql.md").read_text()
    commands = [line for block in re.findall(r"```sh\n(.*?)```", page, re.S) for line in block.splitlines()]
    assert len(commands) == 3
    for line in commands:
        words = shlex.split(line.partition(" < ")[0])
        done = kg(*words[1:], "--store", str(small_atlas), input="SELECT * { ?s a kg:Paper }")
        assert done.returncode == 0 and done.stdout, done.stderr


def test_the_settings_that_the_page_names_exist() -> None:
    named = set(
        re.findall(r"KG_([A-Z_]+)", (ROOT / "docs/sparql.md").read_text() + (ROOT / "docs/stores.md").read_text())
    )

    assert {n.lower() for n in named} <= set(Settings.model_fields)
