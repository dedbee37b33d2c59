"""The one table: every class and predicate with its IRI, label, domain, range, sentence and equivalents.

RDF output, GraphQL names and filters, export columns, SHACL shapes, the
ontology at /ns and the data-model page are made from it: a new relation is one
row and its tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from schema.ids import NAMESPACE
from schema.statement import XSD

PREFIXES: Final = MappingProxyType(
    {
        "kg": NAMESPACE,
        "bibo": "http://purl.org/ontology/bibo/",
        "cito": "http://purl.org/spar/cito/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "dqv": "http://www.w3.org/ns/dqv#",
        "fabio": "http://purl.org/spar/fabio/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "lpwc": "https://linkedpaperswithcode.com/property/",
        "lpwcc": "https://linkedpaperswithcode.com/class/",
        "mesh": "http://id.nlm.nih.gov/mesh/",
        "mls": "http://www.w3.org/ns/mls#",
        "mlso": "http://w3id.org/mlso/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prism": "http://prismstandard.org/namespaces/basic/2.0/",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "sd": "http://www.w3.org/ns/sparql-service-description#",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "vann": "http://purl.org/vocab/vann/",
        "void": "http://rdfs.org/ns/void#",
        "wd": "http://www.wikidata.org/entity/",
        "xsd": XSD,
    }
)
"""Prefixes of ours and the usual ones, predeclared for every SPARQL query and used in every Turtle file."""


def expand(name: str) -> str:
    """The IRI of a prefixed name.

    >>> expand("kg:Paper")
    'https://w3id.org/paperatlas/ns#Paper'
    """
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """A class: its name, its type (path segment and start of ids), GraphQL plural, label and sentence."""

    name: str
    type: str
    plural: str
    label: str
    comment: str
    also: tuple[str, ...] = ()
    """Classes that each member is also typed as, prefixed."""
    equivalents: tuple[str, ...] = ()
    """Outside classes that mean the same or nearly so, prefixed; stated as rdfs:seeAlso or skos:closeMatch."""
    concept: bool = False
    """True where members are skos:Concepts with prefLabel, altLabel and broader."""

    @property
    def iri(self) -> str:
        """The class's IRI."""
        return NAMESPACE + self.name


@dataclass(frozen=True, slots=True)
class EdgeTerm:
    """A predicate between two nodes, with its names in GraphQL: `field` out of the subject, `inverse` into the object."""

    name: str
    iri: str
    label: str
    domain: str
    range: str
    comment: str
    field: str
    inverse: str
    inverse_comment: str
    equivalents: tuple[str, ...] = ()
    drawn: bool = True
    """True where the edge may be drawn from text and carries evidence."""
    in_order: bool = False
    """True where the order of the targets means something (authors)."""


@dataclass(frozen=True, slots=True)
class LiteralTerm:
    """A predicate with a literal (or outside IRI) as value; `field` is its name in GraphQL and in `Node.properties`."""

    field: str
    iri: str
    label: str
    domains: tuple[str, ...]
    datatype: str
    """An XSD local name, or "iri" for an outside address."""
    comment: str
    many: bool = False
    shared: bool = False
    """True where the predicate is taken from another vocabulary."""


