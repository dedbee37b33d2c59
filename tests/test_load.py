"""The pipeline: the same papers, however often, in whatever order and split, give the same graph."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

import loaders
from kg.load import load, roll_back
from kg.query import Graph
from kg.stats import count
from kg.store import current, embedded, find_snapshots
from kg.store.diff import find_changes
from schema.errors import NotFound, Rejected, StoreBusy
from schema.ids import DEFAULT_BASE
from schema.paper import Paper

KINDS = [*itertools.product(("Deep", "Wide"), ("segmentation", "detection"), ("CT", "MRI"))]
PAPERS = [
    Paper(
        title=f"{word} networks for {task} on {modality}",
        abstract=f"We train a U-Net on {modality} of {n} patients. Code is available at https://github.com/a/r{n}.",
        source="jsonl",
        year=2015 + n,
    )
    for n, (word, task, modality) in enumerate(KINDS)
]


def _digest(folder: Path) -> str:
    return str(current(folder).manifest["digest"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    load(PAPERS, folder, workers=1)
    return folder


def test_loading_the_same_papers_twice_changes_nothing(tmp_path: Path) -> None:
    first = load(PAPERS, tmp_path, workers=1)
    second = load(PAPERS, tmp_path, workers=1)

    assert (first.new, first.unchanged, first.published) == (8, 0, True)
    assert (second.new, second.unchanged, second.published) == (0, 8, False)
    assert len([*find_snapshots(tmp_path)]) == 1


@settings(max_examples=5)
@given(order=st.permutations(PAPERS), cut=st.integers(0, len(PAPERS)))
def test_any_order_and_any_split_give_the_same_graph(
    tmp_path_factory: pytest.TempPathFactory, whole: Path, order: list[Paper], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("split")
    load(order[:cut], folder, workers=1)
    load(order[cut:], folder, workers=1)

    assert _digest(folder) == _digest(whole)


def test_several_processes_give_the_same_graph_as_one(tmp_path: Path, sample: Path, listing_atlas: Path) -> None:
    load(loaders.read(str(sample)), tmp_path, workers=2)

    assert _digest(tmp_path) == _digest(listing_atlas)


def test_a_paper_loaded_again_replaces_its_old_edges(tmp_path: Path) -> None:
    paper = PAPERS[0].model_copy(update={"id": "p1"})
    load([paper], tmp_path, workers=1)
    load([paper.model_copy(update={"abstract": "We read radiology reports."})], tmp_path, workers=1)

    found = count(tmp_path)
    assert found["classes"]["Paper"] == 1
    assert found["edges"]["releasesCode"] == 0


def test_a_bad_record_is_reported_and_the_others_still_load(tmp_path: Path) -> None:
    bad = Rejected("papers.jsonl line 2", "bad-record", "no title", "{}")

    report = load([PAPERS[0], bad, PAPERS[1]], tmp_path, workers=1)

    assert report.new == 2
    assert report.rejected == {"bad-record": 1}
    assert count(tmp_path)["classes"]["Paper"] == 2


def test_two_writers_are_refused_with_a_clear_error(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock"), pytest.raises(StoreBusy, match="Another process"):
        load(PAPERS, tmp_path)


def test_an_earlier_snapshot_can_be_served_again(tmp_path: Path) -> None:
    first = load(PAPERS[:2], tmp_path, workers=1).snapshot
    load(PAPERS, tmp_path, workers=1)
    assert first is not None

    roll_back(tmp_path, first.name[:6])

    assert count(tmp_path)["classes"]["Paper"] == 2
    with pytest.raises(NotFound, match="Kept: 000001"):
        roll_back(tmp_path, "nonsense")


def test_the_difference_of_two_snapshots_names_the_papers_that_came(tmp_path: Path) -> None:
    load(PAPERS[:7], tmp_path, workers=1)
    load(PAPERS, tmp_path, workers=1)
    old, new = find_snapshots(tmp_path)

    changes = [*find_changes(old, new)]

    titles = [c.object for c in changes if c.sign == "+" and c.predicate.endswith("terms/title>")]
    assert titles == [f'"{PAPERS[7].title}"']


def test_the_graph_is_plain_rdf_1_1_and_its_evidence_costs_at_most_four_times_the_facts(listing_atlas: Path) -> None:
    store = embedded.open_read_only(current(listing_atlas).rdf_path)
    facts = evidence = 0
    for quad in store:
        assert type(quad.subject).__name__ == "NamedNode"
        assert type(quad.object).__name__ in {"NamedNode", "Literal"}
        facts += str(quad.graph_name) == "DEFAULT"
        evidence += str(quad.graph_name).endswith("graph/evidence>")

    assert 0 < evidence <= 4 * facts


def test_an_unknown_listing_says_what_was_found(tmp_path: Path, kg) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02 nothing")

    done = kg("load", "x.bin", cwd=tmp_path)

    assert done.returncode == 1
    assert "unknown-format" in done.stderr
    assert json.dumps("hf-listing")[1:-1] in done.stderr


def test_a_graph_that_this_version_cannot_read_is_published_anew(tmp_path: Path) -> None:
    first = load(PAPERS[:2], tmp_path, workers=1).snapshot
    assert first is not None
    meta = first.index_path / "meta.json"
    meta.write_text(meta.read_text().replace('"format": ', '"format": 9'))

    again = load([], tmp_path, workers=1)

    assert again.published
    assert count(tmp_path)["classes"]["Paper"] == 2


def test_what_was_rejected_loads_once_it_is_mended(tmp_path: Path, kg) -> None:  # type: ignore[no-untyped-def]
    source = tmp_path / "papers.jsonl"
    source.write_text('{"title": "On CT"}\nno json\n')
    kg("load", str(source), "--store", "g", cwd=tmp_path)
    kept = [json.loads(line) for line in (tmp_path / "g" / "rejected.jsonl").read_text().splitlines()]
    assert [(r["where"], r["code"], r["raw"]) for r in kept] == [("papers.jsonl line 2", "bad-json", "no json")]

    source.write_text('{"title": "On CT"}\n{"title": "On MRI"}\n')
    done = kg("load", "--retry-rejected", "--store", "g", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert count(tmp_path / "g")["classes"]["Paper"] == 2
    assert (tmp_path / "g" / "rejected.jsonl").read_text() == ""


def test_papers_and_sources_can_be_taken_out(tmp_path: Path) -> None:
    from kg.removal import remove

    load([*PAPERS, PAPERS[0].model_copy(update={"source": "hf-listing"})], tmp_path, workers=1)
    (paper,) = [p for p in _papers(tmp_path) if p.startswith("paper/deep-networks-for-segmentation-on-ct")]

    assert remove(tmp_path, [paper], [], base=DEFAULT_BASE, keep=5).removed == 2
    assert paper not in _papers(tmp_path)
    with pytest.raises(NotFound, match="paper/deep"):
        remove(tmp_path, ["paper/deep"], [], base=DEFAULT_BASE, keep=5)
    remove(tmp_path, [], ["jsonl"], base=DEFAULT_BASE, keep=5)
    assert _papers(tmp_path) == []


def _papers(folder: Path) -> list[str]:
    return [*Graph.open(folder).find("Paper").ids()]
