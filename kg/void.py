"""The graph described for machines: VoID, DCAT, data quality and the SPARQL service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.ontology import ONTOLOGY
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import CLASSES, EDGE, EDGES, expand

_TYPE = expand("rdf:type")


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the whole graph: its address, its media type, a name for people."""

    url: str
    media_type: str
    title: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure of the graph's quality: a short name, what it says, the value, what it is about."""

    name: str
    definition: str
    value: float
    about: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a published graph."""

    base: str
    root: str
    """The address under which the server is reached, ending in a slash."""
    version: str
    published: str
    counts: Mapping[str, int]
    """Entities by class name, edges by relation, as in the snapshot's manifest."""
    license: str = ""
    downloads: tuple[Download, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    result_formats: tuple[str, ...] = field(default=())
    """IRIs of the formats of SPARQL answers."""

    @property
    def dataset(self) -> str:
        """The IRI of the graph as a dataset."""
        return f"{self.base}.well-known/void#graph"

    @property
    def endpoint(self) -> str:
        """The address of the SPARQL endpoint."""
        return f"{self.root}sparql"


def measurements_of(card: Mapping[str, Any]) -> tuple[Measurement, ...]:
    """The figures of a quality card (`kg quality --json`): those of each relation, and the mean F1."""
    found = []
    said = f"on {card['papers']} annotated papers"
    for relation, row in card["rows"].items():
        for name in ("precision", "recall", "f1"):
            definition = f"{name} of {relation} {said}, {row['support']} annotated edges."
            found.append(Measurement(f"{relation}-{name}".replace(" ", "-"), definition, float(row[name]), relation))
    found.append(Measurement("macro-f1", f"Mean F1 over the relations {said}.", float(card["macro f1"])))
    return tuple(found)


def describe(about: Description) -> Iterator[Statement]:
    """The graph as void:Dataset and dcat:Dataset with its statistics, downloads and figures."""
    yield Statement(about.dataset, _TYPE, expand("void:Dataset"))
    yield Statement(about.dataset, _TYPE, expand("dcat:Dataset"))
    yield Statement(about.dataset, expand("dcterms:title"), Literal("Paper Atlas", "", "en"))
    yield Statement(
        about.dataset,
        expand("dcterms:description"),
        Literal("Papers, datasets, methods, tasks, kinds of data, conditions and code, with evidence.", "", "en"),
    )
    yield Statement(about.dataset, expand("dcterms:identifier"), Literal(about.version))
    yield Statement(about.dataset, expand("dcat:version"), Literal(about.version))
    if about.published:
        yield Statement(about.dataset, expand("dcterms:modified"), Literal(about.published, XSD + "dateTime"))
    if about.license:
        yield Statement(about.dataset, expand("dcterms:license"), about.license)
    yield Statement(about.dataset, expand("foaf:homepage"), about.root)
    yield Statement(about.dataset, expand("void:sparqlEndpoint"), about.endpoint)
    yield Statement(about.dataset, expand("void:uriSpace"), Literal(about.base))
    yield Statement(about.dataset, expand("void:vocabulary"), ONTOLOGY)
    yield from _examples(about)
    yield from _statistics(about)
    yield from _downloads(about)
    yield from _quality(about)


def describe_service(about: Description) -> Iterator[Statement]:
    """The endpoint as sd:Service; its default dataset carries the statistics."""
    service, dataset = f"{about.endpoint}#service", f"{about.endpoint}#dataset"
    yield Statement(service, _TYPE, expand("sd:Service"))
    yield Statement(service, expand("sd:endpoint"), about.endpoint)
    yield Statement(service, expand("sd:supportedLanguage"), expand("sd:SPARQL11Query"))
    for iri in about.result_formats:
        yield Statement(service, expand("sd:resultFormat"), iri)
    yield Statement(service, expand("sd:defaultDataset"), dataset)
    yield Statement(dataset, _TYPE, expand("sd:Dataset"))
    default = f"{about.endpoint}#facts"
    yield Statement(dataset, expand("sd:defaultGraph"), default)
    yield Statement(default, _TYPE, expand("sd:Graph"))
    yield Statement(default, _TYPE, expand("void:Dataset"))
    yield from _statistics(about, default)
    for name in ("evidence", "provenance"):
        named = f"{about.endpoint}#{name}"
        yield Statement(dataset, expand("sd:namedGraph"), named)
        yield Statement(named, _TYPE, expand("sd:NamedGraph"))
        yield Statement(named, expand("sd:name"), f"{about.base}graph/{name}")
    yield from describe(about)


def _statistics(about: Description, of: str = "") -> Iterator[Statement]:
    of = of or about.dataset
    counts = about.counts
    if triples := counts.get("triples"):
        yield Statement(of, expand("void:triples"), _integer(triples))
    yield Statement(of, expand("void:entities"), _integer(sum(counts.get(c.name, 0) for c in CLASSES)))
    yield Statement(of, expand("void:classes"), _integer(sum(1 for c in CLASSES if counts.get(c.name))))
    for cls in CLASSES:
        if number := counts.get(cls.name):
            part = f"{of}-{cls.type}"
            yield Statement(of, expand("void:classPartition"), part)
            yield Statement(part, expand("void:class"), cls.iri)
            yield Statement(part, expand("void:entities"), _integer(number))
    by_property: dict[str, int] = {}
    for edge in EDGES:
        if number := counts.get(edge.name):
            by_property[edge.iri] = by_property.get(edge.iri, 0) + number
    for name, number in by_property.items():
        part = f"{of}-{name.partition(':')[2]}"
        yield Statement(of, expand("void:propertyPartition"), part)
        yield Statement(part, expand("void:property"), expand(name))
        yield Statement(part, expand("void:triples"), _integer(number))


def _examples(about: Description) -> Iterator[Statement]:
    for cls in CLASSES:
        if cls.concept and about.counts.get(cls.name):
            yield Statement(about.dataset, expand("void:uriRegexPattern"), Literal(f"^{about.base}{cls.type}/.+"))


def _downloads(about: Description) -> Iterator[Statement]:
    for download in about.downloads:
        part = f"{about.dataset}-{download.url.rpartition('/')[2]}"
        yield Statement(about.dataset, expand("dcat:distribution"), part)
        yield Statement(part, _TYPE, expand("dcat:Distribution"))
        yield Statement(part, expand("dcterms:title"), Literal(download.title))
        yield Statement(part, expand("dcat:downloadURL"), download.url)
        yield Statement(part, expand("dcat:mediaType"), Literal(download.media_type))
        if "rdf" in download.media_type or download.media_type in _RDF:
            yield Statement(about.dataset, expand("void:dataDump"), download.url)
    service = f"{about.dataset}-sparql"
    yield Statement(service, _TYPE, expand("dcat:DataService"))
    yield Statement(service, expand("dcterms:title"), Literal("SPARQL endpoint", "", "en"))
    yield Statement(service, expand("dcat:endpointURL"), about.endpoint)
    yield Statement(service, expand("dcat:servesDataset"), about.dataset)


_RDF = {"text/turtle", "application/n-triples", "application/n-quads", "application/trig", "application/ld+json"}


def _quality(about: Description) -> Iterator[Statement]:
    for one in about.measurements:
        measurement = f"{about.dataset}-quality-{one.name}"
        metric = f"{about.dataset}-metric-{one.name}"
        yield Statement(about.dataset, expand("dqv:hasQualityMeasurement"), measurement)
        yield Statement(measurement, _TYPE, expand("dqv:QualityMeasurement"))
        yield Statement(measurement, expand("dqv:isMeasurementOf"), metric)
        yield Statement(measurement, expand("dqv:computedOn"), about.dataset)
        yield Statement(measurement, expand("dqv:value"), Literal(repr(one.value), XSD + "double"))
        yield Statement(metric, _TYPE, expand("dqv:Metric"))
        yield Statement(metric, expand("skos:definition"), Literal(one.definition, "", "en"))
        if one.about in EDGE:
            yield Statement(metric, expand("dcterms:subject"), expand(EDGE[one.about].iri))


def _integer(number: int) -> Literal:
    return Literal(str(number), XSD + "integer")
