"""What changed between two snapshots, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import pyoxigraph as ox

from kg.store.embedded import open_read_only
from kg.store.snapshots import Snapshot


class Change(NamedTuple):
    """A statement of the default graph that came ("+") or went ("-"), as N-Triples terms."""

    sign: Literal["+", "-"]
    subject: str
    predicate: str
    object: str

    def __str__(self) -> str:
        return f"{self.sign} {self.subject} {self.predicate} {self.object} ."


def find_changes(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """The facts that went, then the facts that came, in constant memory; evidence is not compared."""
    before, after = open_read_only(old.rdf_path), open_read_only(new.rdf_path)
    yield from _missing(before, after, "-")
    yield from _missing(after, before, "+")


def _missing(here: ox.Store, there: ox.Store, sign: Literal["+", "-"]) -> Iterator[Change]:
    for quad in here.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        if quad not in there:
            yield Change(sign, str(quad.subject), str(quad.predicate), str(quad.object))
