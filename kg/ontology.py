"""The ontology at /ns, made from the vocabulary table: every term with label, definition, place and equivalents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schema.ids import NAMESPACE
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import (
    CLASSES,
    EDGES,
    EVIDENCE_TERMS,
    LITERALS,
    ClassTerm,
    EdgeTerm,
    LiteralTerm,
    expand,
)

ONTOLOGY: Final = NAMESPACE.rstrip("#")
"""The IRI of the ontology and the address of its document."""
VERSION: Final = "0.1.0"
VERSION_IRI: Final = f"{ONTOLOGY}/{VERSION}"
ISSUED: Final = "2026-11-24"
LICENSE: Final = "https://opensource.org/license/mit"

_TITLE = "The Paper Atlas ontology"
_ABSTRACT = (
    "Terms for a graph of research papers, the datasets and methods that they use or bring in, the tasks that they"
    " address, the kinds of data and the conditions that they are about, the code that they release, the results that"
    " they report, and the passages in which they say so."
)
_EVIDENCE_OF: Final = {"confidence": "Assertion", "passage": "Assertion", "drawnBy": "Assertion", "cue": "Assertion"}
_EVIDENCE_BASE: Final = {"Assertion": "rdf:Statement", "Passage": "prov:Entity"}
_ALSO_NEAR: Final = {
    "usesDataset": ("cito:usesDataFrom",),
    "usesMethod": ("cito:usesMethodIn",),
    "year": ("fabio:hasPublicationYear", "schema:datePublished"),
    "metric": ("lpwc:metricName", "mls:specifiedBy"),
    "value": ("lpwc:metricValue",),
    "number": ("mls:hasValue",),
    "drawnBy": ("prov:wasAttributedTo",),
    "passage": ("prov:wasDerivedFrom",),
    "Assertion": ("prov:Entity",),
}
"""Near terms of literals and of evidence, and those that are near in meaning and not in shape, by local name."""
_TYPE = expand("rdf:type")
_LABEL = expand("rdfs:label")


def statements() -> Iterator[Statement]:
    """Every statement of the ontology, in the table's order, free of blank nodes."""
    yield from _header()
    for term in CLASSES:
        yield from _class(term)
    for edge in _once(EDGES):
        yield from _edge(edge)
    for literal in LITERALS:
        yield from _literal(literal)
    yield from _evidence()
    yield from _borrowed()


def inverse_name(edge: EdgeTerm) -> str:
    """The local name of an edge's inverse: what stands at its end and how it is seen from there.

    >>> from schema.vocabulary import EDGE
    >>> inverse_name(EDGE["usesDataset"]), inverse_name(EDGE["addressesTask"])
    ('datasetUsedBy', 'taskAddressedBy')
    """
    return f"{edge.range[0].lower()}{edge.range[1:]}{edge.inverse[0].upper()}{edge.inverse[1:]}"


def _header() -> Iterator[Statement]:
    yield Statement(ONTOLOGY, _TYPE, expand("owl:Ontology"))
    yield Statement(ONTOLOGY, _LABEL, Literal(_TITLE, "", "en"))
    texts = {
        "dcterms:title": Literal(_TITLE, "", "en"),
        "dcterms:description": Literal(_ABSTRACT, "", "en"),
        "dcterms:abstract": Literal(_ABSTRACT, "", "en"),
        "dcterms:creator": Literal("Paper Atlas contributors"),
        "dcterms:publisher": Literal("Paper Atlas contributors"),
        "dcterms:created": Literal(ISSUED, XSD + "date"),
        "dcterms:issued": Literal(ISSUED, XSD + "date"),
        "dcterms:modified": Literal(ISSUED, XSD + "date"),
        "dcterms:bibliographicCitation": Literal(f"{_TITLE}, version {VERSION}. {VERSION_IRI}"),
        "dcterms:provenance": Literal("Made from the project's vocabulary table.", "", "en"),
        "owl:versionInfo": Literal(VERSION),
        "vann:preferredNamespacePrefix": Literal("kg"),
        "vann:preferredNamespaceUri": Literal(NAMESPACE),
    }
    for name, text in texts.items():
        yield Statement(ONTOLOGY, expand(name), text)
    yield Statement(ONTOLOGY, expand("owl:versionIRI"), VERSION_IRI)
    yield Statement(ONTOLOGY, expand("dcterms:license"), LICENSE)
    yield Statement(ONTOLOGY, expand("bibo:status"), "http://purl.org/ontology/bibo/status/draft")


def _class(term: ClassTerm) -> Iterator[Statement]:
    yield from _described(term.iri, "owl:Class", term.label, term.comment)
    for name in term.also:
        yield Statement(term.iri, expand("rdfs:subClassOf"), expand(name))
    yield from _near(term.iri, term.equivalents)


