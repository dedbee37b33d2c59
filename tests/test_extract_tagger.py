"""The tagger: cutting words, scoring spans, learning where names stand, and the bundled model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kg.extract._tagger_labels import lesson_from
from kg.extract._wordpiece import LONGEST, WordPieces, words_of
from kg.extract.tagger import ANY, FEATURES, LONGEST_SPAN, RELATIONS, REQUIRED, Tagged, Tagger
from schema.annotation import Text
from schema.concepts import concepts
from schema.errors import ExtractorError

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "res", "##net", "##nets", "18", "-", "cafe", "a"]
PROPOSES, DATASET, TASK, RESULT = (
    RELATIONS.index(r) for r in ("proposesMethod", "usesDataset", "addressesTask", "results")
)


def labels_of(text: Text, *edges: dict[str, Any], results: tuple[dict[str, Any], ...] = ()) -> np.ndarray:
    return lesson_from(text, {"edges": list(edges), "results": list(results)}).words


def labelled(text: Text, labels: np.ndarray) -> list[str]:
    """The words with a label other than "outside", "begins" ones after a bar, those not scored in brackets."""
    words = words_of(text).texts
    return [{1: f"|{w}", 2: w, -100: f"({w})"}[n] for w, n in zip(words, labels.tolist(), strict=True) if n]


def test_a_word_is_cut_into_the_longest_pieces_without_case_and_accents():
    pieces = WordPieces(VOCABULARY)

    assert [VOCABULARY[n] for n in pieces.cut("ResNets")] == ["res", "##nets"]
    assert [VOCABULARY[n] for n in pieces.cut("Café")] == ["cafe"]
    assert [VOCABULARY[n] for n in pieces.cut("resx")] == ["[UNK]"]


@given(st.text(max_size=80), st.text(max_size=400))
def test_words_stand_where_they_say_and_cover_all_that_is_visible(title, abstract):
    whole = f"{title}\n{abstract}"
    words = words_of(Text(title, abstract))

    assert [whole[a:b] for a, b in words.offsets.tolist()] == list(words.texts)
    assert "".join(words.texts) == "".join(whole.split())
    pieces = WordPieces(VOCABULARY)(words)
    assert len(pieces.ids) == len(pieces.shapes) == len(pieces.segments) <= LONGEST


def test_a_text_longer_than_the_encoder_is_cut_at_a_word():
    pieces = WordPieces(VOCABULARY)(words_of(Text("a", "a resnet " * 1000)))

    assert len(pieces.ids) <= LONGEST
    assert pieces.ids[-1] == VOCABULARY.index("[SEP]")
    assert set(pieces.ids[pieces.first].tolist()) == {VOCABULARY.index("a"), VOCABULARY.index("res")}


@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 14), st.just(2), st.just(len(RELATIONS)), st.just(3)),
                  elements=st.floats(0.0625, 1, width=32)),
    st.data(),
)  # fmt: skip
def test_a_span_is_scored_by_its_words_and_by_its_best_rival(raw, data):
    p = raw / raw.sum(axis=-1, keepdims=True)
    n = len(p)
    offsets = np.array([(3 * i, 3 * i + 2) for i in range(n)], np.int32)
    tagged = Tagged(offsets, p, np.zeros(1, np.float32))
    first = data.draw(st.integers(0, n - 1))
    last = data.draw(st.integers(first, min(n, first + LONGEST_SPAN) - 1))
    kind, relation = data.draw(st.sampled_from([REQUIRED, ANY])), data.draw(st.integers(0, len(RELATIONS) - 1))

    def by_hand(i: int, j: int) -> float:
        q = p[:, kind, relation]
        factors = [q[i, 1], *q[i + 1 : j + 1, 2], 1 - q[j + 1, 2] if j + 1 < n else 1.0]
        return math.prod(map(float, factors)) ** (1 / len(factors))

    row = tagged.span_features(np.array([3 * first]), np.array([3 * last + 2]))[0]
    column = kind * len(RELATIONS) + relation

    assert row[column] == pytest.approx(by_hand(first, last), abs=1e-3)
    rivals = [
        by_hand(i, j) for i in range(last + 1) for j in range(i, min(n, i + LONGEST_SPAN)) if j >= first
    ]  # fmt: skip
    assert row[len(FEATURES) // 2 + column] == pytest.approx(max(rivals), abs=1e-3)


def test_spans_behind_what_was_read_and_texts_without_words_score_zero():
    one = np.full((1, 2, len(RELATIONS), 3), 1 / 3, np.float32)
    read = Tagged(np.array([[0, 2]], np.int32), one, np.zeros(1, np.float32))
    empty = Tagged(np.zeros((0, 2), np.int32), one[:0], np.zeros(1, np.float32))

    assert not read.span_features(np.array([10]), np.array([12])).any()
    assert empty.span_features(np.array([0, 1]), np.array([1, 2])).shape == (2, len(FEATURES))


def test_a_folder_without_a_model_is_an_error_that_says_how_to_make_one(tmp_path):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

    with pytest.raises(ExtractorError, match="kg train --tagger"):
        Tagger(tmp_path)


def test_names_are_found_whatever_their_hyphens_case_and_plural():
    text = Text("A study", "We train res-nets and a ResNet on MIMIC CXR.")

    labels = labels_of(
        text,
        {"relation": "usesMethod", "name": "ResNet", "aliases": []},
        {"relation": "usesDataset", "name": "MIMIC-CXR dataset"},
    )

    assert labelled(text, labels[REQUIRED, RELATIONS.index("usesMethod")]) == ["|res", "-", "nets", "|ResNet"]
    assert labelled(text, labels[REQUIRED, DATASET]) == ["|MIMIC", "CXR"]


def test_longer_names_win_and_optional_ones_are_not_scored_as_required():
    text = Text("A study", "Medical image segmentation and organ counting.")

    labels = labels_of(
        text,
        {"relation": "addressesTask", "name": "image segmentation", "aliases": ["medical image segmentation"]},
        {"relation": "addressesTask", "name": "organ counting", "optional": True},
    )

    assert labelled(text, labels[REQUIRED, TASK]) == ["|Medical", "image", "segmentation", "(organ)", "(counting)"]
    assert labelled(text, labels[ANY, TASK]) == ["|Medical", "image", "segmentation", "|organ", "counting"]


def test_a_short_acronym_is_not_found_in_a_lower_case_word():
    text = Text("SAM", "We use the same sam as SAM.")

    labels = labels_of(text, {"relation": "proposesMethod", "name": "SAM"})

    assert labelled(text, labels[REQUIRED, PROPOSES]) == ["|SAM", "|SAM"]


def test_a_result_is_labelled_where_its_number_stands_alone():
    text = Text("A study", "An AUC of 0.95 (0.955 before), 95 patients.")

    labels = labels_of(text, results=({"metric": "AUC", "value": "0.95"},))

    assert labelled(text, labels[REQUIRED, RESULT]) == ["|0", ".", "95"]


def test_a_modality_is_taught_with_what_is_broader_and_optional_ones_do_not_count():
    lesson = lesson_from(
        Text("A study", "…"),
        {
            "edges": [
                {"relation": "targetsModality", "id": "low-dose-ct"},
                {"relation": "targetsModality", "id": "mri", "optional": True},
            ]
        },
    )
    by_id = dict(zip(concepts("Modality"), zip(lesson.modalities, lesson.counts, strict=True), strict=True))

    assert by_id["low-dose-ct"] == by_id["ct"] == by_id["medical-imaging"] == (1, 1)
    assert by_id["mri"] == (0, 0)
    assert by_id["eeg"] == (0, 1)


def test_the_bundled_model_marks_names_that_it_was_not_taught():
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    abstract = (
        "We propose QuokkaNet, a transformer for lung nodule detection in chest CT. It is evaluated on LUNA16 and "
        "compared with U-Net, and reaches a sensitivity of 93.1%. Patients with lung cancer are studied."
    )
    text = Text("QuokkaNet: lung nodule detection in computed tomography", abstract)
    (tagged,) = Tagger().tag([text])
    whole = f"{text.title}\n{text.abstract}"

    def score(name: str, relation: str) -> float:
        start = np.array([whole.index(name)])
        return float(tagged.span_features(start, start + len(name))[0, RELATIONS.index(relation)])

    said = {"QuokkaNet": "proposesMethod", "LUNA16": "usesDataset", "U-Net": "usesMethod"}
    for name, relation in (said | {"lung nodule detection": "addressesTask", "93.1": "results"}).items():
        assert score(name, relation) > 0.5, (name, relation)
    assert score("Patients with", "usesDataset") < 0.1
    by_id = dict(zip(concepts("Modality"), tagged.modalities.tolist(), strict=True))
    assert by_id["ct"] > 0.5 > by_id["eeg"]


def test_a_trained_model_is_repeatable_and_reads_what_it_was_taught(tmp_path):
    pytest.importorskip("torch", reason="the extra `train` is not installed")
    from kg.extract.tagger_training import Recipe, out_of_fold, train

    texts = [Text(f"{n}: a study", "We present Merlin and train it on CT-RATE.") for n in range(8)]
    edges = [{"relation": "proposesMethod", "name": "Merlin"}, {"relation": "usesDataset", "name": "CT-RATE"}]
    golds = [{"edges": edges, "results": []} for _ in texts]
    recipe = Recipe(layers=1, epochs=30, batch=4)

    for folder in ("one", "two"):
        train(texts, golds, tmp_path / folder, recipe)
    tagged, nothing = Tagger(tmp_path / "one").tag([texts[0], Text("", "")])
    unseen = dict(out_of_fold(texts, golds, 2, Recipe(layers=1, epochs=1)))

    for file in ("tagger.onnx", "tagger-vocabulary.txt", "tagger.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    start = f"{texts[0].title}\n{texts[0].abstract}".index("Merlin")
    score = dict(zip(FEATURES, tagged.span_features(np.array([start]), np.array([start + 6]))[0], strict=True))
    assert score["tagger score required proposesMethod"] > 0.8 > score["tagger score required usesDataset"]
    assert len(nothing.offsets) == 0
    assert sorted(unseen) == list(range(8))
