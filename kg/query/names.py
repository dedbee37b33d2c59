"""From what people call an entity to its id."""

from __future__ import annotations

from functools import cache

from kg.index import Index
from kg.index.names import fold
from kg.query.search import search
from schema.concepts import concepts
from schema.errors import BadFilter, did_you_mean
from schema.ids import EntityId, entity_id
from schema.vocabulary import CLASS

_SHOWN = 5
_COMPARED = 3000
"""Classes up to this size are compared name by name for a suggestion."""


def resolve(index: Index, cls: str, name: str) -> EntityId:
    """The one entity that an id, key, label or other name means, whatever its case and punctuation.

    An id or key goes before a label, a label before another name. Raises
    `BadFilter` where nothing or more than one thing has the name. A known concept
    that the graph does not have is understood all the same.
    """
    place = index.find(name)
    if place is not None and place[0] == cls:
        return index.id(*place)
    found = index.named(cls, name)
    best = [row for row, strength in found if strength == found[0][1]]
    if len(best) == 1:
        return index.id(cls, best[0])
    if not best and fold(name) not in _known(cls):
        # "xray" for "X-ray".
        best = [row for _, row in index.at_arrivals(index.text.joined(name, cls))]
        if len(best) == 1:
            return index.id(cls, best[0])
    if best:
        some = ", ".join(f"{index.id(cls, row)!r} ({index.label(cls, row)})" for row in best[:_SHOWN])
        raise BadFilter(f"{name!r} means {len(best)} things of class {cls}: {some}; give the id of one.")
    if fold(name) in _known(cls):
        # A known concept that no paper here has: asking for it finds nothing, which is the right answer.
        return _known(cls)[fold(name)]
    raise BadFilter(f"no {CLASS[cls].label} is called {name!r}.{_nearest(index, cls, name)}")


@cache
def _known(cls: str) -> dict[str, EntityId]:
    """The ids of the concept tables by every folded name; labels go before other names."""
    type_, known = CLASS[cls].type, concepts(cls)
    found = {fold(name): entity_id(type_, c.id) for c in known.values() for name in c.aliases}
    return found | {fold(n): entity_id(type_, c.id) for c in known.values() for n in (c.label, c.id, f"{type_}/{c.id}")}


def _nearest(index: Index, cls: str, name: str) -> str:
    near = [hit.label for hit in search(index, name, (cls,), 3)]
    if near:
        return f" Did you mean {' or '.join(map(repr, dict.fromkeys(near)))}?"
    if index.counts[cls] > _COMPARED:
        return ""
    return did_you_mean(name, index.labels(cls, range(index.counts[cls])))
