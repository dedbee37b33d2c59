"""Nodes to RDF 1.1 statements and back: pure, deterministic, table-driven, free of blank nodes.

Facts stand in the default graph. Evidence stands in `{base}graph/evidence`: an
assertion names its edge (rdf:subject, rdf:predicate, rdf:object), its
confidence, its maker and its passage; edges that one passage supports share
that passage's node. What a source said of a record stands in
`{base}graph/provenance`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schema.ids import NAMESPACE, digest, entity_iri
from schema.node import Edge, Node, Support
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import CLASS, EDGE, LITERALS, LiteralTerm, expand

RDF_TYPE = expand("rdf:type")
RDFS_LABEL = expand("rdfs:label")
PREF_LABEL = expand("skos:prefLabel")
BROADER_TRANSITIVE = expand("skos:broaderTransitive")
RDF_SUBJECT, RDF_PREDICATE, RDF_OBJECT = expand("rdf:subject"), expand("rdf:predicate"), expand("rdf:object")
CONFIDENCE, PASSAGE, DRAWN_BY, CUE = (NAMESPACE + n for n in ("confidence", "passage", "drawnBy", "cue"))
QUOTE, SECTION, START, END = (NAMESPACE + n for n in ("quote", "section", "start", "end"))

_LITERAL = {term.field: term for term in LITERALS}
_EDGE_IRI = {name: expand(term.iri) for name, term in EDGE.items()}
_TYPES = {name: (term.iri, *map(expand, term.also)) for name, term in CLASS.items()}
_LITERAL_IRI = {term.field: expand(term.iri) for term in LITERALS}


def evidence_graph(base: str) -> str:
    """The IRI of the graph that holds evidence."""
    return f"{base}graph/evidence"


def provenance_graph(base: str) -> str:
    """The IRI of the graph that holds what sources said of records."""
    return f"{base}graph/provenance"


def statements_for(node: Node, base: str) -> Iterator[Statement]:
    """Every statement that one node makes: its facts, then the evidence of its edges.

    The same node gives the same statements in the same order.
    """
    subject = entity_iri(base, node.id)
    for type_iri in _TYPES[node.cls]:
        yield Statement(subject, RDF_TYPE, type_iri)
    yield Statement(subject, RDFS_LABEL, Literal(node.label))
    if CLASS[node.cls].concept:
        yield Statement(subject, PREF_LABEL, Literal(node.label))
    for field, value in sorted(node.properties.items()):
        if field in _LITERAL:
            yield from _property(subject, _LITERAL[field], value)
    for edge in node.edges:
        yield Statement(subject, _EDGE_IRI[edge.relation], entity_iri(base, edge.target))
    yield from _evidence(node, subject, base)
    yield from _provenance(node, subject, base)


class Wider:
    """What is wider than each concept, at any distance: collected from nodes as they pass, stated at the end.

    skos:broaderTransitive is derived. It stands in stores that are asked in
    SPARQL, where following skos:broader over thousands of papers is slow, and
    not in exports.
    """

    def __init__(self) -> None:
        self._next: dict[str, tuple[str, ...]] = {}

    def add(self, node: Node) -> None:
        """Take note of a node's broader concepts."""
        if wider := tuple(e.target for e in node.edges if e.relation.startswith("broader")):
            self._next[node.id] = wider

    def of(self, id_: str) -> list[str]:
        """The ids of all that is wider than a concept, sorted."""
        found: set[str] = set()
        waiting = [*self._next.get(id_, ())]
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self._next.get(one, ())
        return sorted(found)

    def statements_for(self, id_: str, base: str) -> Iterator[Statement]:
        """The statements of one concept."""
        for wider in self.of(id_):
            yield Statement(entity_iri(base, id_), BROADER_TRANSITIVE, entity_iri(base, wider))

    def statements(self, base: str) -> Iterator[Statement]:
        """The statements of all concepts, sorted."""
        for id_ in sorted(self._next):
            yield from self.statements_for(id_, base)


def assertion_iri(base: str, node_id: str, edge: Edge, support: Support) -> str:
    """The IRI of one support of one edge: the paper's key and a digest of edge, maker and passage."""
    key = node_id.partition("/")[2]
    passage = _passage_iri(base, node_id, support)
    return f"{base}assertion/{key}-{digest(f'{edge.relation} {edge.target} {support.maker} {passage}', 12)}"


def _property(subject: str, term: LiteralTerm, value: Any) -> Iterator[Statement]:
    for item in value if isinstance(value, tuple) else (value,):
        yield Statement(subject, _LITERAL_IRI[term.field], _object(term.datatype, item))


def _object(datatype: str, value: Any) -> str | Literal:
    if datatype == "iri":
        return str(value)
    if datatype == "boolean":
        return Literal("true" if value else "false", XSD + "boolean")
    return Literal(str(value), "" if datatype == "string" else XSD + datatype)


def _evidence(node: Node, subject: str, base: str) -> Iterator[Statement]:
    graph = evidence_graph(base)
    seen: set[str] = set()
    for edge in node.edges:
        for support in edge.supports:
            passage = _passage_iri(base, node.id, support)
            assertion = assertion_iri(base, node.id, edge, support)
            yield Statement(assertion, RDF_SUBJECT, subject, graph)
            yield Statement(assertion, RDF_PREDICATE, _EDGE_IRI[edge.relation], graph)
            yield Statement(assertion, RDF_OBJECT, entity_iri(base, edge.target), graph)
            yield Statement(assertion, CONFIDENCE, Literal(f"{support.confidence:.4g}", XSD + "decimal"), graph)
            yield Statement(assertion, DRAWN_BY, Literal(support.maker), graph)
            yield Statement(assertion, PASSAGE, passage, graph)
            for cue in support.cues:
                yield Statement(assertion, CUE, Literal(cue), graph)
            if passage not in seen:
                seen.add(passage)
                yield from _passage(passage, support, graph)


def _passage_iri(base: str, node_id: str, support: Support) -> str:
    found = support.evidence
    key = node_id.partition("/")[2]
    place = digest(found.quote, 12) if found.section == "source" else f"{found.start}-{found.end}"
    return f"{base}passage/{key}-{found.section}-{place}"


def _passage(passage: str, support: Support, graph: str) -> Iterator[Statement]:
    found = support.evidence
    yield Statement(passage, QUOTE, Literal(found.quote), graph)
    yield Statement(passage, SECTION, Literal(found.section), graph)
    yield Statement(passage, START, Literal(str(found.start), XSD + "integer"), graph)
    yield Statement(passage, END, Literal(str(found.end), XSD + "integer"), graph)


def _provenance(node: Node, subject: str, base: str) -> Iterator[Statement]:
    graph = provenance_graph(base)
    for source in node.properties.get("sources", ()):
        yield Statement(subject, expand("dcterms:source"), Literal(source), graph)
