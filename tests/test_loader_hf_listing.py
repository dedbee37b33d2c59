"""The list of papers as a person copies it from the page."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import pytest

import loaders
from loaders._open import open_stream
from loaders.hf_listing import entries, is_prose, is_title
from schema.errors import Rejected, UnknownFormat
from schema.paper import Paper

SAMPLE = Path(loaders.__file__).parent / "samples" / "hf-listing.txt"
BODY = (
    "Kidney tumours are costly to outline by hand. We present a network that learns from few labels and from many "
    "unlabelled scans. On public challenge data it reaches a Dice score of 0.84, three points above the baseline."
)
OTHER = (
    "Speckle hides small structures in ultrasound images. We train a prior and show on 1,200 images that the noise "
    "falls by 4.2 dB, while edges stay. The method needs no paired data and runs in real time on one graphics card."
)


def read(text: str | bytes, name: str = "copied.txt") -> list[Paper | Rejected]:
    data = text.encode() if isinstance(text, str) else text
    return [r for part in open_stream(io.BytesIO(data), name) for r in loaders.read(part)]


def titles(text: str | bytes) -> list[tuple[str, bool]]:
    return [(p.title, bool(p.abstract)) for p in read(text) if isinstance(p, Paper)]


def test_the_sample_gives_its_four_papers_with_accents_and_math_intact() -> None:
    papers = list(loaders.read(SAMPLE))
    assert [p.title for p in papers if isinstance(p, Paper)] == [
        "Harbour-Seg: Segmenting Kidney Tumours on Contrast-Enhanced CT with Few Labels",
        "Écho et Doppler: a β-VAE Prior for Ultrasound Denoising",
        "An Index of Open Radiology Report Corpora",
        "nnQuery: Asking Pathology Slides Questions in Plain Words",
    ]
    second = papers[1]
    assert isinstance(second, Paper)
    assert "$\\ell_1$ loss and show on 1,200 échographies" in second.abstract
    assert second.where == "hf-listing.txt line 5"
    assert second.source == "hf-listing"


def test_the_real_listing_gives_119_papers() -> None:
    here = Path(__file__).resolve()
    found = [p / "shared" / "corpus" / "hf-papers-clinically-relevant.txt" for p in here.parents]
    listing = next((f for f in found if f.exists()), None)
    if listing is None:
        pytest.skip("the listing is not part of the repository")
    papers = [p for p in loaders.read(listing) if isinstance(p, Paper)]
    lines = listing.read_text(encoding="utf-8").splitlines()[2:]
    assert len(papers) == 119
    assert [p.title for p in papers[1:]] == lines[2::2]
    assert f"Subscribe{papers[0].title}" == lines[0]
    assert [p.abstract for p in papers] == lines[1::2]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.split("\n", 2)[2].removeprefix("Subscribe"),
        lambda t: t.replace("\n", "\r\n"),
        lambda t: t.replace("\n", "\r"),
        lambda t: t.replace("\n", "\n\n \n"),
        lambda t: "\ufeff" + t,
        lambda t: t.rstrip("\n"),
        lambda t: t.replace("SubscribeHarbour", "Subscribe\nHarbour"),
    ],
    ids=["no banner", "CRLF", "CR", "blank lines", "byte-order mark", "no last line end", "button on its own line"],
)
def test_a_copy_with_other_line_ends_or_banners_gives_the_same_papers(change: object) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert callable(change)
    assert titles(change(text)) == titles(text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_copy_in_another_unicode_encoding_gives_the_same_papers(encoding: str) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert titles(text.encode(encoding)) == titles(text)


def test_a_copy_in_windows_1252_keeps_its_accents() -> None:
    text = f"Étude des lésions du foie\n{BODY}\nEine Übersicht\n{OTHER}\n"
    assert titles(text.encode("cp1252")) == titles(text)


def test_a_title_without_an_abstract_leaves_its_neighbours_alone() -> None:
    text = (
        f"First Paper on CT\n{BODY}\nA Title Alone\nAnother Title Alone\n"
        f"Last Paper on Ultrasound\n{OTHER}\nThe Very Last Title\n"
    )
    assert titles(text) == [
        ("First Paper on CT", True),
        ("A Title Alone", False),
        ("Another Title Alone", False),
        ("Last Paper on Ultrasound", True),
        ("The Very Last Title", False),
    ]


@pytest.mark.parametrize("width", [70, 100, 130])
def test_an_abstract_broken_over_lines_is_put_together_again(width: int) -> None:
    text = "\n".join(
        ["First Paper on CT", *textwrap.wrap(BODY, width), "Last Paper on Ultrasound", *textwrap.wrap(OTHER, width)]
    )
    papers = read(f"Get trending papers in your email inbox!\n{text}\n")
    assert [(p.title, p.abstract) for p in papers if isinstance(p, Paper)] == [
        ("First Paper on CT", BODY),
        ("Last Paper on Ultrasound", OTHER),
    ]


def test_paragraphs_of_an_abstract_stay_with_their_paper() -> None:
    code = "Our code is available at https://example.org/code."
    text = f"First Paper on CT\n{BODY}\n{code}\nLast Paper on Ultrasound\n{OTHER}\n{BODY}\n"
    assert titles(text) == [("First Paper on CT", True), ("Last Paper on Ultrasound", True)]


def test_an_abstract_that_ends_in_a_link_is_complete() -> None:
    text = f"First Paper on CT\n{BODY} Code: https://github.com/example/x\npyHarbour: a tool\n{OTHER}\n"
    assert titles(text) == [("First Paper on CT", True), ("pyHarbour: a tool", True)]


def test_a_question_can_be_a_title() -> None:
    assert is_title("Are We Closer to an AI Doctor?", BODY, [OTHER])


def test_long_lines_and_several_sentences_are_prose() -> None:
    assert is_prose(BODY)
    assert is_prose("x" * 400)
    assert not is_prose("Dr. Bench: A Benchmark")


def test_entries_keep_the_lines_of_their_titles() -> None:
    found = list(entries([(3, "A Title"), (4, BODY), (7, "Another Title"), (9, OTHER)]))
    assert [(e.line, e.title) for e in found] == [(3, "A Title"), (7, "Another Title")]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "it is empty"),
        (b"%PDF-1.7\n...", "a PDF"),
        (b"\x00\x01\x02\x03rest", "binary data that begins with 0x00010203"),
        (b"<!DOCTYPE html>\n<html><body>x</body></html>", "an HTML page"),
        (b'<?xml version="1.0"?><!-- c --><svg:svg xmlns:svg="x"/>', "the root element <svg>"),
        (b'{"colour": "red", "size": 3}\n', "JSON with the keys colour, size"),
        (b"# Readme\n\nSome words.\n", "text that begins with '# Readme'"),
        (b"a,b\n1,2\n", "text that begins with 'a,b'"),
    ],
)
def test_what_is_no_listing_gets_an_error_that_says_what_was_found_and_which_formats_there_are(
    data: bytes, found: str
) -> None:
    with pytest.raises(UnknownFormat) as caught:
        read(data, "thing")
    assert found in caught.value.message
    assert "hf-listing" in caught.value.message
    assert "jsonl" in caught.value.message


def test_a_text_broken_at_a_width_is_read_whatever_happens_to_fill_its_lines() -> None:
    pairs = [
        (f"Paper Number {n} on {'Very ' * (n % 9)}Deep Learning for CT", f"{BODY} {'And more. ' * (n % 7)}".strip())
        for n in range(60)
    ]
    lines = [line for title, body in pairs for line in (title, *textwrap.wrap(body, 72))]
    papers = [p for p in read("\n".join(lines)) if isinstance(p, Paper)]
    assert [(p.title, p.abstract) for p in papers] == pairs
