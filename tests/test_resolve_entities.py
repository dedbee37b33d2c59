"""Names to entities: what means the same meets, what only looks alike stays apart, junk is nothing."""

from __future__ import annotations

import doctest
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.resolve.acronyms import is_acronym_of
from kg.resolve.decisions import Decision, decision
from kg.resolve.entities import Entities
from kg.resolve.names import is_junk
from kg.resolve.reading import Mention
from schema.concepts import not_same
from schema.ids import DEFAULT_BASE
from schema.node import Node

NAMES = ["Foo-Net", "FooNet", "foonets", "FBN", "CAX", "coronary artery xerosis", "C+", "Cplus", "C-Plus", "Bar", "SAM"]
LONGS = [
    (),
    ("foo bar network",),
    ("coronary artery xerosis",),
    ("chronic ankle xanthoma",),
    ("FooNet",),
    ("Foo Bar Nets",),
]
MENTIONS = st.builds(
    Mention, st.just("Method"), st.sampled_from(NAMES), st.sampled_from(LONGS), st.none(), is_new=st.booleans()
)


def solved(*mentions: Mention, decisions: tuple[Decision, ...] = ()) -> Entities:
    entities = Entities(decisions)
    for mention in mentions:
        entities.add(mention)
    entities.solve()
    return entities


def ids(*mentions: Mention, decisions: tuple[Decision, ...] = ()) -> list[str | None]:
    entities = solved(*mentions, decisions=decisions)
    return [entities.resolve(m) for m in mentions]


def node(cls: str, *mentions: Mention, decisions: tuple[Decision, ...] = ()) -> Node:
    entities = solved(*mentions, decisions=decisions)
    (wanted,) = {i for m in mentions if (i := entities.resolve(m))}
    return next(n for n in entities.nodes(cls, {wanted}, DEFAULT_BASE) if n.id == wanted)


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        ("Dataset", ("MIMIC-CXR", "MIMIC CXR", "mimic-cxr", "the MIMIC-CXR dataset", "MIMIC–CXR")),
        ("Method", ("GPT-4o", "GPT4o", "gpt-4o", "GPT 4o")),
        ("Method", ("U-Net", "UNet", "U-net architecture", "Unet")),
        ("Modality", ("X-ray", "radiograph", "X-rays", "Radiographs")),
        ("Method", ("convolutional neural network", "CNN", "CNNs", "Convolutional Neural Networks", "ConvNet")),
        ("Condition", ("brain tumor", "brain tumour", "Brain Tumours", "brain tumors")),
        ("Dataset", ("Brain Tumor Segmentation (BraTS) challenge", "BraTS", "BRATS")),
        ("Method", ("Foo-Net", "FooNet", "Foo Net", "$\\text{Foo}$-Net")),
        ("Method", ("δ-VAE", "$\\delta$-VAE", "Delta-VAE")),
        ("Task", ("jigsaw localisation", "Jigsaw localization", "jigsaw localization task", "localization of jigsaws")),
        ("Task", ("Automated jigsaw solving", "jigsaw solving methods", "jigsaw solving benchmark")),
    ],
)
def test_spellings_of_one_name_are_one_entity(cls: str, names: tuple[str, ...]):
    found = ids(*(Mention(cls, n) for n in names))

    assert len(set(found)) == 1 and found[0], dict(zip(names, found, strict=True))


@pytest.mark.parametrize(
    ("cls", "first", "second"),
    [
        ("Dataset", "MIMIC-III", "MIMIC-IV"),
        ("Dataset", "MIMIC", "MIMIC-IV"),
        ("Method", "U-Net", "nnU-Net"),
        ("Method", "BERT", "ClinicalBERT"),
        ("Method", "GPT-4", "GPT-4o"),
        ("Method", "ResNet-18", "ResNet-50"),
        ("Method", "ResNet", "ResNet-18"),
        ("Method", "Foo-Net", "Foo-Net+"),
        ("Method", "Foo-Net v1", "Foo-Net v2"),
        ("Method", "Foo 2 7B", "Foo 27B"),
        ("Dataset", "FooQA", "FooVQA"),
        ("Method", "A*", "RRT*"),
    ],
)
def test_different_things_stay_apart_even_where_a_text_gives_one_as_another_name(cls: str, first: str, second: str):
    assert len(set(ids(Mention(cls, first), Mention(cls, second)))) == 2
    found = ids(Mention(cls, first, (second,)), Mention(cls, second))
    assert len(set(found)) == 2 and None not in found


