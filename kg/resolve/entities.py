"""Names to entities: each name of a dataset, method, task, modality or condition finds its one node.

A name that a concept table knows is that concept. Any other name is an entity
of its own, keyed by its fold. A short form stands for its long form: where the
text gives both, the long form decides; a short form alone follows the whole
corpus, and only where the corpus agrees on what it stands for. Long forms are
never joined by way of a short form, so that one ambiguous acronym cannot chain
different things together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from kg.resolve.decisions import Decision, of_type
from kg.resolve.forms import Forms
from kg.resolve.names import fold, plain_name, without_any_type_word
from kg.resolve.reading import CLOSED, Mention, look_up, read
from schema.concepts import Concept, broader_closure, concepts
from schema.ids import EntityId, digest, entity_id, entity_iri, slug
from schema.node import Edge, Node
from schema.vocabulary import CLASS

NAMED = ("Dataset", "Method", "Task", "Modality", "Condition")
"""The classes whose members are known by name."""

_AGREED = 0.8
"""The share of the expansions of a short form that must agree for the short form alone to follow them."""
_MOST_ALIASES = 40
_SHORT_KEY = 4


@dataclass(slots=True)
class _Census:
    """What the corpus says of one class."""

    forms: Forms = field(default_factory=Forms)
    expansions: dict[str, dict[str, int]] = field(default_factory=dict)
    ids: dict[str, EntityId] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    joined: dict[str, str] = field(default_factory=dict)
    former: dict[str, list[EntityId]] = field(default_factory=dict)


class Entities:
    """The entities behind names: add every mention once, `solve`, then ask for the entity of each mention.

    The outcome depends on the set of mentions, not on their order.
    """

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._census = {cls: _Census() for cls in NAMED}
        self._decisions = of_type(decisions, *(CLASS[cls].type for cls in NAMED))

    def add(self, mention: Mention) -> None:
        """Count one mention."""
        reading = read(mention)
        if reading is None:
            return
        census = self._census[mention.cls]
        for place, form in enumerate(reading.forms):
            # Names that the text itself uses weigh; the other forms are known and never make the label.
            census.forms.add(reading.target, form, int(place == 0))
        for short in reading.shorts:
            expansions = census.expansions.setdefault(short, {})
            expansions[reading.target] = expansions.get(reading.target, 0) + 1

    def solve(self) -> None:
        """Settle short forms and give every entity its id; call once, after the last mention."""
        for cls, census in self._census.items():
            decided = of_type(self._decisions, CLASS[cls].type)
            self._part(cls, [d for d in decided if d.kind == "split"])
            for key in sorted(k for k in census.forms if self._follow(cls, k) != k):
                census.forms.move(key, self._follow(cls, key))
            census.ids = _ids(cls, census, partial(self._alone, cls))
            self._unite(cls, [d for d in decided if d.kind == "merge"])
            census.taken = frozenset(id_.partition("/")[2] for id_ in census.ids.values()) | concepts(cls).keys()

    def resolve(self, mention: Mention) -> EntityId | None:
        """The entity of a mention that was added; None where the name is no name."""
        reading = read(mention)
        if reading is None:
            return None
        key = self._follow(mention.cls, reading.target) if reading.is_short else reading.target
        census = self._census[mention.cls]
        while key in census.joined:
            key = census.joined[key]
        return census.ids.get(key)

    def ids(self, cls: str) -> frozenset[EntityId]:
        """The ids of all entities of a class that were mentioned."""
        return frozenset(self._census[cls].ids.values())

    def nodes(self, cls: str, used: Iterable[str], base: str) -> Iterator[Node]:
        """The nodes of one class by id: those used and, for concepts, what is broader than they."""
        table = concepts(cls)
        type_ = CLASS[cls].type
        keys = {used_id.partition("/")[2] for used_id in used}
        if CLASS[cls].concept:
            keys |= {broader for key in keys & table.keys() for broader in broader_closure(cls)[key]}
        if cls in CLOSED:
            keys |= table.keys()
        census = self._census[cls]
        key_of = {id_.partition("/")[2]: key for key, id_ in census.ids.items()}
        for key in sorted(keys, key=lambda k: entity_id(type_, k)):
            yield self._node(cls, key, table.get(key), key_of.get(key, ""), base)

    def _part(self, cls: str, splits: list[Decision]) -> None:
        """Let short forms no longer stand for what people told apart from them."""
        census = self._census[cls]
        for split in splits:
            sides = ({split.first}, {split.second})
            for short, expansions in census.expansions.items():
                for target in tuple(expansions):
                    ends = self._would_be(cls, short), self._would_be(cls, target)
                    if (ends[0] & sides[0] and ends[1] & sides[1]) or (ends[0] & sides[1] and ends[1] & sides[0]):
                        del expansions[target]

    def _would_be(self, cls: str, key: str) -> set[str]:
        """The ids that a key would have by any of its forms."""
        type_ = CLASS[cls].type
        if key.startswith("="):
            return {entity_id(type_, key[1:])}
        return {entity_id(type_, _slug(form, cls)) for form in self._census[cls].forms.of(key)}

    def _unite(self, cls: str, merges: list[Decision]) -> None:
        """Give what people joined one id and the names of both; the first id stays."""
        census = self._census[cls]
        for merge in merges:
            keys = {id_: key for key, id_ in census.ids.items()}
            if merge.first.partition("/")[2] in concepts(cls):
                keys.setdefault(merge.first, f"={merge.first.partition('/')[2]}")
            first, second = keys.get(merge.first), keys.get(merge.second)
            if first is None or second is None:
                continue
            census.forms.move(second, first, weight=0)
            census.ids[first] = merge.first
            census.joined[second] = first
            census.former.setdefault(first, []).append(census.ids.pop(second))

    def _node(self, cls: str, key: str, concept: Concept | None, known_as: str, base: str) -> Node:
        type_, forms = CLASS[cls].type, self._census[cls].forms.of(known_as)
        label = concept.label if concept else min(forms, key=lambda f: (-forms[f], f))
        properties: dict[str, object] = {}
        if aliases := _aliases(cls, label, concept.aliases if concept else (), forms):
            properties["aliases"] = aliases
        if concept and concept.exact_match:
            properties["exactMatch"] = concept.exact_match
        if former := self._former(cls, key, known_as, concept):
            properties["sameAs"] = tuple(entity_iri(base, f) for f in former)
        relation = f"broader{cls}"
        broader = sorted(concept.broader) if concept and CLASS[cls].concept else []
        edges = tuple(Edge(relation, entity_id(type_, b)) for b in broader)
        return Node(entity_id(type_, key), cls, label, properties, edges)

    def _former(self, cls: str, key: str, known_as: str, concept: Concept | None) -> list[EntityId]:
        """Ids that this entity had, or would have had, while less was known of its names."""
        if cls in CLOSED:
            return []
        census = self._census[cls]
        forms = census.forms.of(known_as)
        slugs = {_slug(f, cls) for f in forms if not (concept and look_up(f, cls))} - {key} - census.taken
        return sorted({entity_id(CLASS[cls].type, s) for s in slugs}.union(census.former.get(known_as, ())))

    def _follow(self, cls: str, key: str) -> str:
        """The key that a short form on its own stands for: itself where the corpus does not agree."""
        expansions = self._census[cls].expansions.get(key)
        if not expansions:
            return key
        best = min(expansions, key=lambda k: (-expansions[k], k))
        return best if expansions[best] >= _AGREED * sum(expansions.values()) else key

    def _alone(self, cls: str, form: str) -> str:
        """The key that a form stands for where nothing else is said."""
        reading = read(Mention(cls, form))
        return "" if reading is None else self._follow(cls, reading.target)


def _slug(form: str, cls: str) -> str:
    return slug(plain_name(form, cls))


def _ids(cls: str, census: _Census, alone: Callable[[str], str]) -> dict[str, EntityId]:
    """An id for every key: the concept's, else the first slug in sort order of the forms that mean it on their own.

    A few letters name many things, so a longer form goes before them.
    """
    type_ = CLASS[cls].type
    ids = {key: entity_id(type_, key[1:]) for key in census.forms if key.startswith("=")}
    taken = set(concepts(cls))
    for key in sorted(k for k in census.forms if not k.startswith("=")):
        forms = census.forms.of(key)
        mine = [f for f in forms if alone(f) == key] if len(forms) > 1 else []
        slugs = sorted({_slug(f, cls) for f in mine or forms}, key=lambda s: (len(s) <= _SHORT_KEY, s))
        chosen = next((s for s in slugs if s not in taken), f"{slugs[0]}-{digest(key, 6)}")
        taken.add(chosen)
        ids[key] = entity_id(type_, chosen)
    return ids


def _aliases(cls: str, label: str, known: tuple[str, ...], forms: dict[str, int]) -> tuple[str, ...]:
    """Other names, one for each spelling that differs by more than case: the table's, then the commonest seen.

    "U-Net model" is no other name beside "U-Net".
    """
    chosen = {name.casefold(): name for name in (label, *known)}
    seen = () if cls in CLOSED else sorted(forms, key=lambda f: (-forms[f], f))
    folds = {fold(name) for name in (label, *known, *seen) if without_any_type_word(name, cls) == name}
    for name in seen:
        bare = without_any_type_word(name, cls)
        if bare == name or fold(bare) not in folds:
            chosen.setdefault(name.casefold(), name)
    chosen.pop(label.casefold(), None)
    return tuple(sorted(list(chosen.values())[: len(known) + _MOST_ALIASES]))
