"""Records to papers: what is one paper, what only looks like it, and why."""

from __future__ import annotations

import random

import pytest

from benchmarks.bench_identity import dirty_records, pairwise, resolved
from kg.resolve.decisions import Decision, decision
from kg.resolve.identifiers import cited_identifier, identifiers
from kg.resolve.identity import Papers
from schema.errors import BadInput
from schema.ids import EntityId
from schema.paper import Author, Paper

LONG = "Wavelet trees for federated compression of liver lesions"
ABSTRACT = (
    "We compress liver lesions with wavelet trees that are federated over nine sites and find that it works well."
)


def paper(title: str = LONG, *authors: str, **fields: object) -> Paper:
    fields.setdefault("source", "test")
    return Paper(title=title, authors=tuple(Author(name=n) for n in authors), **fields)  # type: ignore[arg-type]


def solved(*records: Paper, decisions: tuple[Decision, ...] = ()) -> Papers:
    papers = Papers(decisions)
    for record in records:
        papers.add(record)
    papers.solve()
    return papers


def are_one(*records: Paper, decisions: tuple[Decision, ...] = ()) -> bool:
    papers = solved(*records, decisions=decisions)
    return len({papers.paper_of(n) for n in range(len(records))}) == 1


def test_on_dirt_as_in_bibliographic_test_sets_pairwise_f1_is_at_least_98_percent():
    records, truth = dirty_records(700, seed=11)
    precision, recall, f1 = pairwise(resolved(records), truth)

    assert f1 >= 0.98, (precision, recall, f1)


def test_the_order_of_records_changes_no_paper():
    records, _ = dirty_records(120, seed=3)
    ids = dict(zip(map(id, records), resolved(records), strict=True))
    shuffled = list(records)
    random.Random(1).shuffle(shuffled)

    assert dict(zip(map(id, shuffled), resolved(shuffled), strict=True)) == ids


