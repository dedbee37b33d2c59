"""The page docs/data-model.md, made from the vocabulary table."""

from __future__ import annotations

from collections.abc import Iterator

from kg.ontology import inverse_name
from schema.vocabulary import CLASSES, EVIDENCE_TERMS, PREFIXES, ClassTerm, edges_from, edges_into, literals_of

_HEAD = """# The data model

This page is made from `schema/vocabulary.py` by `make docs`; edit the table, not the page. The same table makes the
ontology at `/ns`, the SHACL shapes (`kg validate --shapes`), the GraphQL schema and the columns of exports.

An entity's IRI is `{base}{type}/{key}`, by default `https://w3id.org/paperatlas/paper/arxiv-2403.01234`. Terms of our
own stand in `https://w3id.org/paperatlas/ns#`, prefix `kg:`. Facts are in the default graph; `{base}graph/evidence`
says why an edge is there, `{base}graph/provenance` what a source said of a record. Everything is plain RDF 1.1 without
blank nodes.
"""
_EVIDENCE = """## Evidence

Every edge that is drawn from text has at least one assertion in the graph `{base}graph/evidence`. It names the edge
with `rdf:subject`, `rdf:predicate` and `rdf:object`:

```sparql
SELECT ?dataset ?confidence ?quote WHERE {
  ?paper kg:usesDataset ?dataset .
  GRAPH <https://w3id.org/paperatlas/graph/evidence> {
    ?assertion rdf:subject ?paper ; rdf:predicate kg:usesDataset ; rdf:object ?dataset ;
               kg:confidence ?confidence ; kg:passage/kg:quote ?quote .
  }
}
LIMIT 10
```

| term | values | what |
|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *(part for cls in CLASSES for part in _class(cls)), *_evidence(), *_prefixes()]) + "\n"


def _class(cls: ClassTerm) -> Iterator[str]:
    yield f"## {cls.name}\n"
    also = f" Also typed as {_names(cls.also)}." if cls.also else ""
    near = f" Near: {_names(cls.equivalents)}." if cls.equivalents else ""
    yield f"{cls.comment} `{{base}}{cls.type}/{{key}}`.{also}{near}\n"
    yield "| predicate | leads to | GraphQL | what |\n|---|---|---|---|"
    for edge in edges_from(cls.name):
        yield f"| `{edge.iri}` | {edge.range} | `{edge.field}` | {edge.comment} |"
    for edge in edges_into(cls.name):
        ours = f", `kg:{inverse_name(edge)}` in the ontology" if edge.iri.startswith("kg:") else ""
        yield f"| `^{edge.iri}`{ours} | {edge.domain} | `{edge.inverse}` | {edge.inverse_comment} |"
    for term in literals_of(cls.name):
        kind = "an address" if term.datatype == "iri" else f"`xsd:{term.datatype}`"
        yield f"| `{term.iri}` | {kind}{', repeats' if term.many else ''} | `{term.field}` | {term.comment} |"
    yield "| `rdfs:label` | `xsd:string` | | Its name. |"
    if cls.concept:
        yield "| `skos:prefLabel` | `xsd:string` | `prefLabel` | Its name as a concept. |"
    yield ""


def _evidence() -> Iterator[str]:
    yield _EVIDENCE.rstrip("\n")
    for name, kind, comment in EVIDENCE_TERMS:
        yield f"| `kg:{name}` | {kind} | {comment} |"
    yield ""


def _prefixes() -> Iterator[str]:
    yield "## Prefixes\n\nDeclared for every SPARQL query here:\n\n| prefix | namespace |\n|---|---|"
    for name, iri in PREFIXES.items():
        yield f"| `{name}:` | `{iri}` |"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{n}`" for n in names)