def test_remembered_refusals_hold_whatever_the_class():
    for cls in ("Method", "Dataset", "Task", "Condition"):
        for pair in not_same():
            first, second = sorted(pair)
            found = ids(Mention(cls, first), Mention(cls, second))
            assert found[0] is None or found[0] != found[1], pair


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        ("Method", "the proposed method"), ("Dataset", "our dataset"), ("Dataset", "42"),
        ("Method", "a novel framework"),
        ("Dataset", "two public datasets"), ("Method", "X"), ("Method", "https://github.com/a/b"), ("Dataset", "  "),
        ("Method", "this model"), ("Dataset", "1,024"), ("Condition", "the disease"), ("Method", "--"),
        ("Modality", "some unknown modality"),
    ],
)  # fmt: skip
def test_junk_becomes_no_entity(cls: str, name: str):
    assert ids(Mention(cls, name)) == [None]


def test_a_name_that_a_table_knows_is_no_junk():
    assert is_junk("world model") and ids(Mention("Method", "world model")) == ["method/world-model"]


def test_a_short_form_alone_follows_the_long_form_that_the_corpus_agrees_on():
    long = Mention("Method", "FBN", ("foo bar network",))

    assert len(set(ids(long, Mention("Method", "FBN"), Mention("Method", "Foo Bar Networks")))) == 1


def test_an_ambiguous_short_form_chains_nothing_together():
    first = Mention("Condition", "CAX", ("coronary artery xerosis",))
    second = Mention("Condition", "CAX", ("chronic ankle xanthoma",))
    alone = Mention("Condition", "CAX")

    assert ids(first, second, alone) == [
        "condition/coronary-artery-xerosis", "condition/chronic-ankle-xanthoma", "condition/cax",
    ]  # fmt: skip


def test_a_long_form_decides_against_the_table_s_reading_of_its_short_form():
    table = Mention("Method", "SAM")
    other = Mention("Method", "SAM", ("sharpness-aware minimization",))

    assert ids(table, other) == ["method/segment-anything-model", "method/sharpness-aware-minimization"]


def test_a_short_form_that_a_table_gives_to_something_else_is_no_other_name():
    found = node("Condition", Mention("Condition", "AD", ("atopic dermatitis",)))

    assert found.id == "condition/atopic-dermatitis"
    assert "AD" not in found.properties["aliases"]


def test_of_several_long_forms_the_known_one_decides_and_unknown_ones_cancel():
    assert ids(Mention("Method", "FM", ("Fuzzy Matching", "foundation model"))) == ["method/foundation-model"]
    assert ids(Mention("Method", "XQ", ("Xeno Query", "Xylophone Quartet"))) == ["method/xq"]


def test_what_a_paper_presents_is_not_the_field_it_is_named_after():
    used = Mention("Method", "deep learning framework")
    presented = Mention("Method", "deep learning framework", is_new=True)

    assert ids(used) == ["method/deep-learning"]
    assert ids(presented) == ["method/deep-learning-framework"]


def test_the_label_is_the_commonest_form_and_the_rest_are_other_names():
    mentions = [Mention("Method", n) for n in ("FooNet", "Foo-Net", "Foo-Net", "foo-net", "Foo-Net model")]
    found = node("Method", *mentions)

    assert (found.id, found.label) == ("method/foo-net", "Foo-Net")
    assert found.properties["aliases"] == ("FooNet",)
    assert found.properties["sameAs"] == (f"{DEFAULT_BASE}method/foonet",)


def test_a_key_that_a_later_name_changes_leads_on():
    before = node("Method", Mention("Method", "FooNet"))
    after = node("Method", Mention("Method", "FooNet"), Mention("Method", "Foo-Net"))

    assert before.id == "method/foonet"
    assert after.id == "method/foo-net"
    assert DEFAULT_BASE + before.id in after.properties["sameAs"]