CLASSES: Final = (
    ClassTerm("Paper", "paper", "papers", "paper", "A research paper: what a source lists, with its title and abstract.",
              ("schema:ScholarlyArticle", "fabio:ResearchPaper"), ("lpwcc:paper", "mlso:ScientificWork")),
    ClassTerm("Dataset", "dataset", "datasets", "dataset", "A named dataset, benchmark, corpus, database or cohort.",
              ("dcat:Dataset", "schema:Dataset"), ("lpwcc:dataset", "mls:Dataset")),
    ClassTerm("Method", "method", "methods", "method", "A named model, architecture, algorithm, framework, technique or tool.",
              (), ("lpwcc:method", "mls:Algorithm")),
    ClassTerm("Task", "task", "tasks", "task", "What is to be done, in the field's standard term, e.g. image segmentation.",
              ("skos:Concept",), ("lpwcc:task", "mls:Task"), concept=True),
    ClassTerm("Modality", "modality", "modalities", "modality", "A kind of data that a method or dataset takes in or puts out, e.g. CT.",
              ("skos:Concept",), ("mlso:DataModality",), concept=True),
    ClassTerm("Condition", "condition", "conditions", "condition", "A disease, disorder or clinical condition.",
              ("skos:Concept",), ("schema:MedicalCondition",), concept=True),
    ClassTerm("Repository", "repository", "repositories", "code repository", "A place where a paper's code lives, or where it is said to be.",
              ("schema:SoftwareSourceCode",), ()),
    ClassTerm("Result", "result", "results", "result", "A number that a paper reports: metric, value, and where known dataset, task and method.",
              (), ("mls:ModelEvaluation", "lpwcc:evaluationresult")),
    ClassTerm("Person", "person", "people", "person", "An author as the source names them.", ("schema:Person",), ("foaf:Person",)),
    ClassTerm("Venue", "venue", "venues", "venue", "A journal, conference or series where papers appear.",
              ("schema:Periodical",), ("fabio:Journal",)),
)  # fmt: skip
"""Every class; the order is the order of listings."""

_DOMAIN_PAPER = "Paper"
EDGES: Final = (
    EdgeTerm("usesDataset", "kg:usesDataset", "uses dataset", "Paper", "Dataset",
             "The paper trains on, evaluates on, analyses or extends this existing dataset.",
             "usesDatasets", "usedBy", "Papers that use this dataset.", ("lpwc:usesDataset", "mls:hasInput")),
    EdgeTerm("introducesDataset", "kg:introducesDataset", "introduces dataset", "Paper", "Dataset",
             "The paper creates and presents this dataset, benchmark, corpus or challenge.",
             "introducesDatasets", "introducedBy", "Papers that introduce this dataset."),
    EdgeTerm("proposesMethod", "kg:proposesMethod", "proposes method", "Paper", "Method",
             "This named method is the paper's contribution.",
             "proposesMethods", "proposedBy", "Papers that propose this method."),
    EdgeTerm("usesMethod", "kg:usesMethod", "uses method", "Paper", "Method",
             "The paper builds on, applies, evaluates or compares against this existing method.",
             "usesMethods", "usedBy", "Papers that use this method.", ("lpwc:hasMethod", "mls:executes")),
    EdgeTerm("addressesTask", "kg:addressesTask", "addresses task", "Paper", "Task",
             "What the paper's system is to do.",
             "tasks", "addressedBy", "Papers that address this task.", ("lpwc:hasTask", "mls:achieves")),
    EdgeTerm("targetsModality", "kg:targetsModality", "targets modality", "Paper", "Modality",
             "The kind of data that the paper's method or dataset takes in or puts out.",
             "modalities", "targetedBy", "Papers that target this modality or, unless asked exactly, a narrower one.",
             ("mlso:hasModality",)),
    EdgeTerm("studiesCondition", "kg:studiesCondition", "studies condition", "Paper", "Condition",
             "The disease, disorder or clinical condition that the paper's task is about.",
             "conditions", "studiedBy", "Papers that study this condition."),
    EdgeTerm("releasesCode", "kg:releasesCode", "releases code", "Paper", "Repository",
             "The paper says that its own code is available here; a repository without an address where it gives none.",
             "repositories", "releasedBy", "Papers that release their code here.", ("lpwc:hasOfficialRepository",)),
    EdgeTerm("promisesCode", "kg:promisesCode", "promises code", "Paper", "Repository",
             "The paper says that its own code will be available here, and it is not out yet.",
             "promisedRepositories", "promisedBy", "Papers that promise their code here."),
    EdgeTerm("reportsResult", "kg:reportsResult", "reports result", "Paper", "Result",
             "A number that the paper reports on a named metric.",
             "results", "reportedBy", "The paper that reports this result.", ("lpwc:hasEvaluationResult",)),
    EdgeTerm("cites", "kg:cites", "cites", "Paper", "Paper", "The paper cites this paper, where a source says so.",
             "cites", "citedBy", "Papers that cite this paper.", ("cito:cites",), drawn=False),
    EdgeTerm("creator", "dcterms:creator", "author", "Paper", "Person", "An author of the paper, as the source names them.",
             "authors", "authorOf", "Papers by this person.", ("schema:author",), drawn=False, in_order=True),
    EdgeTerm("publishedIn", "kg:publishedIn", "published in", "Paper", "Venue", "The journal, conference or series of the paper.",
             "venue", "publishes", "Papers that appeared here.", ("dcterms:isPartOf", "lpwc:hasConference"), drawn=False),
    EdgeTerm("onDataset", "kg:onDataset", "on dataset", "Result", "Dataset", "The dataset on which the result was measured.",
             "dataset", "results", "Results measured on this dataset.", drawn=False),
    EdgeTerm("onTask", "kg:onTask", "on task", "Result", "Task", "The task for which the result was measured.",
             "task", "results", "Results measured for this task.", drawn=False),
    EdgeTerm("ofMethod", "kg:ofMethod", "of method", "Result", "Method", "The method whose result it is.",
             "method", "results", "Results of this method.", drawn=False),
    EdgeTerm("broaderModality", "skos:broader", "broader", "Modality", "Modality", "The next wider kind of data.",
             "broader", "narrower", "The next narrower kinds of data.", drawn=False),
    EdgeTerm("broaderTask", "skos:broader", "broader", "Task", "Task", "The next wider task.",
             "broader", "narrower", "The next narrower tasks.", drawn=False),
    EdgeTerm("broaderCondition", "skos:broader", "broader", "Condition", "Condition", "The next wider condition.",
             "broader", "narrower", "The next narrower conditions.", drawn=False),
)  # fmt: skip
"""Every predicate between nodes. `name` is unique; skos:broader stands once for each class of concepts."""