def _edge(edge: EdgeTerm) -> Iterator[Statement]:
    iri = expand(edge.iri)
    if not edge.iri.startswith("kg:"):
        return
    yield from _described(iri, "owl:ObjectProperty", edge.label, edge.comment)
    yield Statement(iri, expand("rdfs:domain"), NAMESPACE + edge.domain)
    yield Statement(iri, expand("rdfs:range"), NAMESPACE + edge.range)
    yield from _near(iri, edge.equivalents)
    inverse = NAMESPACE + inverse_name(edge)
    yield Statement(iri, expand("owl:inverseOf"), inverse)
    label = f"{edge.range.lower()} {_words(edge.inverse)}"
    note = f"{edge.inverse_comment} Not written out in the graph: ask for the inverse path ^{edge.iri}."
    yield from _described(inverse, "owl:ObjectProperty", label, note)
    yield Statement(inverse, expand("owl:inverseOf"), iri)
    yield Statement(inverse, expand("rdfs:domain"), NAMESPACE + edge.range)
    yield Statement(inverse, expand("rdfs:range"), NAMESPACE + edge.domain)


def _literal(term: LiteralTerm) -> Iterator[Statement]:
    iri = expand(term.iri)
    if not iri.startswith(NAMESPACE):
        return
    kind = "owl:ObjectProperty" if term.datatype == "iri" else "owl:DatatypeProperty"
    yield from _described(iri, kind, term.label, term.comment)
    if len(term.domains) == 1:
        yield Statement(iri, expand("rdfs:domain"), NAMESPACE + term.domains[0])
    else:
        # Several rdfs:domain would mean all of them at once.
        for domain in term.domains:
            yield Statement(iri, expand("schema:domainIncludes"), NAMESPACE + domain)
    if term.datatype != "iri":
        yield Statement(iri, expand("rdfs:range"), XSD + term.datatype)


def _evidence() -> Iterator[Statement]:
    for name, kind, comment in EVIDENCE_TERMS:
        iri = NAMESPACE + name
        label = _words(name)
        if kind == "class":
            yield from _described(iri, "owl:Class", label, comment)
            yield Statement(iri, expand("rdfs:subClassOf"), expand(_EVIDENCE_BASE[name]))
            continue
        is_object = kind[0].isupper()
        yield from _described(iri, "owl:ObjectProperty" if is_object else "owl:DatatypeProperty", label, comment)
        yield Statement(iri, expand("rdfs:domain"), NAMESPACE + _EVIDENCE_OF.get(name, "Passage"))
        # The graph holds confidences as xsd:decimal, which every reader of numbers takes.
        datatype = "decimal" if kind == "double" else kind
        yield Statement(iri, expand("rdfs:range"), NAMESPACE + kind if is_object else XSD + datatype)
        if is_object:
            inverse = NAMESPACE + "supports"
            yield Statement(iri, expand("owl:inverseOf"), inverse)
            yield from _described(
                inverse, "owl:ObjectProperty", "supports", "The assertions that this passage supports."
            )
            yield Statement(inverse, expand("owl:inverseOf"), iri)
            yield Statement(inverse, expand("rdfs:domain"), NAMESPACE + "Passage")
            yield Statement(inverse, expand("rdfs:range"), NAMESPACE + "Assertion")


def _borrowed() -> Iterator[Statement]:
    """Terms of other vocabularies that the graph uses, declared by kind so that no tool finds them undeclared."""
    declared = {expand(name): "owl:Class" for c in CLASSES for name in c.also}
    declared |= {expand(name): "owl:Class" for name in _EVIDENCE_BASE.values()}
    declared |= {expand(e.iri): "owl:ObjectProperty" for e in EDGES if not e.iri.startswith("kg:")}
    for term in LITERALS:
        if term.shared:
            kind = "owl:ObjectProperty" if term.datatype == "iri" else "owl:DatatypeProperty"
            declared[expand(term.iri)] = kind
    for iri, kind in sorted(declared.items()):
        yield Statement(iri, _TYPE, expand(kind))


def _described(iri: str, kind: str, label: str, comment: str) -> Iterator[Statement]:
    yield Statement(iri, _TYPE, expand(kind))
    yield Statement(iri, _LABEL, Literal(label, "", "en"))
    yield Statement(iri, expand("rdfs:comment"), Literal(comment, "", "en"))
    yield Statement(iri, expand("skos:definition"), Literal(comment, "", "en"))
    yield Statement(iri, expand("rdfs:isDefinedBy"), ONTOLOGY)
    yield from _near(iri, _ALSO_NEAR.get(iri.removeprefix(NAMESPACE), ()))


def _near(iri: str, equivalents: tuple[str, ...]) -> Iterator[Statement]:
    for name in equivalents:
        yield Statement(iri, expand("skos:closeMatch"), expand(name))


def _once(edges: tuple[EdgeTerm, ...]) -> Iterator[EdgeTerm]:
    seen: set[str] = set()
    for edge in edges:
        if edge.iri not in seen:
            seen.add(edge.iri)
            yield edge


def _words(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
