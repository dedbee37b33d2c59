"""What can be asked of each class: the names in `where` and `orderBy`, made from the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from schema.vocabulary import CLASS, EDGE, LITERALS, EdgeTerm, edges_from, edges_into, literals_of

CODE_STATUS: Final = ("released", "promised", "none")
_FRIENDLY: Final = MappingProxyType({"creator": "author", "publishedIn": "venue"})


@dataclass(frozen=True, slots=True)
class Field:
    """One name in a `where`.

    `kind` is "relation", "id", "label", "string", "int", "float", "bool", "date",
    "enum" or "text" (full text over names and, for papers, abstracts). For a
    relation, `relation` and `inverse` say which, `far` the class at its other end
    and `wide` whether a concept stands for what is narrower too.
    """

    name: str
    kind: str
    comment: str
    literal: str = ""
    many: bool = False
    relation: str = ""
    inverse: bool = False
    far: str = ""
    wide: bool = False


@cache
def fields(cls: str) -> MappingProxyType[str, Field]:
    """The names of a class's `where`, each once, under the name to show."""
    found = [
        Field("id", "id", "The id, {type}/{key}."),
        Field("text", "text", "Full text over the names and, for papers, title and abstract."),
        Field(label_name(cls), "label", "The label."),
        *(_literal_field(t.field, t.datatype, t.comment, t.many) for t in literals_of(cls) if t.field != "title"),
        *(_forward(term) for term in edges_from(cls)),
        *(_inverse(term) for term in edges_into(cls)),
    ]
    return MappingProxyType({f.name: f for f in found})


@cache
def accepted(cls: str) -> MappingProxyType[str, Field]:
    """Every name that a `where` takes: those of `fields` and their other spellings."""
    known = dict(fields(cls))
    for field in fields(cls).values():
        if field.kind == "relation":
            term = EDGE[field.relation]
            for other in (term.inverse,) if field.inverse else (term.name, term.field):
                known.setdefault(other, field)
        if field.kind == "label":
            for other in ("label", "name", *(("prefLabel",) if CLASS[cls].concept else ())):
                known.setdefault(other, field)
    return MappingProxyType(known)


@cache
def counts(cls: str) -> MappingProxyType[str, Field]:
    """The names of counts of relations for `orderBy`, e.g. "usedByCount"."""
    known: dict[str, Field] = {}
    for name, field in accepted(cls).items():
        if field.kind == "relation":
            known[f"{name}Count"] = field
    return MappingProxyType(known)


def label_name(cls: str) -> str:
    """What the label of a class is called in GraphQL: title, prefLabel or name."""
    return "title" if cls == "Paper" else "prefLabel" if CLASS[cls].concept else "name"


def is_wide(relation: str, inverse: bool) -> bool:
    """Whether a relation, asked from its concept, counts what is narrower: papers on low-dose CT are papers on CT."""
    term = EDGE[relation]
    return inverse and CLASS[term.range].concept and term.domain != term.range


def _literal_field(name: str, datatype: str, comment: str, many: bool) -> Field:
    kinds = {"integer": "int", "double": "float", "boolean": "bool"}
    kind = "enum" if name == "codeStatus" else "date" if name == "date" else kinds.get(datatype, "string")
    return Field(name, kind, comment, literal=name, many=many)


def _forward(term: EdgeTerm) -> Field:
    name = _FRIENDLY.get(term.name, term.name if term.domain == "Paper" else term.field)
    return Field(name, "relation", term.comment, relation=term.name, far=term.range)


def _inverse(term: EdgeTerm) -> Field:
    return Field(
        term.inverse, "relation", term.inverse_comment, relation=term.name, inverse=True, far=term.domain,
        wide=is_wide(term.name, True),
    )  # fmt: skip


LITERAL_KIND: Final = MappingProxyType({t.field: t.datatype for t in LITERALS})
