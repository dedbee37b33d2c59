"""What sources do to their readers: cut, mixed, re-encoded, oversized and malicious input."""

from __future__ import annotations

import bz2
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import loaders
from loaders import _json, _lines, _open, _xml
from loaders._open import open_stream
from schema.errors import KgError, Rejected
from schema.paper import Paper

SAMPLES = Path(loaders.__file__).parent / "samples"
NAMES = sorted(loaders.LOADERS)
TEXTUAL = [n for n in NAMES if n != "parquet"]
DATA = {name: (SAMPLES / loader.sample).read_bytes() for name, loader in loaders.LOADERS.items()}
FEW = settings(max_examples=12)


def read(data: bytes, name: str | None = None) -> list[Paper | Rejected]:
    return [r for part in open_stream(io.BytesIO(data), "hostile") for r in loaders.read(part, name)]


def titles(records: list[Paper | Rejected]) -> list[str]:
    return [r.title for r in records if isinstance(r, Paper)]


def codes(records: list[Paper | Rejected]) -> list[str]:
    return [r.code for r in records if isinstance(r, Rejected)]


def are_clean(records: list[Paper | Rejected]) -> bool:
    """Every record can be written as UTF-8 and has no control characters in its title."""
    for r in records:
        if isinstance(r, Paper):
            r.model_dump_json().encode("utf-8")
            assert all(ord(c) >= 32 and not 0x7F <= ord(c) <= 0x84 for c in r.title)
        else:
            assert r.code
            assert r.reason
    return True


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(cut=st.floats(0, 1))
def test_a_cut_source_gives_a_beginning_of_its_records(name: str, cut: float) -> None:
    whole = DATA[name]
    found = titles(read(whole[: int(len(whole) * cut)], name))
    # What is cut inside its last text may still be a record of a format without ends.
    assert found[:-1] == titles(read(whole, name))[: max(len(found) - 1, 0)]


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(at=st.floats(0, 1), noise=st.binary(min_size=1, max_size=40))
def test_bytes_put_into_a_source_never_crash_its_reader(name: str, at: float, noise: bytes) -> None:
    whole = DATA[name]
    place = int(len(whole) * at)
    assert are_clean(read(whole[:place] + noise + whole[place:], name))


