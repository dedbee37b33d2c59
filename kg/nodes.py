"""Statements back to nodes: the inverse of `kg.statements`, for graphs that come from another store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kg import statements as made
from schema.annotation import Evidence
from schema.errors import BadInput
from schema.ids import EntityId, entity_id_of
from schema.node import Edge, Node, Support
from schema.statement import Literal, Statement
from schema.vocabulary import CLASSES, EDGES, LiteralTerm, expand, literals_of

_CLASS_OF_IRI: Final = {c.iri: c.name for c in CLASSES}
_EDGE_OF: Final = {(expand(e.iri), e.domain): e.name for e in EDGES}
_IN_ORDER: Final = {e.name for e in EDGES if e.in_order}

Values = Mapping[str, list[str | Literal]]


def nodes_of(statements: Iterable[Statement], base: str) -> list[Node]:
    """The nodes that statements describe, sorted by id.

    Facts, evidence and provenance of a node must all be there. Confidences
    come back with the four digits that the RDF has. Raises `BadInput` for an
    entity without a class of ours.
    """
    facts: dict[str, dict[str, list[str | Literal]]] = defaultdict(lambda: defaultdict(list))
    evidence: dict[str, dict[str, list[str | Literal]]] = defaultdict(lambda: defaultdict(list))
    sources: dict[str, list[str]] = defaultdict(list)
    for s in statements:
        if s.graph == made.evidence_graph(base):
            evidence[s.subject][s.predicate].append(s.object)
        elif s.graph == made.provenance_graph(base):
            if s.predicate == expand("dcterms:source"):
                sources[s.subject].append(_text(s.object))
        else:
            facts[s.subject][s.predicate].append(s.object)
    supports = _supports(evidence)
    return [
        _node(iri, facts[iri], supports, tuple(sorted(sources.get(iri, ()))), base)
        for iri in sorted(facts)
        if iri.startswith(base)
    ]


def _node(
    iri: str,
    values: Values,
    supports: Mapping[tuple[str, str, str], list[Support]],
    sources: tuple[str, ...],
    base: str,
) -> Node:
    cls = next((_CLASS_OF_IRI[str(t)] for t in values.get(made.RDF_TYPE, ()) if t in _CLASS_OF_IRI), None)
    if cls is None:
        raise BadInput(f"<{iri}> has no class of Paper Atlas; the store holds something else under this base.")
    properties: dict[str, Any] = {}
    for term in literals_of(cls):
        if found := values.get(expand(term.iri)):
            properties[term.field] = _property(term, found)
    if sources:
        properties["sources"] = sources
    label = _text(values[made.RDFS_LABEL][0]) if made.RDFS_LABEL in values else iri
    edges = []
    for predicate, objects in values.items():
        relation = _EDGE_OF.get((predicate, cls))
        if relation is None:
            continue
        for target in objects if relation in _IN_ORDER else sorted(objects, key=str):
            found_supports = supports.get((iri, predicate, str(target)), [])
            edges.append(Edge(relation, entity_id_of(base, str(target)), tuple(found_supports)))
    edges.sort(key=lambda e: (e.relation, "" if e.relation in _IN_ORDER else e.target))
    return Node(EntityId(entity_id_of(base, iri)), cls, label, properties, tuple(edges))


def _supports(evidence: Mapping[str, Values]) -> dict[tuple[str, str, str], list[Support]]:
    found: dict[tuple[str, str, str], list[Support]] = defaultdict(list)
    for iri in sorted(evidence):
        values = evidence[iri]
        if made.RDF_SUBJECT not in values:
            continue
        passage = evidence.get(str(values[made.PASSAGE][0]), {})
        place = Evidence(
            _text(passage[made.QUOTE][0]),
            _text(passage[made.SECTION][0]),  # type: ignore[arg-type]
            int(_text(passage[made.START][0])),
            int(_text(passage[made.END][0])),
        )
        cues = tuple(sorted(_text(c) for c in values.get(made.CUE, ())))
        confidence = float(_text(values[made.CONFIDENCE][0]))
        edge = (str(values[made.RDF_SUBJECT][0]), str(values[made.RDF_PREDICATE][0]), str(values[made.RDF_OBJECT][0]))
        found[edge].append(Support(place, confidence, _text(values[made.DRAWN_BY][0]), cues))
    for supports in found.values():
        supports.sort(key=lambda s: (-s.confidence, s.maker))
    return found


def _property(term: LiteralTerm, found: list[str | Literal]) -> Any:
    values = sorted(map(_text, found))
    if term.many:
        return tuple(values)
    if term.datatype == "integer":
        return int(values[0])
    if term.datatype == "double":
        return float(values[0])
    if term.datatype == "boolean":
        return values[0] in ("true", "1")
    return values[0]


def _text(value: str | Literal) -> str:
    return value if isinstance(value, str) else value.value
