"""The ontology against what OOPS! and FOOPS! look for, as far as a program can see it."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from fastapi.testclient import TestClient
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef

from graphql_api.app import create_app
from kg import ontology
from kg.settings import Settings
from kg.store.formats import BY_NAME
from kg.store.rdf import write_statements
from schema.ids import NAMESPACE
from schema.vocabulary import CLASSES, EDGES, EVIDENCE_TERMS, LITERALS, expand

ONTOLOGY = URIRef(ontology.ONTOLOGY)
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(data=write_statements(ontology.statements(), BY_NAME["turtle"]), format="turtle")


def own(graph: Graph, *kinds: URIRef) -> list[URIRef]:
    found = {s for kind in kinds for s in graph.subjects(RDF.type, kind)}
    return sorted(s for s in found if isinstance(s, URIRef) and s.startswith(NAMESPACE))


def test_every_term_of_the_table_is_declared(graph: Graph) -> None:
    named = {c.iri for c in CLASSES} | {expand(e.iri) for e in EDGES} | {expand(t.iri) for t in LITERALS}
    named |= {NAMESPACE + name for name, *_ in EVIDENCE_TERMS}
    declared = {str(s) for s in graph.subjects(RDF.type, None)}

    assert named <= declared


def test_the_ontology_says_what_it_is(graph: Graph) -> None:
    dublin_core = [
        "title",
        "description",
        "license",
        "creator",
        "publisher",
        "created",
        "issued",
        "modified",
        "bibliographicCitation",
        "provenance",
    ]
    wanted = [f"dcterms:{name}" for name in dublin_core]
    wanted += ["owl:versionInfo", "owl:versionIRI", "bibo:status"]
    wanted += ["vann:preferredNamespacePrefix", "vann:preferredNamespaceUri"]

    assert (ONTOLOGY, RDF.type, OWL.Ontology) in graph
    assert [n for n in wanted if graph.value(ONTOLOGY, URIRef(expand(n))) is None] == []
    assert graph.value(ONTOLOGY, OWL.versionIRI) != ONTOLOGY
    assert not str(ONTOLOGY).endswith((".owl", ".ttl", ".rdf")), "P36"
    assert str(ONTOLOGY).startswith("https://w3id.org/")


def test_every_term_has_a_label_and_a_definition_and_no_label_twice(graph: Graph) -> None:
    terms = own(graph, OWL.Class, *PROPERTIES)
    labels: dict[Literal, URIRef] = {}
    for term in terms:
        label, definition = graph.value(term, RDFS.label), graph.value(term, SKOS.definition)
        assert label is not None and definition is not None and graph.value(term, RDFS.comment), f"P08: {term}"
        kind = "class" if (term, RDF.type, OWL.Class) in graph else "property"
        assert labels.setdefault(Literal(f"{kind} {label}"), term) == term, f"P32: {term} and {labels}"
        assert (term, RDFS.isDefinedBy, ONTOLOGY) in graph


def test_every_property_has_one_domain_and_one_range_or_says_what_it_includes(graph: Graph) -> None:
    for term in own(graph, *PROPERTIES):
        domains = [*graph.objects(term, RDFS.domain), *graph.objects(term, URIRef(expand("schema:domainIncludes")))]
        assert domains, f"P11: {term}"
        assert len([*graph.objects(term, RDFS.domain)]) <= 1, f"P19: {term}"
        assert len([*graph.objects(term, RDFS.range)]) == 1, f"P11, P19: {term}"


def test_every_relation_has_an_inverse_that_turns_domain_and_range(graph: Graph) -> None:
    for term in own(graph, OWL.ObjectProperty):
        inverse = graph.value(term, OWL.inverseOf)
        assert inverse is not None, f"P13: {term}"
        assert graph.value(term, RDFS.domain) == graph.value(inverse, RDFS.range)
        assert graph.value(term, RDFS.range) == graph.value(inverse, RDFS.domain)
        assert (inverse, OWL.inverseOf, term) in graph


def test_no_class_stands_alone_and_none_is_above_itself(graph: Graph) -> None:
    used = {o for p in (RDFS.domain, RDFS.range, RDFS.subClassOf) for o in graph.objects(None, p)}
    for cls in own(graph, OWL.Class):
        assert cls in used or graph.value(cls, RDFS.subClassOf), f"P04: {cls}"
        assert cls not in graph.transitive_objects(graph.value(cls, RDFS.subClassOf), RDFS.subClassOf), f"P06: {cls}"


def test_terms_of_others_are_declared_where_they_are_used(graph: Graph) -> None:
    for p in (RDFS.domain, RDFS.range, RDFS.subClassOf):
        for term in graph.objects(None, p):
            if not str(term).startswith(str(rdflib.XSD)):
                assert (term, RDF.type, OWL.Class) in graph, f"P34: {term}"


def test_names_follow_one_convention(graph: Graph) -> None:
    for cls in own(graph, OWL.Class):
        assert cls.removeprefix(NAMESPACE)[0].isupper(), f"P22: {cls}"
    for term in own(graph, *PROPERTIES):
        assert term.removeprefix(NAMESPACE)[0].islower(), f"P22: {term}"


def test_users_of_linked_papers_with_code_find_their_terms(graph: Graph) -> None:
    near = {str(o) for o in graph.objects(None, SKOS.closeMatch)}

    for name in ("lpwcc:paper", "lpwcc:dataset", "lpwcc:method", "lpwcc:task", "lpwc:hasTask", "lpwc:hasMethod",
                 "mls:Task", "mlso:DataModality", "mlso:hasModality", "cito:cites"):  # fmt: skip
        assert expand(name) in near


def test_the_version_has_an_address_of_its_own(small_atlas: Path) -> None:
    with TestClient(create_app(Settings(store=str(small_atlas)))) as client:
        path = ontology.VERSION_IRI.removeprefix("https://w3id.org/paperatlas")
        assert client.get(path).status_code == 200
        assert client.get("/ns").text == client.get(path).text