@pytest.mark.parametrize("name", TEXTUAL)
@FEW
@given(at=st.floats(0, 1), length=st.integers(1, 60))
def test_bytes_taken_out_of_a_source_never_crash_its_reader(name: str, at: float, length: int) -> None:
    whole = DATA[name]
    place = int(len(whole) * at)
    assert are_clean(read(whole[:place] + whole[place + length :], name))


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(noise=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
def test_any_bytes_read_as_any_format_give_records_or_rejections(name: str, noise: bytes) -> None:
    assert are_clean(read(noise, name))


@given(noise=st.binary(max_size=400))
def test_any_bytes_are_recognised_or_refused_with_a_message(noise: bytes) -> None:
    try:
        assert are_clean(read(noise))
    except KgError as err:
        assert err.code == "unknown-format"


@pytest.mark.parametrize("name", TEXTUAL)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32-be"])
def test_another_unicode_encoding_gives_the_same_records(name: str, encoding: str) -> None:
    text = DATA[name].decode("utf-8")
    mark = "\ufeff" if encoding == "utf-32-be" else ""
    assert titles(read((mark + text).encode(encoding))) == titles(read(DATA[name]))


@pytest.mark.parametrize("name", TEXTUAL)
def test_windows_line_ends_give_the_same_records(name: str) -> None:
    assert titles(read(DATA[name].replace(b"\n", b"\r\n"))) == titles(read(DATA[name]))


@pytest.mark.parametrize("name", ["arxiv", "pubmed", "endnote"])
def test_latin_1_with_its_declaration_keeps_its_letters(name: str) -> None:
    text = DATA[name].decode("utf-8").replace("β", "é").replace("UTF-8", "ISO-8859-1")
    declared = text if "ISO-8859-1" in text else text.replace('version="1.0"', 'version="1.0" encoding="ISO-8859-1"')
    assert titles(read(declared.encode("latin-1"), name)) == titles(
        read(text.replace("ISO-8859-1", "UTF-8").encode(), name)
    )


BOMB = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2405.00001</id><title>&d;</title></entry></feed>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2405.00001</id><title>&x;</title></entry></feed>"""


@pytest.mark.parametrize("data", [BOMB, OUTSIDE], ids=["expansion", "outside file"])
def test_xml_that_declares_entities_is_refused(data: bytes) -> None:
    assert codes(read(data, "arxiv")) == ["xml-entities"]


def test_an_entity_declared_far_behind_the_first_bytes_is_not_resolved_either() -> None:
    padded = OUTSIDE.replace(b"<!DOCTYPE", b"<!-- " + b"x" * 100_000 + b" --><!DOCTYPE")
    records = read(padded, "arxiv")
    assert "root:" not in str(records)


def test_an_outside_document_type_is_never_fetched() -> None:
    data = DATA["pubmed"].replace(
        b"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_240101.dtd", b"http://127.0.0.1:9/x.dtd"
    )
    assert len(titles(read(data))) == 2


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress], ids=["gzip", "bzip2"])
def test_a_bomb_ends_at_its_bound_and_what_came_before_is_read(pack: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_open, "BOMB_ALLOWANCE_BYTES", 200_000)
    monkeypatch.setattr(_open, "BOMB_RATIO", 20)
    assert callable(pack)
    records = read(pack(b'{"title": "before"}\n' + b" " * 30_000_000), "jsonl")
    assert titles(records) == ["before"]
    assert codes(records) == ["bomb"]


def test_a_packed_source_that_breaks_off_keeps_what_came_before() -> None:
    rows = b"".join(
        b'{"title": "paper %d", "abstract": "%s"}\n' % (i, str(i * 7919).encode() * 9) for i in range(20_000)
    )
    records = read(gzip.compress(rows)[:-50_000], "jsonl")
    assert len(titles(records)) > 5_000
    assert codes(records)[-1] == "broken-archive"


def test_a_damaged_zip_and_a_zip_of_nothing_say_so() -> None:
    assert codes(read(b"PK\x03\x04" + b"\0" * 50, "jsonl")) == ["broken-archive"]


@pytest.mark.parametrize("name", ["jsonl", "openalex", "conference", "bibtex", "ris", "csv", "hf-listing", "arxiv"])
def test_a_record_without_an_end_is_rejected_at_the_bound(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_lines.read_lines, "__defaults__", (50_000,))
    monkeypatch.setattr(_json.objects, "__defaults__", ((), 50_000))
    monkeypatch.setattr(_xml, "LONGEST_RECORD_BYTES", 50_000)
    opening = {
        "jsonl": b'{"title": "', "openalex": b'{"results": [{"id": "', "conference": b'[{"title": "',
        "bibtex": b"@article{x, title={",
        "ris": b"TY  - JOUR\nTI  - ", "csv": b'title,abstract\n"', "hf-listing": b"", "arxiv": b"<feed><entry><title>",
    }[name]  # fmt: skip
    records = read(opening + b"x" * 400_000 + b"\n", name)
    assert "too-long" in codes(records)
    assert len(records) <= 3


@pytest.mark.parametrize("at", [0, 4, 9])
def test_a_broken_object_in_a_list_costs_only_itself(at: int) -> None:
    rows = [json.dumps({"title": f"paper {i}", "abstract": "a", "keywords": ["k"], "track": "t"}) for i in range(9)]
    for broken in (
        '{"title": "no end, "abstract": "x"}',
        '{"title": {{{',
        '{"title" "x"}',
        '{"title": "x", }',
        '{"title": "x"',
    ):
        for joint in (",\n", ", "):
            data = "[" + joint.join([*rows[:at], broken, *rows[at:]]) + "]"
            found = titles(read(data.encode(), "conference"))
            assert [t for t in found if t in {f"paper {i}" for i in range(9)}] == [f"paper {i}" for i in range(9)], (
                broken
            )


@pytest.mark.parametrize("broken", ['{"id": "W0", "title": "x}', '{"id": "W0" "title": 1}', '{"id": "W0", {{{ }'])
def test_a_broken_object_inside_an_answer_of_an_api_costs_only_itself(broken: str) -> None:
    works = [
        json.dumps({"id": f"W{i}", "title": f"paper {i}", "authorships": [], "referenced_works": []}) for i in (1, 2, 3)
    ]
    for at in (0, 1, 3):
        data = '{"meta": {"count": 4}, "results": [' + ", ".join([*works[:at], broken, *works[at:]]) + "]}"
        assert titles(read(data.encode(), "openalex")) == ["paper 1", "paper 2", "paper 3"]


def test_a_broken_entry_of_bibtex_or_ris_costs_only_itself() -> None:
    bib = "@article{a, title={First}}\n@article{b, title={no end, year=1\n@article{c, title={Last}}\n"
    assert titles(read(bib.encode(), "bibtex")) == ["First", "Last"]
    ris = "TY  - JOUR\nTI  - First\nER  - \nTY  - JOUR\nAU  - No title and no end\nTY  - JOUR\nTI  - Last\nER  - \n"
    assert titles(read(ris.encode(), "ris")) == ["First", "Last"]


def test_a_quote_that_is_never_closed_costs_only_its_row() -> None:
    rows = "".join(f"paper {i},abstract {i}\n" for i in range(30))
    records = read(f'title,abstract\nfirst,a\n"broken,b\n{rows}'.encode(), "csv")
    assert titles(records) == ["first", *(f"paper {i}" for i in range(30))]
    assert codes(records) == ["bad-csv"]


@pytest.mark.parametrize("depth", [500, 200_000])
def test_deep_nesting_is_rejected_and_the_next_line_is_read(depth: int) -> None:
    deep = b'{"title": ' + b"[" * depth + b"]" * depth + b"}\n"
    assert titles(read(deep + b'{"title": "after"}\n', "jsonl")) == ["after"]
    nested = b"<feed><entry>" + b"<a>" * depth + b"</a>" * depth + b"<title>deep</title></entry></feed>"
    assert are_clean(read(nested, "arxiv"))


def test_a_right_to_left_title_stays_as_it_is() -> None:
    title = "\u202bתמונות CT של הכליה\u202c — صور الكلى"
    (paper,) = read(json.dumps({"title": title, "abstract": "x"}).encode(), "jsonl")
    assert isinstance(paper, Paper)
    assert paper.title == title


def test_sources_of_two_formats_in_one_file_give_what_belongs_to_the_named_one() -> None:
    mixed = DATA["jsonl"] + DATA["ris"] + DATA["jsonl"]
    assert len(titles(read(mixed, "jsonl"))) == 4
    assert len(titles(read(mixed, "ris"))) == 2
