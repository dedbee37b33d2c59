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
from difflib import SequenceMatcher
from functools import cache, lru_cache, partial

from kg.resolve.names import bare_fold, clean, fold, is_acronym_of, is_junk, split_parenthesis, without_type_word
from schema.concepts import Concept, broader_closure, concepts, not_same
from schema.ids import EntityId, digest, entity_id, entity_iri, slug
from schema.node import Edge, Node
from schema.vocabulary import CLASS

NAMED = ("Dataset", "Method", "Task", "Modality", "Condition")
"""The classes whose members are known by name."""
CLOSED = frozenset({"Modality"})
"""Classes that hold their table's concepts alone and are shown whole."""

_AGREED = 0.8
"""The share of the expansions of a short form that must agree for the short form alone to follow them."""
_MOST_ALIASES = 40


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as a paper or a source gives it, with its other names there and perhaps a concept's key."""

    cls: str
    name: str
    aliases: tuple[str, ...] = ()
    id: str | None = None


@dataclass(slots=True)
class _Reading:
    """A mention read on its own: where it points, its short forms, its surface forms."""

    target: str
    shorts: tuple[str, ...]
    forms: tuple[str, ...]
    is_short: bool


@dataclass(slots=True)
class _Census:
    """What the corpus says of one class."""

    forms: dict[str, dict[str, int]] = field(default_factory=dict)
    expansions: dict[str, dict[str, int]] = field(default_factory=dict)
    ids: dict[str, EntityId] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()


class Entities:
    """The entities behind names: add every mention once, `solve`, then ask for the entity of each mention.

    The outcome depends on the set of mentions, not on their order.
    """

    def __init__(self) -> None:
        self._census = {cls: _Census() for cls in NAMED}

    def add(self, mention: Mention) -> None:
        """Count one mention."""
        reading = _read(mention)
        if reading is None:
            return
        census = self._census[mention.cls]
        forms = census.forms.setdefault(reading.target, {})
        for place, form in enumerate(reading.forms):
            # Names that the text itself uses weigh; the other forms are known and never make the label.
            forms[form] = forms.get(form, 0) + (place == 0)
        for short in reading.shorts:
            expansions = census.expansions.setdefault(short, {})
            expansions[reading.target] = expansions.get(reading.target, 0) + 1

    def solve(self) -> None:
        """Settle short forms and give every entity its id; call once, after the last mention."""
        for cls, census in self._census.items():
            for key in sorted(k for k in census.forms if self._follow(cls, k) != k):
                self._absorb(census, key, self._follow(cls, key))
            census.ids = _ids(cls, census, partial(self._alone, cls))
            census.taken = frozenset(id_.partition("/")[2] for id_ in census.ids.values()) | concepts(cls).keys()

    def resolve(self, mention: Mention) -> EntityId | None:
        """The entity of a mention that was added; None where the name is no name."""
        reading = _read(mention)
        if reading is None:
            return None
        key = self._follow(mention.cls, reading.target) if reading.is_short else reading.target
        return self._census[mention.cls].ids.get(key)

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
            forms = census.forms.get(key_of.get(key, ""), {})
            yield self._node(cls, key, table.get(key), forms, base)

    def _node(self, cls: str, key: str, concept: Concept | None, forms: dict[str, int], base: str) -> Node:
        type_ = CLASS[cls].type
        label = concept.label if concept else min(forms, key=lambda f: (-forms[f], f))
        properties: dict[str, object] = {}
        if aliases := _aliases(label, concept.aliases if concept else (), forms, closed=cls in CLOSED):
            properties["aliases"] = aliases
        if concept and concept.exact_match:
            properties["exactMatch"] = concept.exact_match
        if former := self._former(cls, key, forms, concept):
            properties["sameAs"] = tuple(entity_iri(base, f) for f in former)
        relation = f"broader{cls}"
        broader = sorted(concept.broader) if concept and CLASS[cls].concept else []
        edges = tuple(Edge(relation, entity_id(type_, b)) for b in broader)
        return Node(entity_id(type_, key), cls, label, properties, edges)

    def _former(self, cls: str, key: str, forms: dict[str, int], concept: Concept | None) -> list[EntityId]:
        """Ids that this entity had, or would have had, while less was known of its names."""
        if cls in CLOSED:
            return []
        slugs = {_slug(f, cls) for f in forms if not (concept and _look_up(f, cls))} - {key}
        return [entity_id(CLASS[cls].type, s) for s in sorted(slugs - self._census[cls].taken)]

    def _follow(self, cls: str, key: str) -> str:
        """The key that a short form on its own stands for: itself where the corpus does not agree."""
        expansions = self._census[cls].expansions.get(key)
        if not expansions:
            return key
        best = min(expansions, key=lambda k: (-expansions[k], k))
        return best if expansions[best] >= _AGREED * sum(expansions.values()) else key

    def _alone(self, cls: str, form: str) -> str:
        """The key that a form stands for where nothing else is said."""
        reading = _read(Mention(cls, form))
        return "" if reading is None else self._follow(cls, reading.target)

    @staticmethod
    def _absorb(census: _Census, key: str, into: str) -> None:
        forms = census.forms.setdefault(into, {})
        for form, count in census.forms.pop(key).items():
            forms[form] = forms.get(form, 0) + count


