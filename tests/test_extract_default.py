"""The extractors that the package brings: what holds of every text."""

from __future__ import annotations

import json

import pytest
from conftest import SHARED, require_or_skip
from hypothesis import given, settings
from hypothesis import strategies as st

import loaders
from kg.extract import get_extractor
from kg.extract.entities import is_junk
from schema.annotation import Annotations, Text
from schema.paper import Paper

TEXT = Text(
    "LumenNet: Coronary Artery Segmentation in CT Angiography",
    "Coronary artery disease is common. In this paper, we propose LumenNet, a segmentation network for CT angiography "
    "that builds on U-Net and contrastive learning. Unlike MRI, CT is fast. We evaluate LumenNet on the ImageCAS "
    "dataset, where it reaches a Dice score of 0.842. Code is available at https://github.com/a-lab/lumennet.",
)
LETTERS = st.text(alphabet="abcdeABC 019-.,;:()[]$%^{}\\/\n\t\"'éµ–", max_size=200)


@pytest.fixture(scope="module", params=["default", "fast"])
def reader(request):
    return get_extractor(request.param)


def read(reader, *texts: Text) -> list[Annotations]:
    return list(reader.extract(texts))


def targets(found: Annotations, relation: str) -> set[str]:
    return {e.id or e.name for e in found.edges if e.relation == relation}


def test_an_invented_paper_is_read_as_a_reader_would(reader):
    (found,) = read(reader, TEXT)

    assert targets(found, "proposesMethod") == {"LumenNet"}
    assert targets(found, "usesDataset") == {"ImageCAS"}
    assert {"U-Net", "contrastive learning"} <= targets(found, "usesMethod")
    assert targets(found, "targetsModality") == {"ct-angiography"}
    assert found.code.urls == ("https://github.com/a-lab/lumennet",)
    assert [(r.metric, r.value) for r in found.results] == [("Dice score", "0.842")]


def test_every_edge_says_why_and_how_surely(reader):
    (found,) = read(reader, TEXT)

    assert found.edges
    for edge in found.edges:
        assert 0 < edge.confidence < 1
        assert edge.maker == f"{reader.name} {reader.version}"
        assert edge.cues


def check_evidence(text: Text, found: Annotations) -> None:
    for claim in (*found.edges, *found.results):
        e = claim.evidence
        assert e.quote.strip()
        assert text.section(e.section)[e.start : e.end] == e.quote


@settings(max_examples=40)
@given(LETTERS, LETTERS)
def test_any_text_is_read_and_evidence_stands_in_it(title, abstract):
    text = Text(title, abstract)
    for name in ("default", "fast"):
        check_evidence(text, read(get_extractor(name), text)[0])


def test_an_empty_text_says_nothing(reader):
    assert read(reader, Text("", "")) == [Annotations("", code=read(reader, Text("", ""))[0].code)]


def test_a_text_is_read_alike_alone_and_among_others(reader):
    others = [Text(f"Paper {i}", TEXT.abstract.replace("LumenNet", f"Lumen{i}Net")) for i in range(60)]

    among = read(reader, *others[:30], TEXT, *others[30:])

    assert among[30] == read(reader, TEXT)[0]


def test_the_sample_is_read_alike_paper_by_paper_and_at_once(reader, sample):
    texts = [Text(r.title, r.abstract) for r in loaders.read(str(sample)) if isinstance(r, Paper)]

    at_once = read(reader, *texts)

    assert at_once == [read(reader, text)[0] for text in texts]


@pytest.mark.parametrize(
    "name", ["the proposed method", "our dataset", "the model", "42", "3.5%", "novel framework", "-", "x"]
)
def test_junk_never_becomes_a_name(name):
    assert is_junk(name)


@pytest.mark.parametrize("name", ["U-Net", "BERT", "segmentation", "MIMIC-III", "data augmentation"])
def test_names_are_no_junk(name):
    assert not is_junk(name)


def test_junk_phrases_yield_no_edges(reader):
    (found,) = read(
        reader, Text("A new method", "We propose the proposed method. Our dataset and our model are new. 42 is 3.5.")
    )

    assert not found.edges


@pytest.fixture(scope="module")
def listing() -> list[Text]:
    path = SHARED / "corpus" / "hf-papers-clinically-relevant.txt"
    require_or_skip(path.exists(), "the folder `shared` beside the checkout")
    return [Text(r.title, r.abstract) for r in loaders.read(str(path)) if isinstance(r, Paper)]


def test_all_evidence_of_the_listing_stands_in_its_texts(reader, listing):
    for text, found in zip(listing, read(reader, *listing), strict=True):
        check_evidence(text, found)


def test_no_name_of_the_listing_is_junk_and_no_edge_stands_twice(reader, listing):
    for found in read(reader, *listing):
        seen = [(e.relation, e.id or e.name) for e in found.edges]
        assert len(seen) == len(set(seen))
        assert not any(is_junk(e.name) for e in found.edges)


def test_the_listing_is_read_well(reader, listing):
    from kg.quality import figures, judge_all
    from kg.quality.judging import EDGES

    gold = [json.loads(line) for line in (SHARED / "gold" / "dev.jsonl").read_text().splitlines()]
    verdicts = judge_all(gold, [f.as_json() for f in read(reader, *listing)])

    assert figures(verdicts, EDGES).f1 > 0.78
    assert figures(verdicts, ("code.status",)).right / 58 > 0.95
