"""Hard cases of the JSON formats: OpenAlex, Semantic Scholar, Crossref, Hugging Face, Papers with Code, conferences."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import loaders
from kg.resolve.records import own_paper_id
from loaders._open import open_stream
from loaders._pwc import spam_reason
from schema.errors import Rejected
from schema.paper import Paper


def read(value: Any, name: str | None = None, indent: int | None = None) -> list[Paper | Rejected]:
    text = value if isinstance(value, str) else json.dumps(value, indent=indent)
    return [r for part in open_stream(io.BytesIO(text.encode()), "x.json") for r in loaders.read(part, name)]


def only(value: Any, name: str | None = None) -> Paper:
    (record,) = read(value, name)
    assert isinstance(record, Paper), record
    return record


WORK = {
    "id": "https://openalex.org/W1",
    "title": "T",
    "authorships": [],
    "referenced_works": [],
    "abstract_inverted_index": None,
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WORK),
        json.dumps(WORK, indent=2),
        json.dumps([WORK]),
        json.dumps({"meta": {"count": 1}, "results": [WORK]}),
        json.dumps({"meta": {"count": 1}, "results": [WORK]}, indent=4),
        "\n\n" + json.dumps(WORK) + "\n\n",
        "\x1e" + json.dumps(WORK),
    ],
    ids=["line", "object", "list", "answer", "answer in lines", "blank lines", "record separator"],
)
def test_a_work_is_read_from_every_shape_that_openalex_gives(text: str) -> None:
    assert only(text, "openalex").openalex_id == "W1"


def test_answers_one_behind_the_other_are_all_read() -> None:
    page = json.dumps({"meta": {}, "results": [WORK, WORK]})
    assert len(read(f"{page}\n{page}\n", "openalex")) == 4


def test_an_empty_answer_has_no_records_and_no_rejections() -> None:
    assert read({"meta": {"count": 0}, "results": []}, "openalex") == []
    assert read({"status": "ok", "message-type": "work-list", "message": {"items": []}}, "crossref") == []


def test_fields_that_are_null_or_of_another_type_reject_the_work_or_are_left_out() -> None:
    nothing = dict.fromkeys(("ids", "locations", "topics", "mesh", "keywords", "primary_location", "doi", "language"))
    assert only({**WORK, **nothing}, "openalex").title == "T"
    (record,) = read({**WORK, "authorships": 5}, "openalex")
    assert isinstance(record, Rejected)
    assert record.code == "bad-record"


def test_a_title_with_marks_and_a_preprint_among_the_places() -> None:
    places = [
        {"landing_page_url": "https://doi.org/10.1234/x", "source": None},
        {"landing_page_url": "http://arxiv.org/abs/2401.00001"},
    ]
    paper = only({**WORK, "title": "<i>In vivo</i> CT &amp; MRI", "locations": places}, "openalex")
    assert (paper.title, paper.arxiv_id) == ("In vivo CT & MRI", "2401.00001")


def test_a_doi_of_arxiv_gives_the_number() -> None:
    assert only({**WORK, "doi": "https://doi.org/10.48550/arXiv.2401.00001"}, "openalex").arxiv_id == "2401.00001"


def test_bulk_papers_of_semantic_scholar_and_batches_with_gaps() -> None:
    bulk = {"corpusid": 7, "externalids": {"ArXiv": "2401.00001"}, "title": "T", "authors": [], "s2fieldsofstudy": None}
    assert only(bulk).arxiv_id == "2401.00001"
    batch = [{"paperId": "a" * 40, "title": "A", "externalIds": None}, None, {"paperId": "b" * 40, "title": "B"}]
    assert [p.title for p in read(batch) if isinstance(p, Paper)] == ["A", "B"]


CROSSREF = {"DOI": "10.1234/new", "title": ["New"], "indexed": {}, "deposited": {}, "member": "0"}


def test_a_notice_of_retraction_retracts_the_other_work_and_does_not_replace_its_record() -> None:
    notice = {**CROSSREF, "title": ["RETRACTED: Old work"], "update-to": [{"DOI": "10.1234/OLD", "type": "retraction"}]}
    own, other = read([notice], "crossref")
    assert isinstance(own, Paper)
    assert isinstance(other, Paper)
    assert (other.doi, other.title, other.retracted) == ("10.1234/old", "Old work", True)
    assert other.id != other.doi


def test_a_correction_retracts_nothing() -> None:
    assert not only([{**CROSSREF, "update-to": [{"DOI": "10.1234/old", "type": "correction"}]}], "crossref").retracted


def test_a_single_work_and_a_work_without_a_title() -> None:
    assert only({"status": "ok", "message-type": "work", "message": CROSSREF}).doi == "10.1234/new"
    (record,) = read([{**CROSSREF, "title": []}], "crossref")
    assert isinstance(record, Rejected)


@pytest.mark.parametrize(
    "text",
    [
        "How do I speak to someone at Invented Airlines? Call +1-888-555-0100 now",
        "Invented Coin support number (1‒833‒555‒0100)",
        "📞 Invented Bank customer care, 24/7 live person helpline number",
        "cancel my flight refund a ticket 24/7 live agent",
    ],
)
def test_advertising_is_recognised(text: str) -> None:
    assert spam_reason(text)


@pytest.mark.parametrize(
    "text",
    [
        "A customer service chatbot for airlines, trained on 24/7 call logs",
        "We cluster 1 800 2021 samples; the loss falls from 3.25 to 1.18.",
        "Phone number recognition in noisy speech",
        "Twitter US Airline Sentiment: tweets on flights that passengers booked and cancelled",
        "ISBN 978-0-8176-4512-3, grid of 1-800 points",
        "",
    ],
)
def test_research_on_what_advertising_is_about_is_none(text: str) -> None:
    assert not spam_reason(text)


def test_an_advertised_method_is_kept_apart_with_its_reason() -> None:
    method = {
        "name": "How to call", "full_name": "Invented Airlines +1-888-555-0100", "description": "", "collections": [],
        "introduced_year": 2000, "paper": {"title": "T", "url": ""},
    }  # fmt: skip
    (record,) = read([method], "pwc-methods")
    assert isinstance(record, Rejected)
    assert record.code == "spam"
    assert "telephone number" in record.reason


def test_a_repository_that_others_made_is_no_code_of_the_paper() -> None:
    link = {
        "paper_url": "https://paperswithcode.com/paper/t",
        "paper_title": "T",
        "repo_url": "https://github.com/a/b",
        "is_official": False,
    }
    assert read([link], "pwc-links") == []
    assert only([{**link, "is_official": True}], "pwc-links").id == "t#github.com-a-b"


def test_every_row_of_a_table_is_a_record_of_its_own_and_one_without_a_paper_is_rejected() -> None:
    def row(model: str, title: str | None) -> dict[str, Any]:
        return {"model_name": model, "paper_title": title, "paper_url": "", "metrics": {"Dice": "0.8", "Empty": ""}}

    tables = [
        {
            "task": "T",
            "subtasks": [],
            "datasets": [{"dataset": "D", "sota": {"rows": [row("A", "P"), row("B", "P"), row("C", None)]}}],
        }
    ]
    first, second, third = read(tables, "pwc-tables")
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert isinstance(third, Rejected)
    assert first.id != second.id
    assert [r.metric for r in first.results] == ["Dice"]


def test_notes_of_both_versions_of_openreview_are_read_and_reviews_are_not() -> None:
    one = {
        "id": "f1",
        "forum": "f1",
        "invitation": "X",
        "content": {"title": "One", "abstract": "a", "code": "https://github.com/a/b"},
    }
    two = {
        "id": "f2",
        "forum": "f2",
        "invitations": ["X"],
        "content": {"title": {"value": "Two"}, "abstract": {"value": "b"}},
    }
    review = {"id": "r1", "forum": "f2", "invitations": ["X"], "content": {"review": {"value": "Fine."}}}
    papers = read({"notes": [one, two, review]})
    assert [(p.title, p.openreview_id) for p in papers if isinstance(p, Paper)] == [("One", "f1"), ("Two", "f2")]
    assert len(papers) == 2


def test_a_hidden_author_and_a_paper_that_was_withdrawn() -> None:
    paper = {
        "id": "2401.00001", "title": "T", "summary": "S", "upvotes": 1, "discussionId": "d", "publishedAt": "2024",
        "authors": [{"name": "A", "hidden": True}, {"name": "B"}], "withdrawnAt": "2024-02-01T00:00:00Z",
    }  # fmt: skip
    found = only(paper)
    assert [a.name for a in found.authors] == ["B"]
    assert found.retracted


def test_csl_items_keep_no_local_keys_and_dates_of_any_shape() -> None:
    items = [
        {"id": "ITEM-1", "type": "article-journal", "title": "A", "issued": {"date-parts": [["2020", "3"]]}},
        {"id": "x", "type": "book", "title": "B", "issued": {"raw": "c. 1999"}},
        {"id": "y", "type": "book", "title": "C", "issued": {}},
    ]
    assert [(p.id, p.date) for p in read(items) if isinstance(p, Paper)] == [
        (None, "2020-03"),
        (None, "1999"),
        (None, None),
    ]


def test_results_without_a_paper_and_yaml_that_is_none() -> None:
    (record,) = read(
        "- dataset: {id: a/b, task_id: t}\n  value: 1\n  source: {url: https://example.org}\n", "hf-results"
    )
    assert isinstance(record, Rejected)
    assert record.code == "no-paper"
    (record,) = read("a: [1\n", "hf-results")
    assert isinstance(record, Rejected)
    assert record.code == "bad-yaml"


def test_parts_of_one_paper_give_it_one_id() -> None:
    parts = [Paper(title="T", source="pwc-links", id=f"the-paper#{repository}") for repository in ("a", "b")]
    assert {own_paper_id(p) for p in parts} == {"paper/id-the-paper"}
