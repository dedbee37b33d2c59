"""A local copy of a graph that a SPARQL server holds, for everything that reads more than SPARQL answers.

`kg stats`, `kg export`, `kg graphql` and `kg serve` work over snapshots. Given
a server, they work over a snapshot made of what the server holds, kept in the
user's cache and made anew only when the server's digests have changed.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from kg.batches import in_batches
from kg.index import IndexBuilder
from kg.nodes import nodes_of
from kg.statements import RDF_SUBJECT, Wider, evidence_graph, provenance_graph, statements_for
from kg.store import current, current_name, embedded, snapshots
from kg.store.answers import Question
from kg.store.places import is_remote
from kg.store.remote import RemoteStore
from kg.sync import known_digests
from schema.errors import NotFound
from schema.ids import digest
from schema.node import Node
from schema.statement import Statement
from schema.vocabulary import CLASSES

_PAGE = 5000
_BATCH = 200


def local_folder(where: str, base: str) -> Path:
    """The folder to read a graph from: `where` itself, or a copy of what the server there holds.

    Raises `StoreError` where the server does not answer, `NotFound` where it
    holds nothing of ours.
    """
    if not is_remote(where):
        return Path(where)
    with RemoteStore(where, base) as store:
        return pull(store, base, _cache() / digest(f"{store.at.query} {base}", 24))


def pull(store: RemoteStore, base: str, folder: Path) -> Path:
    """Publish in `folder` what the server holds, unless it is there already; returns the folder."""
    subjects = [*_subjects(store, base)]
    if not subjects:
        raise NotFound(f"the server at {store.at.query} holds no entity under {base}; check the setting `base`.")
    state = _state(store, base, len(subjects))
    if current_name(folder) and current(folder).manifest["digest"] == state:
        return folder
    building = snapshots.begin(folder)
    index = IndexBuilder(building / "index", base)
    counts: Counter[str] = Counter()

    def lines() -> Iterator[bytes]:
        wider = Wider()
        for node in _nodes(store, subjects, base):
            counts[node.cls] += 1
            counts.update(e.relation for e in node.edges)
            index.add(node)
            wider.add(node)
            yield "".join(s.nquad() for s in statements_for(node, base)).encode()
        yield "".join(s.nquad() for s in wider.statements(base)).encode()

    embedded.build(building / "rdf", lines())
    index.finish()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"base": base, "digest": state, "counts": dict(sorted(counts.items())), "published": now}
    snapshots.publish(folder, building, manifest, keep=1)
    return folder


def _subjects(store: RemoteStore, base: str) -> Iterator[str]:
    for cls in CLASSES:
        last = ""
        while True:
            text = (
                f"SELECT DISTINCT ?s {{ ?s a <{cls.iri}>"
                f' FILTER(STRSTARTS(STR(?s), "{base}") && STR(?s) > "{last}") }} ORDER BY STR(?s) LIMIT {_PAGE}'
            )
            page = [str(row[0]) for row in store.ask(Question(text)).texts()[1]]
            yield from page
            if len(page) < _PAGE:
                break
            last = page[-1]


def _state(store: RemoteStore, base: str, subjects: int) -> str:
    """A digest of the digests that were written with the nodes; without any, the copy counts as new each day."""
    sha = hashlib.sha256(f"{store.at.query} {base} {subjects}".encode())
    marks = [*known_digests(store, base)]
    for iri, mark in marks:
        sha.update(f"{iri} {mark.rpartition('/')[2]}\n".encode())
    if not marks:
        sha.update(datetime.now(UTC).date().isoformat().encode())
    return sha.hexdigest()


def _nodes(store: RemoteStore, subjects: Iterable[str], base: str) -> Iterator[Node]:
    for batch in in_batches(subjects, _BATCH):
        these = " ".join(f"<{iri}>" for iri in batch)
        found = [*_part(store, these, "?s ?p ?o", "")]
        found += _part(store, these, "?s ?p ?o", provenance_graph(base))
        found += _part(store, these, f"?a <{RDF_SUBJECT}> ?s . ?a ?p ?o", evidence_graph(base), "?a ?p ?o")
        passage = f"?a <{RDF_SUBJECT}> ?s ; kg:passage ?x . ?x ?p ?o"
        found += _part(store, these, passage, evidence_graph(base), "?x ?p ?o")
        yield from nodes_of(found, base)


def _part(store: RemoteStore, these: str, pattern: str, graph: str, template: str = "?s ?p ?o") -> Iterator[Statement]:
    where = f"GRAPH <{graph}> {{ {pattern} }}" if graph else pattern
    answer = store.ask(Question(f"CONSTRUCT {{ {template} }} WHERE {{ VALUES ?s {{ {these} }} {where} }}"))
    for statement in answer.statements():
        yield statement._replace(graph=graph)


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "paperatlas"
