"""Checking a graph against the SHACL shapes, a few hundred entities at a time, with findings that people can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg import shapes
from kg.batches import in_batches
from kg.statements import RDF_SUBJECT, evidence_graph
from kg.store import current
from kg.store.answers import Question, ask, shorten_iri
from kg.store.embedded import open_read_only
from kg.store.formats import BY_NAME
from schema.errors import Unavailable
from schema.vocabulary import CLASS_OF_TYPE, CLASSES, expand

_BATCH = 400


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: the entity, the property, the offending value, what is wrong."""

    entity: str
    path: str
    value: str
    message: str
    severity: str = "Violation"

    def __str__(self) -> str:
        value = f" = {self.value!r}" if self.value else ""
        return f"{self.severity.lower()}: {self.entity} {self.path}{value}: {self.message}"


@dataclass(slots=True)
class Validation:
    """What a check found: entities looked at, findings (no more than were asked for), and how many there were."""

    entities: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def conforms(self) -> bool:
        """Whether nothing was found."""
        return not self.counts


def validate(folder: Path, most: int = 100, progress: Callable[[int], None] | None = None) -> Validation:
    """Check the published graph in a folder against the shapes.

    Facts are read with the types of what they point to, and with their
    evidence; memory does not grow with the graph. Raises `NotFound` where
    nothing is published, `Unavailable` without pySHACL.
    """
    snapshot = current(folder)
    store = open_read_only(snapshot.rdf_path)
    rules = _graph(shapes.turtle().encode())
    report = Validation()
    for batch in in_batches(_entities(store), _BATCH):
        its_own = {*map(shorten_iri, batch)}
        for found in _check(_part(store, batch, snapshot.base), rules):
            if _is_entity(found.entity, snapshot.base) and found.entity not in its_own:
                continue  # only the type of what is pointed to is read here; its own turn comes
            report.counts[f"{found.path}: {found.message}"] += 1
            if len(report.findings) < most:
                report.findings.append(found)
        report.entities += len(batch)
        if progress:
            progress(report.entities)
    return report


def _is_entity(iri: str, base: str) -> bool:
    return iri.removeprefix(base).partition("/")[0] in CLASS_OF_TYPE


def _entities(store: Any) -> Iterator[str]:
    for cls in CLASSES:
        for row in ask(store, Question(f"SELECT DISTINCT ?s {{ ?s a <{cls.iri}> }}")).texts()[1]:
            yield str(row[0])


def _part(store: Any, entities: tuple[str, ...], base: str) -> bytes:
    these = f"VALUES ?s {{ {' '.join(f'<{iri}>' for iri in entities)} }}"
    facts = f"CONSTRUCT {{ ?s ?p ?o . ?o a ?t }} WHERE {{ {these} ?s ?p ?o OPTIONAL {{ ?o a ?t }} }}"
    graph = evidence_graph(base)
    evidence = (
        f"CONSTRUCT {{ ?a ?p ?o . ?x ?q ?y }} WHERE {{ {these} GRAPH <{graph}>"
        f" {{ ?a <{RDF_SUBJECT}> ?s ; ?p ?o OPTIONAL {{ ?a kg:passage ?x . ?x ?q ?y }} }} }}"
    )
    out = _Bytes()
    for text in (facts, evidence):
        ask(store, Question(text)).write(BY_NAME["ntriples"], out)
    return b"".join(out.parts)


class _Bytes:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(data)
        return len(data)


def _graph(data: bytes) -> Any:
    from rdflib import Graph

    return Graph().parse(data=data, format="turtle")


def _check(data: bytes, rules: Any) -> Iterator[Finding]:
    try:
        from pyshacl import validate as run
    except ImportError as err:
        raise Unavailable("`kg validate` needs pySHACL: pip install 'paperatlas[validate]'.") from err
    from rdflib import RDF, URIRef

    # Without this it would fetch what owl:imports names.
    conforms, results, _ = run(_graph(data), shacl_graph=rules, do_owl_imports=False, inference="none")
    if conforms:
        return

    def text(of: Any, name: str) -> str:
        value = results.value(of, URIRef(expand(f"sh:{name}")))
        return "" if value is None else shorten_iri(str(value))

    for result in results.subjects(RDF.type, URIRef(expand("sh:ValidationResult"))):
        yield Finding(
            text(result, "focusNode"),
            text(result, "resultPath"),
            text(result, "value"),
            text(result, "resultMessage"),
            text(result, "resultSeverity").removeprefix("sh:"),
        )
