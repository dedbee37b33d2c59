"""JSON-LD 1.1, streamed: one object for each entity, short names, the context inside the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from typing import Any, BinaryIO, Final

from kg.export.columns import write_blocks
from kg.export.rdf import prefixes, statements
from kg.export.subgraph import Subgraph
from kg.statements import RDF_TYPE, evidence_graph, provenance_graph
from schema.ids import NAMESPACE
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import CLASSES, EDGES, LITERALS, expand

_INTEGER, _BOOLEAN = XSD + "integer", XSD + "boolean"
_PLAIN: Final = {
    "label": "rdfs:label", "prefLabel": "skos:prefLabel", "quote": "kg:quote", "section": "kg:section",
    "drawnBy": "kg:drawnBy", "cue": "kg:cue", "source": "dcterms:source",
}  # fmt: skip
_LINKS: Final = {
    "subject": "rdf:subject",
    "predicate": "rdf:predicate",
    "object": "rdf:object",
    "passage": "kg:passage",
}
_TYPED: Final = {"confidence": "decimal", "start": "integer", "end": "integer"}


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write a part of the graph as one JSON-LD document; evidence stands in named graphs at its end."""
    write_blocks(_pieces(sub), out)


def context(base: str) -> dict[str, Any]:
    """The JSON-LD context: every predicate under the name that it has in GraphQL and in Python."""
    terms: dict[str, Any] = {"@version": 1.1, "@base": base, **prefixes(), **_PLAIN}
    terms |= {name: {"@id": iri, "@type": "@id"} for name, iri in _LINKS.items()}
    terms |= {name: {"@id": f"kg:{name}", "@type": f"xsd:{type_}"} for name, type_ in _TYPED.items()}
    for literal in LITERALS:
        type_ = {"string": None, "iri": "@id"}.get(literal.datatype, f"xsd:{literal.datatype}")
        terms[literal.field] = {"@id": literal.iri, "@type": type_} if type_ else literal.iri
    for edge in EDGES:
        terms[_edge_name(edge.iri, edge.name)] = {"@id": edge.iri, "@type": "@id"}
    return terms


def object_of(statements_of_one: Iterable[Statement], base: str) -> dict[str, Any]:
    """One entity's statements as one JSON object in the terms of `context`."""
    row: dict[str, Any] = {}
    for statement in statements_of_one:
        row.setdefault("@id", _short(statement.subject, base))
        name = _names()[statement.predicate]
        _add(row, name, _value(statement, base))
    return row


def _pieces(sub: Subgraph) -> Iterator[str]:
    yield '{"@context": ' + json.dumps(context(sub.base), ensure_ascii=False) + ',\n"@graph": [\n'
    yield from _separated(_objects(sub, ""))
    if sub.options.evidence:
        for graph in (evidence_graph(sub.base), provenance_graph(sub.base)):
            yield ',\n{"@id": ' + json.dumps(_short(graph, sub.base)) + ', "@graph": [\n'
            yield from _separated(_objects(sub, graph))
            yield "]}"
    yield "\n]}\n"


def _objects(sub: Subgraph, graph: str) -> Iterator[str]:
    found = (s for s in statements(sub, evidence=bool(graph)) if s.graph == graph)
    for _, group in groupby(found, key=lambda s: s.subject):
        yield json.dumps(object_of(group, sub.base), ensure_ascii=False)


def _separated(pieces: Iterable[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        yield f",\n{piece}" if number else piece


@cache
def _names() -> dict[str, str]:
    names = {expand(iri): name for name, iri in (*_PLAIN.items(), *_LINKS.items())}
    names |= {NAMESPACE + name: name for name in _TYPED}
    names |= {expand(t.iri): t.field for t in LITERALS}
    names |= {expand(e.iri): _edge_name(e.iri, e.name) for e in EDGES}
    return names | {RDF_TYPE: "@type"}


@cache
def _prefixed() -> dict[str, str]:
    """Classes and predicates by their IRI, as prefixed names."""
    names = (*(n for c in CLASSES for n in (f"kg:{c.name}", *c.also)), *(e.iri for e in EDGES))
    return {expand(n): n for n in names}


def _edge_name(iri: str, name: str) -> str:
    return "broader" if iri == "skos:broader" else name


def _value(statement: Statement, base: str) -> Any:
    value = statement.object
    if isinstance(value, Literal):
        if value.datatype == _BOOLEAN:
            return value.value == "true"
        # Other numbers stay text, so that "0.90" comes back as it was written.
        return int(value.value) if value.datatype == _INTEGER else value.value
    return _short(value, base)


def _short(iri: str, base: str) -> str:
    if iri.startswith(base) and not iri.startswith(NAMESPACE):
        return iri.removeprefix(base)
    return _prefixed().get(iri, iri)


def _add(row: dict[str, Any], name: str, value: Any) -> None:
    if name not in row:
        row[name] = value
    elif isinstance(row[name], list):
        row[name].append(value)
    else:
        row[name] = [row[name], value]
