"""The concept tables: unique, sorted, sound, and read by every part that needs names."""

from __future__ import annotations

from collections import Counter

import pytest

from kg.resolve.entities import Entities
from kg.resolve.names import fold
from kg.resolve.reading import Mention
from schema.concepts import TABLES, broader_closure, concepts, not_same
from schema.ids import entity_id, slug
from schema.vocabulary import CLASS

OURS = [cls for cls in TABLES if cls != "Modality"]
LEAST = {"Task": 250, "Condition": 400, "Method": 400, "Dataset": 400, "Modality": 71}


@pytest.mark.parametrize("cls", TABLES)
def test_a_table_is_as_large_as_it_says_and_every_broader_concept_is_in_it(cls: str):
    table = concepts(cls)

    assert len(table) >= LEAST[cls]
    missing = {(c.id, b) for c in table.values() for b in c.broader if b not in table}
    assert not missing, f"add rows to schema/tables/{TABLES[cls]} or repair the column `broader`: {sorted(missing)}"


@pytest.mark.parametrize("cls", TABLES)
def test_no_concept_is_broader_than_itself(cls: str):
    def up(id_: str, path: tuple[str, ...] = ()) -> None:
        assert id_ not in path, f"a circle in schema/tables/{TABLES[cls]}: {' > '.join((*path, id_))}"
        for broader in concepts(cls)[id_].broader:
            up(broader, (*path, id_))

    for id_ in concepts(cls):
        up(id_)
    assert all(id_ in closure for id_, closure in broader_closure(cls).items())


@pytest.mark.parametrize("cls", OURS)
def test_rows_are_sorted_and_their_keys_are_slugs(cls: str):
    ids = list(concepts(cls))

    assert ids == sorted(ids), f"sort schema/tables/{TABLES[cls]} by its first column"
    assert [id_ for id_ in ids if slug(id_) != id_] == []


@pytest.mark.parametrize("cls", OURS)
def test_a_name_means_one_concept_of_its_class(cls: str):
    owners: dict[str, set[str]] = {}
    for concept in concepts(cls).values():
        for name in concept.names:
            owners.setdefault(fold(name), set()).add(concept.id)

    assert {name: sorted(ids) for name, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("cls", TABLES)
def test_labels_are_clean_and_other_names_do_not_repeat(cls: str):
    for concept in concepts(cls).values():
        assert concept.label and concept.label == " ".join(concept.label.split())
        repeated = [n for n, times in Counter(n.casefold() for n in concept.names).items() if times > 1]
        # The modality table is given as it is.
        assert not repeated or cls == "Modality", f"{concept.id} repeats {repeated}"


@pytest.mark.parametrize("cls", TABLES)
def test_every_name_of_a_concept_finds_it(cls: str):
    mentions = [(Mention(cls, name), c.id) for c in concepts(cls).values() for name in c.names]
    entities = Entities()
    for mention, _ in mentions:
        entities.add(mention)
    entities.solve()
    found = {m.name: entities.resolve(m) for m, _ in mentions}

    wrong = {m.name: found[m.name] for m, id_ in mentions if found[m.name] != entity_id(CLASS[cls].type, id_)}
    # The modality table is given as it is; two of its concepts share some names.
    assert not wrong or (cls == "Modality" and len(wrong) <= 3), wrong


@pytest.mark.parametrize("cls", TABLES)
def test_exact_matches_are_addresses_and_belong_to_one_concept(cls: str):
    matches = [m for c in concepts(cls).values() for m in c.exact_match]

    assert all(m.startswith(("http://", "https://")) for m in matches)
    assert [m for m, times in Counter(matches).items() if times > 1] == []


def test_refused_pairs_are_two_names_that_no_table_joins():
    for pair in not_same():
        assert len(pair) == 2, f"a name refused to itself in schema/tables/not_same.tsv: {sorted(pair)}"
        first, second = sorted(pair)
        assert fold(first) != fold(second), f"{first} and {second} are one name to the fold"
        for cls in TABLES:
            for concept in concepts(cls).values():
                names = {fold(n) for n in concept.names}
                assert not {fold(first), fold(second)} <= names, f"{concept.id} joins {first} and {second}"
