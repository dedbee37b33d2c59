"""Judging claims, and the quality card."""

from __future__ import annotations

import importlib.util
import json
import random

import pytest
from conftest import SHARED, require_or_skip
from typer.testing import CliRunner

from kg.cli import app
from kg.quality import figures, judge, make_card
from kg.quality.card import calibration_error
from kg.quality.judging import EDGES, ROWS, Verdict

GOLD = {
    "title": "A",
    "edges": [
        {"relation": "usesDataset", "name": "CT-RATE", "aliases": ["CT RATE"]},
        {"relation": "addressesTask", "name": "report generation", "aliases": ["radiology report generation"]},
        {"relation": "usesMethod", "name": "deep learning", "optional": True},
        {"relation": "targetsModality", "id": "ct"},
    ],
    "code": {"status": "released", "urls": ["https://github.com/a/b"]},
    "results": [{"metric": "F1 score", "value": "0.82"}],
}


def kinds(claimed: dict, row: str) -> list[tuple[str, str]]:
    return sorted((v.kind, v.what) for v in judge(GOLD, {"title": "A"} | claimed, 0) if v.row == row)


def test_names_meet_in_any_spelling():
    claim = {"edges": [{"relation": "usesDataset", "name": "the CT-Rate datasets"}]}

    assert kinds(claim, "usesDataset") == [("right", "the CT-Rate datasets")]


def test_a_second_claim_of_one_thing_is_wrong():
    claim = {"edges": [{"relation": "usesDataset", "name": n} for n in ("CT-RATE", "CTRATE")]}

    assert [k for k, _ in kinds(claim, "usesDataset")] == ["right", "wrong"]


def test_a_broader_name_of_a_task_found_already_is_no_error():
    names = ("radiology report generation", "CT report generation")
    claim = {"edges": [{"relation": "addressesTask", "name": n} for n in names]}

    assert [k for k, _ in kinds(claim, "addressesTask")] == ["free", "right"]


def test_optional_edges_count_neither_way():
    assert kinds({"edges": [{"relation": "usesMethod", "name": "deep learning"}]}, "usesMethod") == [
        ("free", "deep learning")
    ]
    assert kinds({}, "usesMethod") == []


def test_modalities_are_compared_with_their_broader_ones():
    claim = {"edges": [{"relation": "targetsModality", "id": "mri"}]}

    assert kinds(claim, "targetsModality") == [("missed", "ct"), ("right", "medical-imaging"), ("wrong", "mri")]


def test_results_meet_on_value_and_a_word_of_the_metric():
    assert kinds({"results": [{"metric": "F1", "value": "0.82"}]}, "results") == [("right", "F1 0.82")]
    assert [k for k, _ in kinds({"results": [{"metric": "F1", "value": "0.83"}]}, "results")] == ["missed", "wrong"]


def test_our_figures_are_those_of_the_shared_scorer():
    path = SHARED / "scripts" / "score.py"
    require_or_skip(path.exists(), "the folder `shared` beside the checkout")
    spec = importlib.util.spec_from_file_location("shared_score", path)
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    golds = [json.loads(line) for line in (SHARED / "gold" / "dev.jsonl").read_text().splitlines()]
    rng = random.Random(3)
    every = [e for g in golds for e in g["edges"]]
    claims = [
        {
            "title": g["title"],
            "edges": rng.sample(g["edges"], len(g["edges"]) // 2) + rng.sample(every, 3) + g["edges"][:1],
            "code": rng.choice(golds)["code"],
            "results": g["results"][:2] + rng.choice(golds)["results"],
        }
        for g in golds
    ]
    theirs, extra, _ = scorer.score(
        {scorer.fold_title(g["title"]): g for g in golds}, {scorer.fold_title(c["title"]): c for c in claims}, None
    )

    verdicts = [v for n, (g, c) in enumerate(zip(golds, claims, strict=True)) for v in judge(g, c, n)]

    for row in ROWS:
        ours = figures(verdicts, (row,))
        assert (ours.precision, ours.recall, ours.f1) == pytest.approx(theirs[row]), row
    assert figures(verdicts, EDGES).f1 == pytest.approx(theirs["edges (micro)"][2])
    status = [v.kind == "right" for v in verdicts if v.row == "code.status"]
    assert sum(status) / len(status) == pytest.approx(extra["code.status accuracy"])


def test_the_calibration_error_is_the_distance_of_confidence_from_truth():
    sure = [Verdict("usesMethod", "right" if i < 9 else "wrong", "", 0, 0.9) for i in range(10)]
    unsure = [Verdict("usesMethod", "right" if i < 9 else "wrong", "", 0, 0.55) for i in range(10)]

    assert calibration_error(sure) == pytest.approx(0)
    assert calibration_error(unsure) == pytest.approx(0.35)


def test_the_card_names_the_commonest_errors():
    claims = [{"title": "A", "edges": [{"relation": "introducesDataset", "name": "CT-RATE", "confidence": 0.7}]}]

    card = make_card("test", [GOLD], claims)

    assert card.errors["introducesDataset"] == {"wrong: annotated under another relation": 1}
    assert card.errors["usesDataset"] == {"missed: claimed under another relation": 1}


def test_kg_quality_prints_the_card(tmp_path):
    (tmp_path / "gold.jsonl").write_text(json.dumps(GOLD | {"title": "A paper"}) + "\n")
    (tmp_path / "texts.jsonl").write_text(json.dumps({"title": "A paper", "abstract": "We use CT-RATE."}) + "\n")
    args = ["quality", str(tmp_path / "gold.jsonl"), str(tmp_path / "texts.jsonl")]

    shown = CliRunner().invoke(app, args)
    as_json = CliRunner().invoke(app, [*args, "--json", "--extractor", "fast"])

    assert shown.exit_code == 0, shown.output
    assert "| usesDataset | 1 |" in shown.output
    assert json.loads(as_json.stdout)["rows"]["results"]["support"] == 1


def test_a_gold_paper_without_text_is_an_error_that_says_so(tmp_path):
    from kg.quality.texts import read_annotated
    from schema.errors import BadRequest

    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(GOLD) + "\n")

    with pytest.raises(BadRequest, match=r"gold\.jsonl:1: no text is titled 'A'"):
        read_annotated(gold, {})