_CONCEPTS = ("Task", "Modality", "Condition")
_ALL = tuple(c.name for c in CLASSES)
LITERALS: Final = (
    LiteralTerm("title", "dcterms:title", "title", ("Paper",), "string", "The title of the paper.", shared=True),
    LiteralTerm("abstract", "dcterms:abstract", "abstract", ("Paper",), "string", "The abstract as the source gives it.", shared=True),
    LiteralTerm("year", "kg:year", "year", ("Paper",), "integer", "The year of publication."),
    LiteralTerm("date", "dcterms:date", "date", ("Paper",), "string", "The date of publication: YYYY, YYYY-MM or YYYY-MM-DD.", shared=True),
    LiteralTerm("doi", "prism:doi", "DOI", ("Paper",), "string", "The Digital Object Identifier, lower case.", shared=True),
    LiteralTerm("arxivId", "fabio:hasArXivId", "arXiv id", ("Paper",), "string", "The arXiv number without its version.", shared=True),
    LiteralTerm("pubmedId", "fabio:hasPubMedId", "PubMed id", ("Paper",), "string", "The PubMed number.", shared=True),
    LiteralTerm("pmcId", "fabio:hasPubMedCentralId", "PMC id", ("Paper",), "string", "The PubMed Central id.", shared=True),
    LiteralTerm("url", "schema:url", "address", ("Paper",), "iri", "The page of the paper.", shared=True),
    LiteralTerm("keywords", "schema:keywords", "keyword", ("Paper",), "string", "A keyword as the source gives it.", many=True, shared=True),
    LiteralTerm("language", "dcterms:language", "language", ("Paper",), "string", "The language of the text, a BCP 47 tag.", shared=True),
    LiteralTerm("codeStatus", "kg:codeStatus", "code status", ("Paper",), "string",
                'Whether the paper releases its own code: "released", "promised" or "none".'),
    LiteralTerm("retracted", "kg:retracted", "retracted", ("Paper",), "boolean", "True where a source marks the paper as retracted or withdrawn."),
    LiteralTerm("aliases", "skos:altLabel", "other name", ("Dataset", "Method", *_CONCEPTS), "string",
                "Another name for the same thing.", many=True, shared=True),
    LiteralTerm("exactMatch", "skos:exactMatch", "exact match", ("Dataset", "Method", *_CONCEPTS), "iri",
                "The same thing in a public vocabulary such as MeSH or Wikidata.", many=True, shared=True),
    LiteralTerm("repositoryUrl", "schema:codeRepository", "repository address", ("Repository",), "iri",
                "The address of the code.", shared=True),
    LiteralTerm("metric", "kg:metric", "metric", ("Result",), "string", "The metric as the text names it, e.g. AUC."),
    LiteralTerm("value", "kg:value", "value", ("Result",), "string", "The value as printed, without its unit."),
    LiteralTerm("number", "kg:number", "number", ("Result",), "double", "The value as a number, where it is one."),
    LiteralTerm("unit", "kg:unit", "unit", ("Result",), "string", "The unit as printed, e.g. %."),
    LiteralTerm("isChange", "kg:isChange", "is a change", ("Result",), "boolean", "True for a relative change, not a level."),
    LiteralTerm("orcid", "kg:orcid", "ORCID iD", ("Person",), "string", "The ORCID iD of the person."),
    LiteralTerm("sameAs", "owl:sameAs", "same as", _ALL, "iri", "Another IRI of the same thing: a merged entity or an outside record.", many=True, shared=True),
)  # fmt: skip
"""Every predicate with a literal or an outside address. rdf:type, rdfs:label and skos:prefLabel go without saying."""

