"""The filters and the code of docs/filters.md run as they stand, and its tables are the operators that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kg.query import Graph
from kg.query.filters import OPERATORS

PAGE = (Path(__file__).parent.parent / "docs" / "filters.md").read_text(encoding="utf-8")
FILTERS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) + re.findall(r"^\| `({.*})` \|", PAGE, re.MULTILINE)
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_of_the_page_is_understood_and_explained(listing_atlas: Path, text: str) -> None:
    graph, read = Graph.open(listing_atlas), json.loads(text)
    cls, where = (read["class"], read["where"]) if "class" in read else ("Paper", read)

    assert 0 <= graph.find(cls, where).total <= graph.size(cls)
    assert graph.sparql_for(cls, where)


def test_the_code_of_the_page_runs(
    listing_atlas: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(listing_atlas.parent)
    for block in CODE:
        exec(compile(block, "docs/filters.md", "exec"), {})
    assert "SELECT ?s" in capsys.readouterr().out


def test_the_tables_of_the_page_name_every_operator() -> None:
    for kind, operators in OPERATORS.items():
        if kind == "relation":
            assert all(f'"{op}"' in PAGE or f"`{op}`" in PAGE for op in operators)
        else:
            row = next(line for line in PAGE.splitlines() if re.match(rf"\| ([a-z]+, )?{kind}\b", line))
            assert re.findall(r"`(\w+)`", row.split("|")[2]) == list(operators)
