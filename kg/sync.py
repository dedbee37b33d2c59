"""Writing a graph to a SPARQL server: what changed since the last time, node by node.

Each node's statements go in one update together, so that no reader of a server
with transactions sees half a paper. A digest of what was written stands beside
the graph (`{base}graph/digests`): it is taken away first and comes back last,
so that a node whose update broke off is written again by the next run, and a
node that did not change costs nothing. Run twice, nothing happens twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.batches import in_batches
from kg.query import Graph
from kg.statements import CONFIDENCE, PASSAGE, RDF_SUBJECT, Wider, evidence_graph, provenance_graph, statements_for
from kg.store.answers import Question
from kg.store.remote import RemoteStore
from schema.ids import NAMESPACE, digest, entity_iri
from schema.node import Node
from schema.statement import Statement
from schema.vocabulary import CLASSES

_DIGEST = f"<{NAMESPACE}digest>"
_PAGE = 5000
_BATCH_NODES = 100
_BATCH_CHARS = 200_000
"""Characters of one update; Virtuoso compiles no more than ten thousand lines at once."""


@dataclass(slots=True)
class Pushed:
    """What a push did, in nodes."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0


def digests_graph(base: str) -> str:
    """The IRI of the graph that holds a digest of each node as it was written."""
    return f"{base}graph/digests"


def push(
    store: RemoteStore,
    nodes: Iterable[Node],
    base: str,
    owner: str,
    progress: Callable[[int], None] | None = None,
    wider: Wider | None = None,
) -> Pushed:
    """Make the server hold these nodes; take away what `owner` wrote before and is not among them.

    `wider` gives the closure that is stated with each concept.

    Raises `StoreError` where the server does not take an update; what was
    written until then stays, and the next push goes on from there.
    """
    known = dict(known_digests(store, base))
    report = Pushed()
    for batch in in_batches(_changed(nodes, known, base, owner, report, wider), _BATCH_NODES):
        for part in _parts(batch):
            store.update(_update([p.iri for p in part if p.known], part, store, base))
            report.written += len(part)
            if progress:
                progress(report.written)
    gone = [iri for iri, mark in known.items() if mark.startswith(f"{owner}/")]
    for some in in_batches(gone, _BATCH_NODES):
        store.update(_update([*some], [], store, base))
        report.removed += len(some)
    return report


def push_folder(folder: Path, url: str, progress: Callable[[int], None] | None = None) -> Pushed:
    """Make the server at `url` hold the graph that is published in a folder."""
    graph = Graph.open(folder)
    with RemoteStore(url, graph.base) as store:
        wider = Wider()
        for node in graph.all_nodes([c.name for c in CLASSES if c.concept], supports=False):
            wider.add(node)
        return push(store, graph.all_nodes(), graph.base, _owner(folder), progress, wider)


def _owner(folder: Path) -> str:
    """A name for this folder, made once, so that it takes away only what it wrote itself."""
    file = folder / "owner"
    if not file.exists():
        file.write_text(uuid.uuid4().hex + "\n", encoding="ascii")
    return file.read_text(encoding="ascii").strip()


@dataclass(frozen=True, slots=True)
class _Written:
    iri: str
    mark: str
    statements: tuple[Statement, ...]
    known: bool


def _changed(
    nodes: Iterable[Node], known: dict[str, str], base: str, owner: str, report: Pushed, wider: Wider | None
) -> Iterator[_Written]:
    for node in nodes:
        iri = entity_iri(base, node.id)
        closure = wider.statements_for(node.id, base) if wider else ()
        statements = (*statements_for(node, base), *closure)
        mark = f"{owner}/{digest(''.join(s.nquad() for s in statements), 32)}"
        before = known.pop(iri, None)
        if before is not None and before.rpartition("/")[2] == mark.rpartition("/")[2]:
            report.unchanged += 1
        else:
            yield _Written(iri, mark, statements, before is not None)


def _parts(batch: Iterable[_Written]) -> Iterator[list[_Written]]:
    part: list[_Written] = []
    size = 0
    for one in batch:
        length = sum(len(s.nquad()) for s in one.statements)
        if part and size + length > _BATCH_CHARS:
            yield part
            part, size = [], 0
        part.append(one)
        size += length
    if part:
        yield part


def known_digests(store: RemoteStore, base: str) -> Iterator[tuple[str, str]]:
    """Each node's IRI and the mark with which it was written, in the order of IRIs."""
    last = ""
    while True:
        text = (
            f"SELECT ?s ?d {{ GRAPH <{digests_graph(base)}> {{ ?s {_DIGEST} ?d }}"
            f' FILTER(STR(?s) > "{last}") }} ORDER BY STR(?s) LIMIT {_PAGE}'
        )
        _, rows = store.ask(Question(text, named_graphs=(digests_graph(base),))).texts()
        page = [(str(s), str(d)) for s, d in rows]
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1][0]


def _update(old: list[str], new: list[_Written], store: RemoteStore, base: str) -> str:
    facts = store.at.facts
    scope = f"WITH <{facts}> " if facts else ""
    evidence, provenance, digests = evidence_graph(base), provenance_graph(base), digests_graph(base)
    steps = []
    if old:
        these = f"VALUES ?s {{ {' '.join(f'<{iri}>' for iri in old)} }}"
        its = f"?a <{RDF_SUBJECT}> ?s"
        steps = [
            f"DELETE {{ GRAPH <{digests}> {{ ?s ?p ?o }} }} WHERE {{ {these} GRAPH <{digests}> {{ ?s ?p ?o }} }}",
            f"DELETE {{ GRAPH <{evidence}> {{ ?x ?p ?o }} }}"
            f" WHERE {{ {these} GRAPH <{evidence}> {{ {its} ; <{PASSAGE}> ?x . ?x ?p ?o }} }}",
            f"DELETE {{ GRAPH <{evidence}> {{ ?a ?p ?o }} }}"
            f" WHERE {{ {these} GRAPH <{evidence}> {{ {its} ; <{CONFIDENCE}> ?c . ?a ?p ?o }} }}",
            f"DELETE {{ GRAPH <{provenance}> {{ ?s ?p ?o }} }} WHERE {{ {these} GRAPH <{provenance}> {{ ?s ?p ?o }} }}",
            f"{scope}DELETE {{ ?s ?p ?o }} WHERE {{ {these} ?s ?p ?o }}",
        ]
    if new:
        triples: dict[str, list[str]] = {}
        for one in new:
            for statement in one.statements:
                line = statement._replace(graph="").nquad().rstrip("\n")
                triples.setdefault(statement.graph or facts, []).append(line)
            triples.setdefault(digests, []).append(f'<{one.iri}> {_DIGEST} "{one.mark}" .')
        inside = [
            " ".join(lines) if not graph else f"GRAPH <{graph}> {{ {' '.join(lines)} }}"
            for graph, lines in triples.items()
        ]
        steps.append("INSERT DATA {\n" + "\n".join(inside) + "\n}")
    return " ;\n".join(steps)
