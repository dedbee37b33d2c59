"""Corrections: an edge that a person found wrong stays out of the graph, whoever draws it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.corrections import Correction, add_corrections, parse_correction, read_corrections, remove_correction
from kg.load import load
from kg.query import Graph
from schema.errors import BadRecord
from schema.paper import Paper

PAPER = Paper(
    title="On CT", abstract="We read CT. Code is available at https://github.com/a/b.", source="jsonl", id="p1"
)
WRONG = Correction(paper="paper/id-p1", relation="targetsModality", target="modality/ct", reason="an analogy")


def test_a_wrong_edge_is_left_out_and_comes_back_when_the_correction_goes(tmp_path: Path) -> None:
    load([PAPER], tmp_path, workers=1)
    assert "modality/ct" in Graph.open(tmp_path).node("paper/id-p1").targets("targetsModality")

    add_corrections(tmp_path, [WRONG])
    load([PAPER], tmp_path, workers=1)
    assert "modality/ct" not in Graph.open(tmp_path).node("paper/id-p1").targets("targetsModality")

    assert remove_correction(tmp_path, *WRONG.edge)
    load([], tmp_path, workers=1)
    assert "modality/ct" in Graph.open(tmp_path).node("paper/id-p1").targets("targetsModality")


def test_a_paper_without_its_code_edge_releases_no_code(tmp_path: Path) -> None:
    load([PAPER], tmp_path, workers=1)
    (repository,) = Graph.open(tmp_path).node("paper/id-p1").targets("releasesCode")
    add_corrections(tmp_path, [Correction(paper="paper/id-p1", relation="releasesCode", target=repository)])

    load([], tmp_path, workers=1)

    assert Graph.open(tmp_path).node("paper/id-p1").properties["codeStatus"] == "none"


def test_the_same_correction_is_kept_once(tmp_path: Path) -> None:
    assert add_corrections(tmp_path, [WRONG, WRONG]) + add_corrections(tmp_path, [WRONG]) <= 2
    assert read_corrections(tmp_path) == [WRONG]


def test_a_bad_line_says_where_and_what(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"x line 3.*usesDataset"):
        parse_correction(b'{"paper": "paper/a", "relation": "usesDatset", "target": "dataset/b"}', "x line 3")
