"""SHACL shapes made from the vocabulary table: what a sound graph looks like, for any SHACL engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from schema.ids import NAMESPACE
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import CLASSES, EDGES, EVIDENCE_TERMS, ClassTerm, LiteralTerm, edges_from, expand, literals_of

SHAPES: Final = NAMESPACE.removesuffix("ns#") + "shapes#"

_TYPE = expand("rdf:type")
_ALWAYS: Final = {"Paper": ("title", "codeStatus"), "Result": ("metric",)}
"""Literals that each member of a class has."""
_PATTERNS: Final = {
    "codeStatus": "^(released|promised|none)$",
    "doi": "^10\\.[0-9]{4,9}/.+$",
    "date": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
    "pubmedId": "^[1-9][0-9]*$",
    "arxivId": "^([0-9]{4}\\.[0-9]{4,5}|[a-z-]+(\\.[A-Z]{2})?/[0-9]{7})$",
}
_RELEASED: Final = """SELECT $this ?value WHERE {
  $this <%(status)s> ?value .
  FILTER((?value = "released") != EXISTS { $this <%(edge)s> ?repository })
}"""


def statements() -> Iterator[Statement]:
    """Every statement of the shapes, free of blank nodes."""
    for cls in CLASSES:
        yield from _class_shape(cls)
    yield from _code_shape()
    yield from _evidence_shapes()


def turtle() -> str:
    """The shapes as Turtle, for the file that is made from them."""
    from kg.store.formats import BY_NAME
    from kg.store.rdf import write_statements

    return write_statements(statements(), BY_NAME["turtle"]).decode()


def _class_shape(cls: ClassTerm) -> Iterator[Statement]:
    shape = f"{SHAPES}{cls.name}"
    yield Statement(shape, _TYPE, expand("sh:NodeShape"))
    yield Statement(shape, expand("sh:targetClass"), cls.iri)
    yield Statement(shape, expand("rdfs:label"), Literal(f"Every {cls.label}", "", "en"))
    yield Statement(shape, expand("sh:nodeKind"), expand("sh:IRI"))
    yield from _property(shape, "label", expand("rdfs:label"), least=1, most=1, datatype=XSD + "string")
    if cls.concept:
        yield from _property(shape, "prefLabel", expand("skos:prefLabel"), least=1, most=1, datatype=XSD + "string")
    for term in literals_of(cls.name):
        yield from _literal(shape, cls, term)
    for edge in edges_from(cls.name):
        one = f"{shape}-{edge.name}"
        yield Statement(shape, expand("sh:property"), one)
        yield Statement(one, _TYPE, expand("sh:PropertyShape"))
        yield Statement(one, expand("sh:path"), expand(edge.iri))
        yield Statement(one, expand("sh:class"), NAMESPACE + edge.range)
        yield Statement(one, expand("sh:nodeKind"), expand("sh:IRI"))
        yield Statement(one, expand("sh:name"), Literal(edge.label, "", "en"))
        yield Statement(
            one, expand("sh:message"), Literal(f"'{edge.label}' leads to a {edge.range} of this graph.", "", "en")
        )


def _literal(shape: str, cls: ClassTerm, term: LiteralTerm) -> Iterator[Statement]:
    least = 1 if term.field in _ALWAYS.get(cls.name, ()) else 0
    datatype = "" if term.datatype == "iri" else XSD + term.datatype
    most = 0 if term.many else 1
    iri = expand(term.iri)
    yield from _property(
        shape, term.field, iri, least=least, most=most, datatype=datatype, pattern=_PATTERNS.get(term.field, "")
    )


def _property(
    shape: str, name: str, path: str, *, least: int = 0, most: int = 0, datatype: str = "", pattern: str = ""
) -> Iterator[Statement]:
    one = f"{shape}-{name}"
    yield Statement(shape, expand("sh:property"), one)
    yield Statement(one, _TYPE, expand("sh:PropertyShape"))
    yield Statement(one, expand("sh:path"), path)
    yield Statement(one, expand("sh:name"), Literal(name, "", "en"))
    if least:
        yield Statement(one, expand("sh:minCount"), Literal(str(least), XSD + "integer"))
    if most:
        yield Statement(one, expand("sh:maxCount"), Literal(str(most), XSD + "integer"))
    if datatype:
        yield Statement(one, expand("sh:datatype"), datatype)
        if datatype == XSD + "string":
            yield Statement(one, expand("sh:minLength"), Literal("1", XSD + "integer"))
    else:
        yield Statement(one, expand("sh:nodeKind"), expand("sh:IRI"))
    if pattern:
        yield Statement(one, expand("sh:pattern"), Literal(pattern))


def _code_shape() -> Iterator[Statement]:
    rule = f"{SHAPES}Paper-code"
    text = _RELEASED % {"status": NAMESPACE + "codeStatus", "edge": NAMESPACE + "releasesCode"}
    yield Statement(f"{SHAPES}Paper", expand("sh:sparql"), rule)
    yield Statement(rule, _TYPE, expand("sh:SPARQLConstraint"))
    yield Statement(rule, expand("sh:select"), Literal(text))
    message = 'The code status is "released" exactly where there is a kg:releasesCode edge.'
    yield Statement(rule, expand("sh:message"), Literal(message, "", "en"))


def _evidence_shapes() -> Iterator[Statement]:
    drawn = sorted({expand(e.iri) for e in EDGES})
    assertion, passage = f"{SHAPES}Assertion", f"{SHAPES}Passage"
    for shape, target in ((assertion, "confidence"), (passage, "quote")):
        yield Statement(shape, _TYPE, expand("sh:NodeShape"))
        yield Statement(shape, expand("sh:targetSubjectsOf"), NAMESPACE + target)
    for name in ("subject", "predicate", "object"):
        yield from _property(assertion, name, expand(f"rdf:{name}"), least=1, most=1)
    yield Statement(
        f"{assertion}-predicate",
        expand("sh:pattern"),
        Literal("^(" + "|".join(iri.replace(".", "\\.") for iri in drawn) + ")$"),
    )
    for name, kind, _ in EVIDENCE_TERMS:
        if kind == "class":
            continue
        of = passage if name in ("quote", "section", "start", "end") else assertion
        datatype = {"double": XSD + "decimal", "Passage": ""}.get(kind, XSD + kind)
        many = name == "cue"
        yield from _property(
            of, name, NAMESPACE + name, least=0 if many else 1, most=0 if many else 1, datatype=datatype
        )
    for bound, value in (("minInclusive", "0"), ("maxInclusive", "1")):
        yield Statement(f"{assertion}-confidence", expand(f"sh:{bound}"), Literal(value, XSD + "decimal"))
    yield Statement(f"{passage}-start", expand("sh:lessThanOrEquals"), NAMESPACE + "end")
    yield Statement(f"{passage}-section", expand("sh:pattern"), Literal("^(title|abstract|source)$"))
