"""Statements to bytes of every RDF format, with our prefixes and our own compact JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from kg.store.answers import GRAPH_FORMATS
from kg.store.formats import Format
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import EDGES, LITERALS, PREFIXES, expand

_TYPE: Final = expand("rdf:type")


def write_statements(statements: Iterable[Statement], format: Format) -> bytes:
    """The statements in one graph format, prefixes declared as used; graphs are kept by formats that have them."""
    found = list(statements)
    if format.name == "jsonld":
        return json.dumps(jsonld(found), ensure_ascii=False, indent=1).encode()
    names = _prefixes_of(found)
    quads = map(_quad, found)
    ox_format = GRAPH_FORMATS[format.name]
    rows: Iterable[Any] = quads if ox_format.supports_datasets else (q.triple for q in quads)
    return ox.serialize(rows, None, ox_format, prefixes=names) or b""


def jsonld(statements: Iterable[Statement]) -> dict[str, Any]:
    """One JSON-LD document with its context inside: no reader has to fetch anything."""
    nodes: dict[str, dict[str, Any]] = {}
    context: dict[str, Any] = {}
    for s in statements:
        node = nodes.setdefault(s.subject, {"@id": s.subject})
        if s.predicate == _TYPE and isinstance(s.object, str):
            node.setdefault("@type", []).append(_compact(s.object, context))
            continue
        key, coerced = _key(s.predicate, context)
        node.setdefault(key, []).append(_value(s.object, coerced))
    graph = [{k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in n.items()} for n in nodes.values()]
    context = dict(sorted(context.items()))
    return {"@context": context, **graph[0]} if len(graph) == 1 else {"@context": context, "@graph": graph}


def context() -> dict[str, Any]:
    """Our whole JSON-LD context: every prefix and every term of the vocabulary."""
    return {"@context": {**PREFIXES, **dict(_TERMS.values())}}


def _terms() -> dict[str, tuple[str, Any]]:
    """Predicate IRI to its term and the term's definition in a context."""
    found: dict[str, tuple[str, Any]] = {}
    for edge in EDGES:
        name = edge.iri.partition(":")[2]
        found[expand(edge.iri)] = (name, {"@id": expand(edge.iri), "@type": "@id"})
    for term in LITERALS:
        iri = expand(term.iri)
        if term.datatype == "iri":
            found[iri] = (term.field, {"@id": iri, "@type": "@id"})
        elif term.datatype == "string":
            found[iri] = (term.field, iri)
        else:
            found[iri] = (term.field, {"@id": iri, "@type": XSD + term.datatype})
    found[expand("rdfs:label")] = ("label", expand("rdfs:label"))
    found[expand("skos:prefLabel")] = ("prefLabel", expand("skos:prefLabel"))
    return found


_TERMS: Final = _terms()


def _key(predicate: str, context: dict[str, Any]) -> tuple[str, str]:
    if predicate in _TERMS:
        name, definition = _TERMS[predicate]
        context[name] = definition
        return name, definition["@type"] if isinstance(definition, dict) else ""
    return _compact(predicate, context), ""


def _compact(iri: str, context: dict[str, Any]) -> str:
    for name, start in PREFIXES.items():
        local = iri.removeprefix(start)
        if local != iri and local and "/" not in local and ":" not in local:
            context[name] = start
            return f"{name}:{local}"
    return iri


def _value(value: str | Literal, coerced: str) -> Any:
    if isinstance(value, str):
        return value if coerced == "@id" else {"@id": value}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype == coerced or not (value.datatype or coerced):
        return value.value
    return {"@value": value.value, **({"@type": value.datatype} if value.datatype else {})}


def _prefixes_of(statements: list[Statement]) -> dict[str, str]:
    used: set[str] = set()
    for s in statements:
        used.add(s.predicate)
        used.add(s.object if isinstance(s.object, str) else s.object.datatype)
        used.add(s.subject)
    return {name: iri for name, iri in PREFIXES.items() if any(u.startswith(iri) for u in used)}


def _quad(s: Statement) -> ox.Quad:
    graph = ox.NamedNode(s.graph) if s.graph else ox.DefaultGraph()
    return ox.Quad(_node(s.subject), ox.NamedNode(s.predicate), _term(s.object), graph)


def _node(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)


def _term(value: str | Literal) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(value, str):
        return _node(value)
    if value.language:
        return ox.Literal(value.value, language=value.language)
    return ox.Literal(value.value, datatype=ox.NamedNode(value.datatype)) if value.datatype else ox.Literal(value.value)
