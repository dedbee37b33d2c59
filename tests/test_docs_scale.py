"""The command and the code of docs/scale.md run as they stand."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg.cli import app

TEXT = (Path(__file__).parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")


def test_the_page_runs(tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (command,) = re.findall(r"```console\n\$ (.*)\n```", TEXT)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "works").mkdir()
    shutil.copy(sample, tmp_path / "works" / "papers.jsonl")
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(app, [*shlex.split(command)[1:], "--workers", "1"])
    assert result.exit_code == 0, result.stderr
    exec(compile(code, "docs/scale.md", "exec"), {})

    assert [*tmp_path.glob("parts/nquads/*.nq.gz")]
