"""One mention read on its own: the concept or the fold it points to, and the short forms that stand for it there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from kg.resolve.acronyms import is_acronym_of, split_parenthesis
from kg.resolve.names import bare_fold, clean, fold, is_junk, without_any_type_word
from schema.concepts import Concept, concepts, not_same

_BRACKETED = re.compile(r"(.{2,}?)\s*\(([^()]{2,})\)$")
CLOSED = frozenset({"Modality"})
"""Classes that hold their table's concepts alone and are shown whole."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as a paper or a source gives it, with its other names there and perhaps a concept's key."""

    cls: str
    name: str
    aliases: tuple[str, ...] = ()
    id: str | None = None
    is_new: bool = False
    """True where the paper itself presents the thing: a known short form with another long form is then not it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A mention read on its own: where it points, its short forms, its surface forms."""

    target: str
    shorts: tuple[str, ...]
    forms: tuple[str, ...]
    is_short: bool


@lru_cache(maxsize=100_000)
def read(mention: Mention) -> Reading | None:
    """What a mention says on its own; None where its name is no name."""
    cls = mention.cls
    table = concepts(cls)
    names = _names(mention)
    if mention.id is not None and mention.id in table:
        return Reading(f"={mention.id}", (), tuple(names[:1]), False)
    if not names:
        return None
    name, *others = names
    long, shorts = _long_form(name, others, cls)
    # A paper that presents a "deep learning framework" does not present deep learning.
    concept = look_up(long, cls, loosely=not mention.is_new) or next(
        (c for s in shorts if (c := look_up(s, cls)) and _agrees(c, long, s, mention.is_new)), None
    )
    if concept is None and cls in CLOSED:
        return None
    target = f"={concept.id}" if concept else bare_fold(long, cls)
    same = [o for o in others if o == long or o in shorts or bare_fold(o, cls) == target]
    short_keys = tuple(s for short in shorts if (s := bare_fold(short, cls)) != target and not look_up(short, cls))
    kept = tuple(s for s in short_keys if not _refused(cls, s, target))
    # A short form that the table gives to something else would name two things.
    forms = [f for f in (name, *same) if look_up(f, cls) in (None, concept)] or [long]
    return Reading(target, kept, tuple(forms), concept is None and not shorts)


def _names(mention: Mention) -> list[str]:
    """The cleaned names of a mention without junk and repeats; empty where the name itself is junk."""
    found: list[str] = []
    for place, printed in enumerate((mention.name, *mention.aliases)):
        parts = _parts(printed, mention.cls)
        good = [clean(p) for p in parts if not is_junk(p, mention.cls) or look_up(clean(p), mention.cls)]
        if place == 0 and not good:
            return []
        found += [g for g in good if g and g not in found]
    return found


def _parts(printed: str, cls: str) -> tuple[str, ...]:
    """The names in "long form (SHORT)"; what stands in brackets is a name where it is an acronym or is known."""
    parts = split_parenthesis(printed)
    found = _BRACKETED.match(printed.strip())
    if len(parts) == 1 and found and not look_up(clean(printed), cls):
        outer, inner = look_up(clean(found[1]), cls), look_up(clean(found[2]), cls)
        if outer or inner:
            return (found[1], found[2]) if outer is inner else (found[1],) if outer else (found[2],)
    return parts


def _long_form(name: str, others: list[str], cls: str) -> tuple[str, tuple[str, ...]]:
    """The long form that decides, and the short forms that stand for it.

    Where a name has several long forms, one that the table knows decides; of
    several unknown ones none does, for they are different things.
    """
    longs = [o for o in others if is_acronym_of(name, o)]
    known = [o for o in longs if look_up(o, cls)]
    if not known and len({bare_fold(o, cls) for o in longs}) > 1:
        return name, ()
    long = min(known or longs, key=lambda o: (len(o), o), default=name)
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


def look_up(name: str, cls: str, *, loosely: bool = True) -> Concept | None:
    """The concept that a name means in its class's table; loosely, "transformer model" is the table's "transformer"."""
    index = _index(cls)
    keys = [fold(name), bare_fold(name, cls)]
    if loosely:
        keys.append(fold(without_any_type_word(clean(name), cls)))
    id_ = next((index[key] for key in keys if key in index), None)
    return concepts(cls)[id_] if id_ else None


def _agrees(concept: Concept, long: str, short: str, is_new: bool) -> bool:
    """True where a long form fits a concept found by its short form: the table has none, or one much like it."""
    known = [n for n in concept.names if is_acronym_of(short, n)]
    mine = fold(long)
    if not known:
        return not is_new
    return any(SequenceMatcher(None, mine, fold(n), autojunk=False).ratio() >= 0.85 for n in known)


@cache
def _refusals() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(fold(n) for n in pair) for pair in not_same())


def _refused(cls: str, short: str, target: str) -> bool:
    names = (fold(n) for n in concepts(cls)[target[1:]].names) if target.startswith("=") else (target,)
    return any(frozenset((short, name)) in _refusals() for name in names)
