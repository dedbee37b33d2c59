"""The formats of SPARQL answers: one table for the command line, HTTP and remote servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from schema.errors import BadRequest, did_you_mean

Kind = Literal["solutions", "graph"]
"""What a query answers with: rows (also the yes or no of ASK) or triples."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, its media type, its usual suffix, what it can hold, other names that clients use for it."""

    name: str
    media_type: str
    suffix: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    """Other media types under which clients ask for it."""

    @property
    def content_type(self) -> str:
        """The value of a Content-Type header; text types name their encoding."""
        text = self.media_type.startswith("text/") or self.media_type == "application/n-triples"
        return f"{self.media_type}; charset=utf-8" if text else self.media_type


SOLUTIONS: Final = (
    Format("json", "application/sparql-results+json", "srj", "solutions", ("application/json", "text/json")),
    Format("xml", "application/sparql-results+xml", "srx", "solutions", ("application/xml", "text/xml")),
    Format("csv", "text/csv", "csv", "solutions"),
    Format("tsv", "text/tab-separated-values", "tsv", "solutions", ("text/plain",)),
)
GRAPHS: Final = (
    Format("turtle", "text/turtle", "ttl", "graph", ("application/x-turtle", "text/n3")),
    Format("jsonld", "application/ld+json", "jsonld", "graph", ("application/json", "text/json")),
    Format("ntriples", "application/n-triples", "nt", "graph", ("text/plain",)),
    Format("rdfxml", "application/rdf+xml", "rdf", "graph", ("application/xml", "text/xml")),
    Format("nquads", "application/n-quads", "nq", "graph", ("text/x-nquads",)),
    Format("trig", "application/trig", "trig", "graph", ("application/x-trig",)),
)
"""In the order of preference where a client says nothing."""

FORMATS: Final[Mapping[Kind, tuple[Format, ...]]] = MappingProxyType({"solutions": SOLUTIONS, "graph": GRAPHS})
ALL: Final = (*SOLUTIONS, *GRAPHS)
BY_NAME: Final = MappingProxyType({f.name: f for f in ALL})
_SPELLINGS: Final = MappingProxyType(
    {spelling: f for f in reversed(ALL) for spelling in (*f.aliases, f.media_type, f.suffix, f.name)}
)


def find_format(name: str, kind: Kind | None = None) -> Format:
    """The format of a name, a suffix or a media type, in any case; `kind` settles names that both kinds know.

    Raises `BadRequest` naming the nearest format.

    >>> find_format("ttl").name, find_format("JSON").name, find_format("json", "graph").name
    ('turtle', 'json', 'jsonld')
    """
    folded = name.casefold().removeprefix(".")
    if kind == "graph" and folded in ("json", "xml"):
        return BY_NAME["jsonld" if folded == "json" else "rdfxml"]
    for candidate in FORMATS[kind] if kind else ():
        if folded in (candidate.name, candidate.suffix, candidate.media_type, *candidate.aliases):
            return candidate
    found = _SPELLINGS.get(folded)
    if found is None or (kind and found.kind != kind):
        known = [f.name for f in (FORMATS[kind] if kind else ALL)]
        what = {"solutions": "rows", "graph": "triples", None: "answers"}[kind]
        raise BadRequest(f"no format {name!r} for {what}; there are {', '.join(known)}.{did_you_mean(folded, known)}")
    return found


def names(formats: Iterable[Format]) -> str:
    """The media types of formats, for messages."""
    return ", ".join(f.media_type for f in formats)
