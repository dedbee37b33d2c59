"""The page that teaches GraphQL: every query runs on the bundled sample, and the answers shown are its answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
from conftest import ROOT

from graphql_api.limits import Limits
from graphql_api.service import Question, Service
from kg.query import Graph
from kg.settings import Settings

PAGE = ROOT / "docs" / "graphql.md"
PAIR = re.compile(r"```graphql\n(.*?)\n```\n\n```json\n(.*?)```", re.DOTALL)


def test_the_answers_on_the_page_are_those_of_the_sample(listing_atlas: Path, update_golden: bool) -> None:
    """`pytest tests/test_graphql_docs.py --update-golden` writes them anew."""
    graph, service = Graph.open(listing_atlas), Service(Limits())
    text = PAGE.read_text(encoding="utf-8")

    def answered(found: re.Match[str]) -> str:
        answer = orjson.loads(service.answer(graph, Question(found[1])).body)
        assert "errors" not in answer, (found[1], answer)
        return f"```graphql\n{found[1]}\n```\n\n```json\n{_shown(_rounded(answer['data']))}\n```"

    made = PAIR.sub(answered, text)
    assert len(PAIR.findall(text)) == 21, "twenty questions and the first one"
    if update_golden:
        PAGE.write_text(made, encoding="utf-8")
    assert made == PAGE.read_text(encoding="utf-8"), "run `pytest tests/test_graphql_docs.py --update-golden`"


def _rounded(value: Any) -> Any:
    """Two digits of a fraction: the last digits of a confidence may differ by processor."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return round(value, 2) if isinstance(value, float) else value


def _shown(value: object, indent: str = "") -> str:
    """JSON that reads well on a page: what fits on a line stands on one."""
    line = orjson.dumps(value).decode().replace('":', '": ').replace(',"', ', "').replace("},{", "}, {")
    if len(indent + line) <= 110 or not isinstance(value, dict | list):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f'{inner}"{k}": {_shown(v, inner)}' for k, v in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _shown(v, inner) for v in value) + f"\n{indent}]"


def test_the_limits_on_the_page_are_the_defaults() -> None:
    text = PAGE.read_text(encoding="utf-8")
    limits = Limits.of(Settings())

    assert limits == Limits()
    for shown in (f"| `cost` | {limits.cost:,} |", f"| `depth` | {limits.depth} |", f"| `page` | {limits.page} |"):
        assert shown in text
    assert f"| `conditions` | {limits.conditions} |" in text