def test_a_concept_keeps_its_label_and_its_wider_concepts_come_with_it():
    entities = solved(Mention("Condition", "GBM"))
    found = {n.id: n for n in entities.nodes("Condition", {"condition/glioblastoma"}, DEFAULT_BASE)}

    assert found["condition/glioblastoma"].label == "glioblastoma"
    assert found["condition/glioblastoma"].targets("broaderCondition") == ("condition/glioma",)
    assert {"condition/glioma", "condition/brain-tumor"} <= found.keys()


def test_the_whole_table_of_modalities_is_shown():
    assert len(list(Entities().nodes("Modality", (), DEFAULT_BASE))) == 71


def test_the_order_of_mentions_changes_nothing():
    luck = random.Random(5)
    names = [
        "Foo-Net",
        "FooNet",
        "FN",
        "CAX",
        "coronary artery xerosis",
        "Bar",
        "BAR",
        "bars",
        "C+",
        "Cplus",
        "MIMIC IV",
    ]
    longs = [(), ("coronary artery xerosis",), ("chronic ankle xanthoma",), ("Foo Network",)]
    mentions = [
        Mention(luck.choice(["Method", "Condition"]), luck.choice(names), luck.choice(longs)) for _ in range(60)
    ]
    expected = dict(zip(mentions, ids(*mentions), strict=True))
    for _ in range(5):
        luck.shuffle(mentions)
        assert dict(zip(mentions, ids(*mentions), strict=True)) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(MENTIONS, max_size=12), st.lists(MENTIONS, max_size=12))
def test_an_id_once_given_stays_or_leads_on(early: list[Mention], late: list[Mention]):
    before, after = solved(*early), solved(*early, *late)
    for mention in early:
        old, new = before.resolve(mention), after.resolve(mention)
        assert (old is None) == (new is None)
        if old != new:
            (found,) = (n for n in after.nodes(mention.cls, {str(new)}, DEFAULT_BASE) if n.id == new)
            still_used = old in after.ids(mention.cls)
            assert still_used or f"{DEFAULT_BASE}{old}" in found.properties["sameAs"]


def test_people_may_join_and_part_entities():
    joined = (decision("merge", "method/foo", "method/bar", "renamed"),)
    found = node("Method", Mention("Method", "Foo"), Mention("Method", "Bar"), decisions=joined)
    assert found.id == "method/foo"
    assert found.properties["aliases"] == ("Bar",)
    assert found.properties["sameAs"] == (f"{DEFAULT_BASE}method/bar",)

    mentions = Mention("Method", "FBN", ("foo bar network",)), Mention("Method", "FBN")
    parted = (decision("split", "method/foo-bar-network", "method/fbn"),)
    assert ids(*mentions, decisions=parted) == ["method/foo-bar-network", "method/fbn"]


def test_of_pairs_that_abstracts_and_readers_give_those_joined_are_one_and_most_that_are_one_are_joined():
    """Names and other names of annotated papers, labelled by hand; each pair is given as a text would give it."""
    lines = (Path(__file__).parent / "golden" / "identity_pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = [line.split("\t") for line in lines]
    entities = solved(*(Mention(cls, name, (other,)) for cls, name, other, _ in pairs))
    entities_alone = [(entities.resolve(Mention(c, a)), entities.resolve(Mention(c, b))) for c, a, b, _ in pairs]
    joined = [a is not None and a == b for a, b in entities_alone]
    same = [label == "1" for *_, label in pairs]
    right = sum(j and s for j, s in zip(joined, same, strict=True))

    assert len(pairs) >= 200
    assert right / sum(joined) >= 0.98
    assert right / sum(same) >= 0.72


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [
        ("CNN", "convolutional neural network", True),
        ("BraTS", "Brain Tumor Segmentation", True),
        ("GPT-4", "Generative Pre-trained Transformer 4", True),
        ("MIMIC-IV", "Medical Information Mart for Intensive Care III", False),
        ("CT", "clinical notes", False),
        ("SAM", "large language model", False),
        ("foo net", "foo bar network", False),
    ],
)
def test_an_acronym_takes_its_letters_in_order_from_its_long_form(short: str, long: str, expected: bool):
    assert is_acronym_of(short, long) is expected


def test_the_examples_of_the_page_on_identity_hold():
    page = Path(__file__).parents[1] / "docs" / "identity.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)

    assert tried >= 3 and not failed
