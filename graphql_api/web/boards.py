"""The leaderboards on the pages of tasks and datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kg.analysis import Leaderboard, leaderboards
from kg.query import Graph
from schema.node import Node

TABLES: Final = 8
"""Tables on a page."""
ENTRIES: Final = 10
"""Entries of a table."""
PAPERS: Final = 200
"""Papers that are read for a page, the newest first."""

_ENDS: Final = {"Task": ("task", "addressesTask"), "Dataset": ("dataset", "usesDataset")}
_BETTER: Final = {"higher": "higher is better", "lower": "lower is better", None: "not ranked"}


@dataclass(frozen=True, slots=True)
class Boards:
    """Leaderboards as a page lists them; `read` of `papers` papers that may say something were looked at."""

    tables: list[Leaderboard]
    read: int
    papers: int

    @staticmethod
    def direction(table: Leaderboard) -> str:
        """Which way the metric is better, in words."""
        return _BETTER[table.metric.better]

    @staticmethod
    def shown(table: Leaderboard) -> Any:
        """The entries that are listed."""
        return table.entries[:ENTRIES]


def boards(graph: Graph, node: Node) -> Boards | None:
    """The longest leaderboards of a task or dataset; None for other classes and where no result is known."""
    if node.cls not in _ENDS:
        return None
    field, relation = _ENDS[node.cls]
    stated = {"reportsResult": {"some": {field: {"is": node.id}}}}
    of_paper = {"and": [{relation: {"is": node.id}}, {"reportsResult": True}]}
    where: dict[str, Any] = {"or": [stated, of_paper]}
    if node.cls == "Dataset":
        where["or"].append({"and": [{"introducesDataset": {"is": node.id}}, {"reportsResult": True}]})
    papers = graph.find("Paper", where)
    ids = papers.ids(PAPERS)
    if not ids:
        return None
    task, dataset = (node.id, None) if node.cls == "Task" else (None, node.id)
    tables = leaderboards(graph, task=task, dataset=dataset, where={"ids": ids})
    return Boards(tables[:TABLES], len(ids), papers.total) if tables else None
