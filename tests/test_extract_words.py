"""Folding, hashing, tokens and candidate spans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.candidates import Boundaries, keys_by_length
from kg.extract.cues import CLASSES
from kg.extract.naming import clean, printed
from kg.extract.reading import Batch
from kg.extract.words import Lexicon, fold, hash_of

NONE = np.zeros(0, np.uint64)
FREE = Boundaries(NONE, NONE, NONE, NONE)
WORDS = st.text(alphabet="abcDEF019-+.,()$^{}\\%'’ éß\n", max_size=60)


def read(title: str, abstract: str = "", boundaries: Boundaries = FREE) -> Batch:
    return Batch.read([(title, abstract)], Lexicon(CLASSES), boundaries)


def spans(batch: Batch) -> set[str]:
    m = batch.mentions
    return {printed(batch.tokens, batch.texts, int(s), int(e)) for s, e in zip(m.start, m.end, strict=True)}


@given(WORDS)
def test_folding_twice_equals_folding_once(word):
    assert fold(fold(word)) == fold(word) or word.casefold() != fold(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-4o", "GPT4o"),
        ("U-Net", "UNets"),
        ("MIMIC CXR", "MIMIC-CXR"),
        ("C$^2$Net", "C2Net"),
        ("canoni- cal", "canonical"),
    ],
)
def test_names_that_are_printed_differently_have_one_key(one, other):
    keys = []
    for name in (one, other):
        batch = read(name)
        keys.append(keys_by_length(batch.tokens, batch.table, 4)[len(batch.tokens.words) - 1][0])

    assert keys[0] == keys[1]


@given(st.lists(st.text(alphabet="abxyz019", min_size=1, max_size=8), min_size=1, max_size=4))
def test_the_key_of_several_words_is_the_hash_of_their_folded_forms(words):
    batch = read(" ".join(words))
    key = keys_by_length(batch.tokens, batch.table, 4)[len(words) - 1][0]

    assert int(key) == hash_of("".join(map(fold, words)))


@given(WORDS, WORDS)
def test_every_token_stands_in_its_text_at_its_offsets(title, abstract):
    batch = read(title, abstract)
    t = batch.tokens
    for i in range(len(t.words)):
        word = batch.texts[0][t.section[i]][t.start[i] : t.end[i]]
        assert word
        assert word == word.strip()
    assert all(a < b for a, b in zip(t.start, t.end, strict=True))


def test_a_full_stop_ends_a_sentence_and_an_abbreviation_does_not():
    batch = read("", "We use CNNs (e.g. ResNet) of He et al. here. They work. So does 3.5 mm vs. 4 mm.")

    assert len(set(batch.tokens.sentence.tolist())) == 3


def test_names_are_not_cut_inside_and_compounds_are():
    found = spans(read("", "GPT-4 and transformer-based U-Net"))

    assert {"GPT-4", "transformer", "U-Net"} <= found
    assert not {"GPT", "Net", "U"} & found


def test_a_long_form_and_its_acronym_are_one_thing():
    batch = read("", "Magnetic resonance imaging (MRI) is used. We train on MRI.")
    m = batch.mentions
    forms = {
        printed(batch.tokens, batch.texts, int(m.start[i]), int(m.end[i])): int(m.entity[i])
        for i in range(len(m.start))
    }

    assert forms["MRI"] == forms["Magnetic resonance imaging"]


def test_line_ends_and_markup_of_the_source_leave_no_trace_in_a_name():
    assert clean("\\textit{MedE$^2$}  net\nwork") == "MedE2 net work"
