"""Nanopublications: one for each support of each edge, so that a single assertion can be cited.

Source: the nanopublication guidelines, http://nanopub.org/guidelines/working_draft/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from kg.export.rdf import write_statements
from kg.export.subgraph import Subgraph
from kg.statements import assertion_iri
from schema.errors import BadRequest
from schema.ids import NAMESPACE, entity_iri
from schema.node import Edge, Node, Support
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import EDGE, expand

NP: Final = "http://www.nanopub.org/nschema#"


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write the nanopublications as TriG; raises `BadRequest` for a projection."""
    if sub.options.project is not None:
        raise BadRequest("a projection asserts nothing of its own; nanopublications are made of the graph's edges.")
    found = (
        statement
        for node in sub.nodes(full=True)
        for edge in node.edges
        for support in edge.supports
        for statement in nanopublication(node, edge, support, sub.base, sub.version)
    )
    write_statements(found, out, "TRIG", sub.base, {"np": NP, "prov": "http://www.w3.org/ns/prov#"})


def nanopublication(node: Node, edge: Edge, support: Support, base: str, version: str) -> Iterator[Statement]:
    """The four graphs of one: head, assertion, provenance, publication."""
    assertion = assertion_iri(base, node.id, edge, support)
    np = base + "np/" + assertion.rpartition("/")[2]
    head, fact, provenance, publication = (np + f"#{part}" for part in ("head", "assertion", "provenance", "pubinfo"))
    rdf_type = expand("rdf:type")
    yield Statement(np, rdf_type, NP + "Nanopublication", head)
    yield Statement(np, NP + "hasAssertion", fact, head)
    yield Statement(np, NP + "hasProvenance", provenance, head)
    yield Statement(np, NP + "hasPublicationInfo", publication, head)
    yield Statement(entity_iri(base, node.id), expand(EDGE[edge.relation].iri), entity_iri(base, edge.target), fact)
    yield Statement(fact, expand("prov:wasDerivedFrom"), entity_iri(base, node.id), provenance)
    yield Statement(fact, expand("prov:value"), Literal(support.evidence.quote), provenance)
    yield Statement(fact, NAMESPACE + "section", Literal(support.evidence.section), provenance)
    yield Statement(fact, NAMESPACE + "drawnBy", Literal(support.maker), provenance)
    confidence = Literal(f"{support.confidence:.4g}", XSD + "decimal")
    yield Statement(fact, NAMESPACE + "confidence", confidence, provenance)
    yield Statement(np, expand("prov:wasDerivedFrom"), assertion, publication)
    yield Statement(np, expand("dcterms:source"), Literal(f"Paper Atlas {version}"), publication)