SAME = {
    "arXiv versions": (paper("On X", arxiv_id="2401.00001"), paper("On X, revised", url="https://arxiv.org/abs/2401.00001v3")),
    "an arXiv DOI": (paper("On X", arxiv_id="2401.00001"), paper("On X", doi="10.48550/arxiv.2401.00001")),
    "preprint and journal": (
        paper(LONG, "Ada Lovelace", "Alan Turing", arxiv_id="2401.00001", year=2024),
        paper(LONG, "A. Lovelace", "A. Turing", doi="10.1000/xyz", year=2025),
    ),
    "a bioRxiv preprint": (
        paper(LONG, "Ada Lovelace", doi="10.1101/2020.01.01.900001", year=2020),
        paper(LONG, "Ada Lovelace", doi="10.1000/xyz", year=2021),
    ),
    "swapped names and typos": (
        paper(LONG, "Ada Lovelace", "Alan Turing", year=2024),
        paper(LONG.replace("federated", "fedrated"), "Lovelace, A.", "Turing Alan", year=2024),
    ),
    "a cut title": (paper(LONG, "Ada Lovelace", year=2024), paper(LONG[:40] + "…", "Lovelace, Ada", year=2024)),
    "a new title over the old abstract": (
        paper("Trees against lesions", "Ada Lovelace", abstract=ABSTRACT),
        paper(LONG, "Ada Lovelace", abstract=ABSTRACT),
    ),
    "one record twice": (paper("Editorial", id="7"), paper("Editorial", id="7", year=2024)),
    "PubMed and PMC": (paper("A", pmid="7", pmcid="PMC9"), paper("A", pmcid="PMC9", doi="10.1000/xyz")),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_one_paper_meets_itself(case: str):
    assert are_one(*SAME[case])


DIFFERENT = {
    "editorials": (paper("Editorial", "Ada Lovelace", year=2024), paper("Editorial", "Ada Lovelace", year=2024)),
    "other people": (paper(LONG, "Ada Lovelace"), paper(LONG, "Grace Hopper")),
    "parts": (paper(f"{LONG}: Part I", "Ada Lovelace"), paper(f"{LONG}: Part II", "Ada Lovelace")),
    "a corrigendum": (paper(LONG, "Ada Lovelace", year=2024), paper(f"Corrigendum: {LONG}", "Ada Lovelace", year=2024)),
    "a reply": (paper(LONG, "Ada Lovelace"), paper(f"Reply to: {LONG}", "Ada Lovelace")),
    "another word": (
        paper(LONG, "Ada Lovelace", year=2024),
        paper(LONG.replace("liver", "brain"), "Ada Lovelace", year=2024),
    ),
    "numbers of two files": (paper("On X and its uses", id="1"), paper("On Y and its uses", id="1")),
    "two DOIs": (paper(LONG, "Ada Lovelace", doi="10.1000/a"), paper(LONG, "Ada Lovelace", doi="10.1000/b")),
    "ten years": (paper(LONG, "Ada Lovelace", year=2010), paper(LONG, "Ada Lovelace", year=2020)),
    "a reused DOI": (
        paper("Sparse sampling of clinical notes", "Ada Lovelace", doi="10.1000/proceedings"),
        paper(LONG, "Grace Hopper", doi="10.1000/proceedings"),
    ),
    "versions": (paper("FooNet 2: a better network for everything", "Ada Lovelace"),
                 paper("FooNet 3: a better network for everything", "Ada Lovelace")),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENT)
def test_papers_that_look_alike_stay_apart(case: str):
    assert not are_one(*DIFFERENT[case])


def test_a_record_between_two_papers_does_not_chain_them_together():
    first = paper(LONG, "Ada Lovelace", doi="10.1000/a", year=2024)
    between = paper(LONG, year=2024)
    second = paper(LONG, "Grace Hopper", doi="10.1000/b", year=2024)
    papers = solved(first, between, second)

    assert papers.paper_of(0) != papers.paper_of(2)


def test_every_merge_has_its_reason():
    papers = solved(*SAME["preprint and journal"])
    (match,) = papers.matches()

    assert {match.first, match.second} == {"paper/arxiv-2401.00001", "paper/doi-10.1000-xyz"}
    assert match.rule == "title-authors (same)"
    assert 0.9 < match.confidence < 1


def test_people_may_join_and_part_papers_and_that_is_remembered():
    left, right = DIFFERENT["two DOIs"]
    ids = ("paper/doi-10.1000-a", "paper/doi-10.1000-b")

    assert are_one(left, right, decisions=(decision("merge", *ids, "the same talk"),))
    preprint, journal = SAME["preprint and journal"]
    parted = (decision("split", "paper/arxiv-2401.00001", "paper/doi-10.1000-xyz"),)
    assert not are_one(preprint, journal, decisions=parted)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ("paper/a", "method/a", "different classes"),
        ("paper/a", "paper/a", "given twice"),
        ("papr/a", "papr/b", "Did you mean 'paper'"),
        ("modality/ct", "modality/mri", "no id that can be merged"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(first: str, second: str, says: str):
    with pytest.raises(BadInput, match=says):
        decision("merge", first, second)


def test_every_scheme_of_identifiers_is_read():
    full = paper(
        "A", doi="10.1000/ABC", arxiv_id="2401.00001", pmid="7", pmcid="pmc9", openalex_id="https://openalex.org/w12",
        s2_id="s", openreview_id="o", acl_id="P19-1001",
    )  # fmt: skip

    assert identifiers(full) == (
        "arxiv:2401.00001", "doi:10.1000/abc", "pmid:7", "pmcid:PMC9", "openalex:W12", "s2:s", "openreview:o",
        "acl:P19-1001",
    )  # fmt: skip
    assert cited_identifier("doi:10.48550/arXiv.2401.00001") == "arxiv:2401.00001"
    assert cited_identifier("openalex:https://openalex.org/W12") == "openalex:W12"


def test_a_citation_finds_the_paper_by_any_identifier_of_any_of_its_records():
    papers = solved(*SAME["preprint and journal"])

    assert (
        papers.paper_with("doi:10.1000/xyz")
        == papers.paper_with("arxiv:2401.00001")
        == EntityId("paper/arxiv-2401.00001")
    )
    assert papers.paper_with("doi:10.1000/nowhere") is None
