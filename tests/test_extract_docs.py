"""The walk-through of docs/extraction.md still tells the truth, and so does the page on quality."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, SHARED, require_or_skip

import loaders
from kg.extract import get_extractor
from kg.quality import bundled_page
from schema.annotation import Text
from schema.paper import Paper

PAGE = ROOT / "docs" / "extraction.md"


def walked() -> dict[str, list[tuple[str, str, float]]]:
    """Title -> the rows of its table: edge, name, confidence."""
    found: dict[str, list[tuple[str, str, float]]] = {}
    title = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("### "):
            title = line.removeprefix("### ")
        cells = [c.strip() for c in line.strip("|").split("|")]
        if title and line.startswith("| ") and len(cells) == 5 and cells[0] not in {"edge", "code", "result"}:
            found.setdefault(title, []).append((cells[0], cells[1], float(cells[2])))
    return found


@pytest.fixture(scope="module")
def listing() -> dict[str, Text]:
    path = SHARED / "corpus" / "hf-papers-clinically-relevant.txt"
    require_or_skip(path.exists(), "the folder `shared` beside the checkout")
    return {r.title: Text(r.title, r.abstract) for r in loaders.read(str(path)) if isinstance(r, Paper)}


def test_three_papers_are_walked_through():
    assert len(walked()) == 3


def test_the_edges_of_the_walk_through_are_those_that_are_drawn(listing):
    for title, rows in walked().items():
        (found,) = get_extractor("default").extract([listing[title]])
        drawn = {(e.relation, e.name): e.confidence for e in found.edges}
        assert set(drawn) == {(relation, name) for relation, name, _ in rows}
        for relation, name, confidence in rows:
            assert drawn[relation, name] == pytest.approx(confidence, abs=0.02)


def test_the_page_on_quality_is_made_from_the_figures_of_the_bundled_model():
    assert (ROOT / "docs" / "quality.md").read_text(encoding="utf-8") == bundled_page()


def test_the_bundled_figures_are_those_of_the_bundled_model():
    import json

    kept = json.loads(Path(ROOT / "kg" / "extract" / "model.json").read_text())

    assert kept["version"] == get_extractor("default").version
