"""The examples of the pages on exports and Python run as they stand, on the graph of the sample."""

import re
import shlex

import pytest
from conftest import ROOT
from typer.testing import CliRunner

from kg.cli import app
from kg.export import FORMATS

PAGES = ("exports.md", "python.md")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def here(listing_atlas, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kg-data").symlink_to(listing_atlas)
    return tmp_path


@pytest.mark.parametrize("line", [x for b in blocks("exports.md", "sh") for x in b.splitlines()])
def test_the_commands_write_their_files(line, here):
    program, *arguments = shlex.split(line)

    done = CliRunner().invoke(app, arguments)

    assert program == "kg" and done.exit_code == 0, done.output
    assert (here / arguments[1]).stat().st_size > 0


@pytest.mark.parametrize("page", PAGES)
def test_the_python_examples_run_in_order(page, here, capsys):
    if page == "exports.md":
        CliRunner().invoke(app, ["export", "atlas.npz"])
    names: dict[str, object] = {}

    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)

    assert capsys.readouterr().out.count("\n") > 3


def test_every_format_is_on_the_page():
    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")

    for entry in FORMATS.values():
        assert f"| `{entry.name}` | `{entry.suffix}` |" in text