CLASS: Final = MappingProxyType({c.name: c for c in CLASSES})
CLASS_OF_TYPE: Final = MappingProxyType({c.type: c for c in CLASSES})
EDGE: Final = MappingProxyType({e.name: e for e in EDGES})
DRAWN: Final = tuple(e.name for e in EDGES if e.drawn)
"""Relations that may be drawn from text, each with evidence."""

EVIDENCE_TERMS: Final = (
    ("Assertion", "class", "An edge with what supports it: rdf:subject, rdf:predicate, rdf:object, confidence, passage, maker."),
    ("Passage", "class", "A passage of a paper's title or abstract, word for word, with its place; shared by the edges it supports."),
    ("confidence", "double", "How sure the edge is, 0 to 1: the calibrated probability that a careful reader agrees."),
    ("passage", "Passage", "The passage that supports the assertion."),
    ("drawnBy", "string", "Who or what drew the edge: an extractor with its version, or a source."),
    ("cue", "string", "A reason that weighed in drawing the edge."),
    ("quote", "string", "The words of the passage."),
    ("section", "string", 'Where the passage stands: "title", "abstract", or "source" for what a source states.'),
    ("start", "integer", "Offset of the passage's first character in its section, from 0."),
    ("end", "integer", "Offset behind the passage's last character in its section."),
)  # fmt: skip
"""Terms of the evidence graph, all in the namespace kg:."""


def class_of(id_: str) -> ClassTerm:
    """The class of an entity id, by its type; raises KeyError for an unknown type."""
    return CLASS_OF_TYPE[id_.partition("/")[0]]


def edges_from(cls: str) -> tuple[EdgeTerm, ...]:
    """The predicates out of a class, in the table's order."""
    return tuple(e for e in EDGES if e.domain == cls)


def edges_into(cls: str) -> tuple[EdgeTerm, ...]:
    """The predicates into a class, in the table's order."""
    return tuple(e for e in EDGES if e.range == cls)


def literals_of(cls: str) -> tuple[LiteralTerm, ...]:
    """The literal predicates of a class, in the table's order."""
    return tuple(t for t in LITERALS if cls in t.domains)
