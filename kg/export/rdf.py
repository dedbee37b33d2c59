"""RDF in five syntaxes, streamed from the nodes in their order: the same snapshot gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Final

from kg.export.columns import write_blocks
from kg.export.subgraph import Subgraph
from kg.statements import statements_for
from schema.errors import BadRequest
from schema.statement import Literal, Statement
from schema.vocabulary import PREFIXES

_USED: Final = ("bibo", "dcat", "dcterms", "fabio", "kg", "owl", "prism", "rdf", "rdfs", "schema", "skos", "xsd")


def statements(sub: Subgraph, *, evidence: bool) -> Iterator[Statement]:
    """The statements of a part of the graph; with `evidence` those of the named graphs too.

    Raises `BadRequest` for a projection, whose edges no vocabulary names.
    """
    if sub.options.project is not None:
        raise BadRequest("a projection has no RDF form; write it as graphml, gexf, json or csv.")
    for node in sub.nodes(full=True):
        for statement in statements_for(node, sub.base):
            if evidence or not statement.graph:
                yield statement


def ntriples(sub: Subgraph, out: BinaryIO) -> None:
    """Write the facts as N-Triples."""
    write_blocks((s.nquad() for s in statements(sub, evidence=False)), out)


def nquads(sub: Subgraph, out: BinaryIO) -> None:
    """Write facts, evidence and provenance as N-Quads."""
    write_blocks((s.nquad() for s in statements(sub, evidence=sub.options.evidence)), out)


def turtle(sub: Subgraph, out: BinaryIO) -> None:
    """Write the facts as Turtle, one block for each entity."""
    _serialize(sub, out, "TURTLE", evidence=False)


def trig(sub: Subgraph, out: BinaryIO) -> None:
    """Write facts, evidence and provenance as TriG."""
    _serialize(sub, out, "TRIG", evidence=sub.options.evidence)


def rdfxml(sub: Subgraph, out: BinaryIO) -> None:
    """Write the facts as RDF/XML."""
    _serialize(sub, out, "RDF_XML", evidence=False)


def prefixes() -> dict[str, str]:
    """The prefixes that files declare."""
    return {name: PREFIXES[name] for name in _USED}


def write_statements(
    found: Iterable[Statement], out: BinaryIO, syntax: str, base: str, more_prefixes: Mapping[str, str] | None = None
) -> None:
    """Write statements in a syntax of pyoxigraph; all but TRIG drop the names of graphs."""
    import pyoxigraph as ox

    named: dict[str, ox.NamedNode] = {}

    def node(iri: str) -> ox.NamedNode:
        return named.get(iri) or named.setdefault(iri, ox.NamedNode(iri))

    def term(value: str | Literal) -> ox.NamedNode | ox.Literal:
        if isinstance(value, str):
            return ox.NamedNode(value)
        if value.language:
            return ox.Literal(value.value, language=value.language)
        return ox.Literal(value.value, datatype=node(value.datatype) if value.datatype else None)

    made: Iterable[ox.Quad] | Iterable[ox.Triple]
    if syntax == "TRIG":
        default = ox.DefaultGraph()
        made = (ox.Quad(ox.NamedNode(s), node(p), term(o), ox.NamedNode(g) if g else default) for s, p, o, g in found)
    else:
        made = (ox.Triple(ox.NamedNode(s), node(p), term(o)) for s, p, o, _ in found)
    declared = prefixes() | dict(more_prefixes or {})
    ox.serialize(made, out, getattr(ox.RdfFormat, syntax), prefixes=declared, base_iri=base)


def _serialize(sub: Subgraph, out: BinaryIO, syntax: str, *, evidence: bool) -> None:
    write_statements(statements(sub, evidence=evidence), out, syntax, sub.base)
