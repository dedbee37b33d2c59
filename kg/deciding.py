"""People's decisions on who is who: kept in the ledger, applied at once, given out as SSSOM."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.ledger import Ledger
from kg.load import Report, decisions_of, load, writing
from kg.query import Graph
from kg.resolve import decision
from kg.resolve.identity import Papers
from kg.resolve.sssom import sssom_lines
from schema.ids import DEFAULT_BASE, EntityId, entity_iri
from schema.vocabulary import class_of


def decide(folder: Path, kind: str, first: str, second: str, reason: str, *, base: str, keep: int) -> Report:
    """Keep that two ids are one ("merge", the first stays) or two ("split") and publish the graph anew.

    The last decision on a pair counts. Raises `BadInput` where the ids make no
    sense together, `NotFound` where the graph has one of them neither as an
    entity nor as another id of one, `StoreBusy` where another process writes.
    """
    made = decision(kind, first, second, reason)
    graph = Graph.open(folder)
    for id_ in (made.first, made.second):
        _require(graph, id_)
    with writing(folder) as ledger:
        ledger.decide(made.kind, made.first, made.second, reason)
    return load([], folder, base=base, keep=keep, command=f"kg {kind} {first} {second}")


def _require(graph: Graph, id_: EntityId) -> None:
    """Raise `NotFound` unless the id is an entity's, or was before it was merged."""
    where = {"sameAs": {"eq": entity_iri(graph.base, id_)}}
    if not graph.has(id_) and not graph.find(class_of(id_).name, where).total:
        graph.node(id_)


def sssom(folder: Path) -> Iterator[str]:
    """The ledger's merges of papers with their reasons, and every decision, as lines of SSSOM."""
    with Ledger(folder) as ledger:
        decisions = decisions_of(ledger)
        papers = Papers(decisions)
        for paper, _ in ledger.records():
            papers.add(paper)
        papers.solve()
        yield from sssom_lines(papers.matches(), decisions, ledger.setting("base") or DEFAULT_BASE)
