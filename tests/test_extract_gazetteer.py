"""What the concept tables and the tagger tell the readers."""

from __future__ import annotations

import numpy as np

from kg.extract.candidates import Boundaries, is_in
from kg.extract.cues import CLASSES
from kg.extract.gazetteer import TABLES, folded_words, gazetteer
from kg.extract.naming import printed
from kg.extract.reading import Batch
from kg.extract.tagger import FEATURES, Tagged
from kg.extract.tagging import TAGGED, entity_block
from kg.extract.words import Lexicon, hash_of
from schema.concepts import concepts

NONE = np.zeros(0, np.uint64)


def read(title: str, abstract: str) -> Batch:
    return Batch.read([(title, abstract)], Lexicon(CLASSES), Boundaries(NONE, NONE, NONE, NONE))


def test_every_name_of_the_concept_tables_is_known_by_its_key():
    for table, (whole, _) in zip(TABLES, gazetteer(), strict=True):
        keys = [hash_of("".join(folded_words(c.label))) for c in concepts(table).values()]
        assert is_in(np.array(keys, np.uint64), whole).all()


def test_type_words_at_the_end_do_not_count():
    assert folded_words("U-Net architecture") == folded_words("U-Nets") == ["u", "net"]


def test_the_best_tagged_mention_of_a_thing_counts_wherever_it_stands():
    batch = read("Fennel", "We propose Fennel.")
    starts = [(0, 6), (7, 9), (10, 17), (18, 24)]
    sure = np.full((4, 2, 7, 3), 0.01, np.float32)
    sure[..., 0] = 0.98
    sure[3, :, 2] = (0.02, 0.97, 0.01)  # the name in the abstract begins a new method
    said = Tagged(np.array(starts, np.int32), sure, np.zeros(71, np.float32))
    m = batch.mentions
    named = [
        int(m.entity[i])
        for i in range(len(m.start))
        if printed(batch.tokens, batch.texts, int(m.start[i]), int(m.end[i])) == "Fennel"
    ]

    rows = entity_block(batch, np.arange(len(m.first) - 1), [said])

    column = TAGGED.index("most tagger score required proposesMethod")
    assert rows.shape[1] == 2 * len(FEATURES)
    assert int(np.argmax(rows[:, column])) == named[0]
