"""The ledger: records, annotations, rejects and decisions, each batch one transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.ledger import Entry, Ledger
from schema.annotation import Annotation, Annotations, CodeRelease, Evidence
from schema.errors import Rejected
from schema.paper import Author, Paper

PAPER = Paper(title="On CT", abstract="We read CT.", source="jsonl", where="a.jsonl line 1", doi="10.1/x")
EVIDENCE = Evidence("We read CT.", "abstract", 0, 11)
DRAWN = Annotations(
    "On CT",
    (
        Annotation("targetsModality", "CT", EVIDENCE, 0.9, "rules/1", "ct", cues=("name",)),
        Annotation("usesMethod", "U-Net", EVIDENCE, 0.3, "rules/1", aliases=("UNet",)),
    ),
    CodeRelease("released", ("https://github.com/a/b",), EVIDENCE, 0.8, "rules/1"),
)


def _entry(paper: Paper = PAPER, least: float = 0.0) -> Entry:
    return Entry(paper, "rules/1", least)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(1, [(_entry(), DRAWN)], [])

        assert [*ledger.records()] == [(PAPER.model_copy(update={"where": ""}), DRAWN)]


def test_the_same_record_at_another_line_is_known(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(1, [(_entry(), DRAWN)], [])

        assert ledger.is_known(_entry(PAPER.model_copy(update={"where": "b.jsonl line 9"})))
        assert not ledger.is_known(_entry(PAPER.model_copy(update={"abstract": "Changed."})))


def test_a_record_that_comes_again_replaces_the_old_one(tmp_path: Path) -> None:
    changed = PAPER.model_copy(update={"abstract": "We read MRI."})
    with Ledger(tmp_path) as ledger:
        ledger.add(1, [(_entry(), DRAWN)], [])
        ledger.add(2, [(_entry(changed), Annotations("On CT"))], [])

        ((paper, drawn),) = ledger.records()
        assert paper.abstract == "We read MRI."
        assert drawn.edges == ()


def test_a_records_threshold_leaves_out_what_is_less_sure(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.add(1, [(_entry(least=0.5), DRAWN)], [])

        ((_, drawn),) = ledger.records()
        assert [e.name for e in drawn.edges] == ["CT"]


def test_an_error_within_a_batch_leaves_nothing_of_it(tmp_path: Path) -> None:
    def broken() -> object:
        yield _entry(), DRAWN
        raise RuntimeError("torn")

    with Ledger(tmp_path) as ledger:
        with pytest.raises(RuntimeError):
            ledger.add(1, broken(), [])  # type: ignore[arg-type]

        assert [*ledger.records()] == []
        assert not ledger.is_dirty


def test_rejects_are_kept_with_place_code_and_reason(tmp_path: Path) -> None:
    rejected = Rejected("a.jsonl line 3", "bad-json", "no JSON", "{")
    with Ledger(tmp_path) as ledger:
        ledger.add(1, [], [("a.jsonl", rejected)])

        assert [*ledger.rejects()] == [rejected]


def test_runs_and_decisions_are_remembered(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        run = ledger.begin_run("kg load x", "2026-01-01T00:00:00+00:00")
        ledger.end_run(run, "2026-01-01T00:00:01+00:00", "000001-abc", {"new": 1})
        ledger.decide("same", "dataset/a", "dataset/b", "the same cohort")

    with Ledger(tmp_path) as again:
        assert next(again.runs())["snapshot"] == "000001-abc"
        assert [*again.decisions()] == [("same", "dataset/a", "dataset/b", "the same cohort")]


def test_papers_with_one_title_and_other_authors_are_records_of_their_own(tmp_path: Path) -> None:
    def editorial(name: str, year: int) -> Entry:
        return _entry(Paper(title="Editorial", source="bibtex", authors=(Author(name=name),), year=year))

    with Ledger(tmp_path) as ledger:
        for entry in (editorial("A", 2020), editorial("B", 2020), editorial("A", 2021), editorial("A", 2020)):
            ledger.add(1, [(entry, None)], [])

        assert len([*ledger.records()]) == 3
