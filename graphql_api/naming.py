"""How the vocabulary's predicates are named and shaped in GraphQL: the few rules that the table leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from schema.vocabulary import EDGES, ClassTerm, EdgeTerm, LiteralTerm

Shape = Literal["single", "list", "connection"]

_SINGLE: Final = frozenset({"publishedIn", "onDataset", "onTask", "ofMethod"})
_INVERSE_SINGLE: Final = frozenset({"reportsResult"})
_INVERSE_SHORT: Final = frozenset(
    {
        "introducesDataset",
        "proposesMethod",
        "releasesCode",
        "promisesCode",
        "broaderModality",
        "broaderTask",
        "broaderCondition",
    }
)
_LITERAL_FIELDS: Final = {"repositoryUrl": "url"}


@dataclass(frozen=True, slots=True)
class Link:
    """A relation seen from one class: out of it, or into it where `inverse`."""

    edge: EdgeTerm
    inverse: bool

    @property
    def field(self) -> str:
        """The name of the field that lists the other ends."""
        return self.edge.inverse if self.inverse else self.edge.field

    @property
    def target(self) -> str:
        """The class at the other end."""
        return self.edge.domain if self.inverse else self.edge.range

    @property
    def comment(self) -> str:
        """What the relation means from this end."""
        return self.edge.inverse_comment if self.inverse else self.edge.comment

    @property
    def shape(self) -> Shape:
        """One entity, a short plain list, or a connection for lists that can be long."""
        if self.edge.name in (_INVERSE_SINGLE if self.inverse else _SINGLE):
            return "single"
        return "connection" if self.inverse and self.edge.name not in _INVERSE_SHORT else "list"


def links_of(cls: str) -> tuple[Link, ...]:
    """Every relation of a class, those out of it first, in the vocabulary's order."""
    out = tuple(Link(e, False) for e in EDGES if e.domain == cls)
    return out + tuple(Link(e, True) for e in EDGES if e.range == cls)


def literal_field(term: LiteralTerm) -> str:
    """The GraphQL field of a literal: its own name, but a repository's address is its `url`."""
    return _LITERAL_FIELDS.get(term.field, term.field)


def singular(term: ClassTerm) -> str:
    """The root field for one entity of a class.

    >>> from schema.vocabulary import CLASS
    >>> singular(CLASS["Paper"])
    'paper'
    """
    return term.type


def article(word: str) -> str:
    """A word with its indefinite article.

    >>> article("paper"), article("entity")
    ('a paper', 'an entity')
    """
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
