"""JSON Lines with our own field names."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import loaders
from loaders import _lines
from loaders._open import open_stream
from schema.errors import NotFound, Rejected, UnknownFormat
from schema.paper import Paper

SAMPLE = Path(loaders.__file__).parent / "samples" / "papers.jsonl"


def read(data: str | bytes, format: str | None = "jsonl") -> list[Paper | Rejected]:
    data = data.encode() if isinstance(data, str) else data
    return [r for part in open_stream(io.BytesIO(data), "in.jsonl") for r in loaders.read(part, format)]


def test_the_sample_gives_its_papers_with_identifiers_in_one_form() -> None:
    first, second = (p for p in loaders.read(SAMPLE) if isinstance(p, Paper))
    assert (first.id, first.doi, first.year, first.date) == ("a-1", "10.1234/harbour.7", 2024, "2024-05-17")
    assert [a.name for a in second.authors] == ["Cy Muster", "Di Échantillon"]
    assert (second.arxiv_id, second.where) == ("2403.01234", "papers.jsonl line 2")


def test_a_bad_line_is_rejected_with_its_place_and_the_others_are_read() -> None:
    good = '{"title": "T", "abstract": "A"}'
    records = read(f'{good}\n{{"title": \n[1]\n\n{{"abstract": "no title"}}\n{{"title": "T", "facts": [1]}}\n{good}\n')
    assert [(r.where, r.code) if isinstance(r, Rejected) else r.where for r in records] == [
        "in.jsonl line 1",
        ("in.jsonl line 2", "bad-json"),
        ("in.jsonl line 3", "bad-json"),
        ("in.jsonl line 5", "no-title"),
        ("in.jsonl line 6", "bad-record"),
        "in.jsonl line 7",
    ]


def test_a_line_over_the_bound_is_rejected_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lines.read_lines, "__defaults__", (1000,))
    long = json.dumps({"title": "T" * 600_000})
    records = read(f'{{"title": "A"}}\n{long}\n{{"title": "B"}}\n')
    assert [r.title if isinstance(r, Paper) else r.code for r in records] == ["A", "too-long", "B"]


def test_control_characters_and_lone_surrogates_do_not_reach_the_record() -> None:
    (paper,) = read(r'{"title": "A\u0000 \u0007title \u202bשלום", "abstract": "x\u0085y"}')
    assert isinstance(paper, Paper)
    assert paper.title == "A title \u202bשלום"
    (half,) = read(r'{"title": "half \ud800 pair, whole \ud83d\ude00 pair"}')
    assert isinstance(half, Paper)
    assert half.title == "half \ufffd pair, whole 😀 pair"


def test_a_missing_file_and_a_wrong_format_name_say_what_is_near(tmp_path: Path) -> None:
    (tmp_path / "papers.jsonl").write_text("{}")
    with pytest.raises(NotFound, match=r"Did you mean 'papers\.jsonl'"):
        list(loaders.read(tmp_path / "paper.jsonl"))
    with pytest.raises(UnknownFormat, match="Did you mean 'jsonl'"):
        list(loaders.read(SAMPLE, "json-l"))


FIELDS = ("title", "abstract", "doi", "year", "date", "authors", "url", "id", "keywords")
VALUES = st.one_of(st.text(max_size=30), st.integers(), st.none(), st.lists(st.text(max_size=9), max_size=3))
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES), max_size=4))
def test_whatever_the_fields_hold_each_line_gives_one_record_or_one_rejection(rows: list[dict[str, object]]) -> None:
    assert len(read("".join(json.dumps(r) + "\n" for r in rows))) == len(rows)


@QUICK
@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader_or_lose_the_neighbours(noise: bytes) -> None:
    records = read(b'{"title": "before"}\n' + noise + b'\n{"title": "after"}\n')
    found = [r.title for r in records if isinstance(r, Paper)]
    assert found[0] == "before"
    assert found[-1] == "after"
