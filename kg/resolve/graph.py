"""Records to the nodes of the graph: two readings, constant memory per paper, the same nodes in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.resolve.decisions import Decision
from kg.resolve.entities import NAMED, Entities
from kg.resolve.identity import Papers
from kg.resolve.merge import merge_records
from kg.resolve.papernode import PaperNodes, mentions_of
from kg.resolve.records import LoadedRecord, Records, read_records
from kg.resolve.spill import Spill
from schema.ids import DEFAULT_BASE, EntityId
from schema.node import Node
from schema.vocabulary import CLASSES


def nodes(records: Records, base: str = DEFAULT_BASE, decisions: Iterable[Decision] = ()) -> Iterator[Node]:
    """Every node of the graph that records make: classes in the vocabulary's order, each sorted by id.

    `records` is read twice, in the same order both times: first for names and
    identifiers, then for the papers themselves. The nodes do not depend on the
    order of the records. Papers wait on disk while they are sorted; what is
    held in memory are identifiers and names. `decisions` are what people said
    of who is who.
    """
    decided = tuple(decisions)
    entities, papers = Entities(decided), Papers(decided)
    for record in read_records(records):
        papers.add(record.paper)
        for mention in mentions_of(record):
            entities.add(mention)
    papers.solve()
    entities.solve()
    by_paper: Spill[LoadedRecord] = Spill(5_000)
    for number, record in enumerate(read_records(records)):
        by_paper.add(papers.paper_of(number), record)
    makers = PaperNodes(entities, papers, base, decided)
    try:
        for paper_id, group in by_paper.groups():
            yield makers.node(EntityId(paper_id), merge_records(group))
        for term in CLASSES[1:]:
            yield from _nodes_of(term.name, entities, makers, base)
    finally:
        by_paper.close()
        makers.close()


def _nodes_of(cls: str, entities: Entities, makers: PaperNodes, base: str) -> Iterable[Node]:
    return entities.nodes(cls, makers.used[cls], base) if cls in NAMED else makers.others(cls)
