"""The description of the graph: what a crawler of data sets looks for is there, and true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from fastapi.testclient import TestClient
from rdflib import Literal, URIRef

from graphql_api.app import create_app
from kg.settings import Settings
from schema.vocabulary import expand

LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture(scope="module")
def graph(small_atlas: Path) -> rdflib.Graph:
    settings = Settings(store=str(small_atlas), data_license=LICENSE, public_url="https://atlas.example.org")
    with TestClient(create_app(settings)) as client:
        return rdflib.Graph().parse(data=client.get("/.well-known/void").text, format="turtle")


def test_the_dataset_names_its_licence_endpoint_space_and_dumps(graph: rdflib.Graph) -> None:
    dataset = graph.value(None, rdflib.RDF.type, URIRef(expand("void:Dataset")))

    def value(name: str) -> object:
        return graph.value(dataset, URIRef(expand(name)))

    assert str(value("dcterms:license")) == LICENSE
    assert str(value("void:sparqlEndpoint")) == "https://atlas.example.org/sparql"
    assert str(value("void:uriSpace")) == "https://w3id.org/paperatlas/"
    assert str(value("void:vocabulary")) == "https://w3id.org/paperatlas/ns"
    dumps = {str(d) for d in graph.objects(dataset, URIRef(expand("void:dataDump")))}
    assert "https://atlas.example.org/export/nquads" in dumps
    assert len([*graph.objects(dataset, URIRef(expand("dcat:distribution")))]) >= len(dumps)


def test_the_statistics_are_those_of_the_graph(graph: rdflib.Graph) -> None:
    found = {
        str(graph.value(part, URIRef(expand("void:class")))): graph.value(part, URIRef(expand("void:entities")))
        for part in graph.objects(None, URIRef(expand("void:classPartition")))
    }
    edges = {
        str(graph.value(part, URIRef(expand("void:property")))): graph.value(part, URIRef(expand("void:triples")))
        for part in graph.objects(None, URIRef(expand("void:propertyPartition")))
    }

    assert found[expand("kg:Paper")] == Literal(3) and found[expand("kg:Modality")] == Literal(4)
    assert edges[expand("kg:usesDataset")] == Literal(2) and edges[expand("skos:broader")] == Literal(3)


def test_the_figures_of_a_quality_card_are_given_out(small_atlas: Path, tmp_path: Path) -> None:
    row = {"support": 40, "precision": 0.9, "recall": 0.8, "f1": 0.847}
    card = {"papers": 20, "rows": {"usesDataset": row}, "macro f1": 0.847}
    (tmp_path / "card.json").write_text(json.dumps(card))
    with TestClient(create_app(Settings(store=str(small_atlas), quality_card=str(tmp_path / "card.json")))) as client:
        graph = rdflib.Graph().parse(data=client.get("/.well-known/void.ttl").text, format="turtle")

    found = {float(v) for v in graph.objects(None, URIRef(expand("dqv:value")))}
    assert found == {0.9, 0.8, 0.847}
    metric = graph.value(None, URIRef(expand("dcterms:subject")), URIRef(expand("kg:usesDataset")))
    assert (metric, rdflib.RDF.type, URIRef(expand("dqv:Metric"))) in graph