@lru_cache(maxsize=100_000)
def _read(mention: Mention) -> _Reading | None:
    cls = mention.cls
    table = concepts(cls)
    names = _names(mention)
    if mention.id is not None and mention.id in table:
        return _Reading(f"={mention.id}", (), tuple(names[:1]), False)
    if not names:
        return None
    name, *others = names
    long, shorts = _long_form(name, others)
    concept = _look_up(long, cls) or next((c for s in shorts if (c := _look_up(s, cls)) and _agrees(c, long, s)), None)
    if concept is None and cls in CLOSED:
        return None
    target = f"={concept.id}" if concept else bare_fold(long, cls)
    same = [o for o in others if o == long or o in shorts or bare_fold(o, cls) == target]
    short_keys = tuple(s for short in shorts if (s := bare_fold(short, cls)) != target and not _look_up(short, cls))
    kept = tuple(s for s in short_keys if not _refused(cls, s, target))
    return _Reading(target, kept, (name, *same), concept is None and not shorts)


def _names(mention: Mention) -> list[str]:
    """The cleaned names of a mention without junk and repeats; empty where the name itself is junk."""
    found: list[str] = []
    for place, printed in enumerate((mention.name, *mention.aliases)):
        parts = split_parenthesis(printed)
        good = [clean(p) for p in parts if not is_junk(p, mention.cls) or _look_up(clean(p), mention.cls)]
        if place == 0 and not good:
            return []
        found += [g for g in good if g and g not in found]
    return found


def _long_form(name: str, others: list[str]) -> tuple[str, tuple[str, ...]]:
    """The long form that decides, and the short forms that stand for it."""
    longs = [o for o in others if is_acronym_of(name, o)]
    long = min(longs, key=lambda o: (len(o), o)) if longs else name
    shorts = [s for s in (name, *others) if s != long and is_acronym_of(s, long)]
    return long, tuple(shorts)


@cache
def _index(cls: str) -> dict[str, str]:
    """Folded names of a class's table to keys; names of two concepts are left out."""
    found: dict[str, str] = {}
    clashes: set[str] = set()
    for concept in concepts(cls).values():
        for name in concept.names:
            key = fold(name)
            if found.setdefault(key, concept.id) != concept.id:
                clashes.add(key)
    for concept in concepts(cls).values():
        for name in concept.names:
            found.setdefault(bare_fold(name, cls), concept.id)
    return {key: id_ for key, id_ in found.items() if key not in clashes}


def _look_up(name: str, cls: str) -> Concept | None:
    """The concept that a name means in its class's table."""
    index = _index(cls)
    id_ = index.get(fold(name)) or index.get(bare_fold(name, cls))
    return concepts(cls)[id_] if id_ else None


def _agrees(concept: Concept, long: str, short: str) -> bool:
    """True where a long form fits a concept found by its short form: the table has none, or one much like it."""
    known = [n for n in concept.names if is_acronym_of(short, n)]
    mine = fold(long)
    return not known or any(SequenceMatcher(None, mine, fold(n), autojunk=False).ratio() >= 0.85 for n in known)


@cache
def _refusals() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(fold(n) for n in pair) for pair in not_same())


def _refused(cls: str, short: str, target: str) -> bool:
    names = (fold(n) for n in concepts(cls)[target[1:]].names) if target.startswith("=") else (target,)
    return any(frozenset((short, name)) in _refusals() for name in names)


def _slug(form: str, cls: str) -> str:
    return slug(without_type_word(clean(form), cls))


def _ids(cls: str, census: _Census, alone: Callable[[str], str]) -> dict[str, EntityId]:
    """An id for every key: the concept's, else the first slug in sort order of the forms that mean it on their own."""
    type_ = CLASS[cls].type
    ids = {key: entity_id(type_, key[1:]) for key in census.forms if key.startswith("=")}
    taken = set(concepts(cls))
    for key in sorted(k for k in census.forms if not k.startswith("=")):
        mine = [f for f in census.forms[key] if alone(f) == key]
        slugs = sorted({_slug(f, cls) for f in mine or census.forms[key]})
        chosen = next((s for s in slugs if s not in taken), f"{slugs[0]}-{digest(key, 6)}")
        taken.add(chosen)
        ids[key] = entity_id(type_, chosen)
    return ids


def _aliases(label: str, known: tuple[str, ...], forms: dict[str, int], *, closed: bool) -> tuple[str, ...]:
    """Other names, one for each spelling that differs by more than case: the table's, then the commonest seen."""
    chosen: dict[str, str] = {}
    seen = () if closed else sorted(forms, key=lambda f: (-forms[f], f))
    for name in (*known, *seen):
        chosen.setdefault(name.casefold(), name)
    chosen.pop(label.casefold(), None)
    return tuple(sorted(list(chosen.values())[: len(known) + _MOST_ALIASES]))
