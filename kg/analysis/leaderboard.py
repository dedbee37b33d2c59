"""Leaderboards: the results of many papers by task, dataset and metric, each with its evidence."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.analysis.metrics import Metric, metric
from kg.query import Graph
from schema.node import Edge, Node

COLUMNS = (
    "task", "dataset", "metric", "better", "unit", "rank", "value", "printed", "method", "paper", "title", "year",
    "confidence", "assumed", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One result: `value` on the metric's scale, `printed` as in the paper, who reports it and in which words.

    `rank` counts from 1, equal values share a rank; None where values cannot be
    compared: no direction is known, or no dataset. `assumed` names what the
    result does not state itself: the paper names exactly one "task", "dataset" or "method".
    """

    rank: int | None
    value: float
    printed: str
    result_id: str
    paper_id: str
    paper_title: str
    year: int | None
    method_id: str | None
    method: str | None
    confidence: float
    assumed: tuple[str, ...]
    quote: str


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Results on one metric, best first; `task` and `dataset` are ids, None where papers do not say."""

    task: str | None
    task_label: str | None
    dataset: str | None
    dataset_label: str | None
    metric: Metric
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Reported:
    result: Node
    paper: Node
    edge: Edge

    def end(self, what: str) -> tuple[str | None, bool]:
        """The result's task, dataset or method, and whether it is its paper's, which names exactly one."""
        own, of_paper = _ENDS[what]
        if stated := self.result.targets(own):
            return (stated[0], False) if len(stated) == 1 else (None, False)
        found = {target for relation in of_paper for target in self.paper.targets(relation)}
        return (found.pop(), True) if len(found) == 1 else (None, False)


_ENDS: Final = {
    "task": ("onTask", ("addressesTask",)),
    "dataset": ("onDataset", ("usesDataset", "introducesDataset")),
    "method": ("ofMethod", ("proposesMethod",)),
}
"""Relation of the result, relations of its paper."""


def leaderboards(
    graph: Graph,
    *,
    task: str | None = None,
    dataset: str | None = None,
    metric_name: str | None = None,
    where: Mapping[str, Any] | None = None,
    min_confidence: float = 0.0,
    min_entries: int = 1,
    unplaced: bool = False,
    check: Callable[[], None] = lambda: None,
) -> list[Leaderboard]:
    """Group the reported levels (not relative changes) by task, dataset and metric; the longest tables first.

    `task` and `dataset` are ids or names, `where` filters the papers. A result
    that states no task, dataset or method takes its paper's where the paper
    names exactly one. Results with neither task nor dataset are left out
    unless `unplaced`. `check` is called now and then and may raise to stop.
    Raises `BadFilter` for unknown names.
    """
    wanted_task = graph.resolve("Task", task) if task else None
    wanted_dataset = graph.resolve("Dataset", dataset) if dataset else None
    wanted_metric = metric(metric_name).name if metric_name else None
    groups: dict[tuple[str | None, str | None, str], list[tuple[float, _Reported]]] = defaultdict(list)
    for number, reported in enumerate(_reported(graph, where, min_confidence)):
        if number % 500 == 0:
            check()
        known = metric(reported.result.properties.get("metric", ""))
        value = _value(reported.result, known)
        place = reported.end("task")[0], reported.end("dataset")[0], known.name
        if not (unplaced or place[0] or place[1]):
            continue
        if value is None or (wanted_task and place[0] != wanted_task) or (wanted_metric and place[2] != wanted_metric):
            continue
        if wanted_dataset is None or place[1] == wanted_dataset:
            groups[place].append((value, reported))
    tables = [_table(graph, place, found) for place, found in groups.items() if len(found) >= min_entries]
    return sorted(tables, key=lambda t: (-len(t.entries), t.dataset or "~", t.task or "~", t.metric.name))


def as_markdown(tables: Iterable[Leaderboard]) -> str:
    """The tables in Markdown, one section each; a star marks what was taken from the paper's only one."""
    sections = [_section(table) for table in tables]
    note = "\n\\* Not stated with the result: the only dataset, or the only method, that the paper names.\n"
    return "\n".join(sections) + (note if any("*" in section for section in sections) else "")


def as_csv(tables: Iterable[Leaderboard]) -> str:
    """The tables as one CSV text with the columns `COLUMNS`; values are numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for t in tables:
        head = [t.task_label or "", t.dataset_label or "", t.metric.name, t.metric.better or "", t.metric.unit]
        for e in t.entries:
            row = [e.rank or "", e.value, e.printed, e.method or "", e.paper_id, e.paper_title, e.year or ""]
            writer.writerow([*head, *row, e.confidence, " ".join(e.assumed), e.quote])
    return text.getvalue()


def _reported(graph: Graph, where: Mapping[str, Any] | None, least: float) -> Iterable[_Reported]:
    reporting: dict[str, Any] = {"reportsResult": True}
    papers = graph.find("Paper", {"and": [reporting, dict(where)]} if where else reporting, min_confidence=least)
    for start in range(0, papers.total, 1000):
        for paper in graph.nodes(papers.ids(1000, start)):
            for edge in paper.edges:
                if edge.relation == "reportsResult" and edge.confidence >= least:
                    result = graph.node(edge.target)
                    if not result.properties.get("isChange"):
                        yield _Reported(result, paper, edge)


def _value(result: Node, known: Metric) -> float | None:
    number = result.properties.get("number")
    if number is None or not math.isfinite(number):
        return None
    return known.number(float(number), result.properties.get("unit"))


def _table(
    graph: Graph, place: tuple[str | None, str | None, str], found: list[tuple[float, _Reported]]
) -> Leaderboard:
    known = metric(found[0][1].result.properties.get("metric", ""))
    sign = 1 if known.better == "lower" else -1
    found.sort(key=lambda pair: (sign * pair[0], pair[1].paper.id, pair[1].result.id))
    values = [value for value, _ in found]
    entries = tuple(
        _entry(graph, values.index(value) + 1 if known.better and place[1] else None, value, reported)
        for value, reported in found
    )
    labels = [graph.label(id_) if id_ else None for id_ in place[:2]]
    return Leaderboard(place[0], labels[0], place[1], labels[1], known, entries)


def _entry(graph: Graph, rank: int | None, value: float, reported: _Reported) -> Entry:
    result, paper, edge = reported.result, reported.paper, reported.edge
    method = reported.end("method")[0]
    assumed = tuple(what for what in _ENDS if reported.end(what)[1])
    return Entry(
        rank, value, f"{result.properties['value']}{result.properties.get('unit') or ''}", result.id, paper.id,
        paper.label, paper.properties.get("year"), method, graph.label(method) if method else None, edge.confidence,
        assumed, edge.supports[0].evidence.quote if edge.supports else "",
    )  # fmt: skip


def _section(table: Leaderboard) -> str:
    direction = {"higher": "higher is better", "lower": "lower is better", None: "direction not known"}
    unit = f", {table.metric.unit}" if table.metric.unit else ""
    name = " · ".join([table.dataset_label or "dataset not named", table.task_label or "task not named"])
    lines = [
        f"## {name}: {table.metric.name}", "", f"{direction[table.metric.better].capitalize()}{unit}.", "",
        "| rank | value | method | paper | year |", "|---:|---:|---|---|---:|",
    ]  # fmt: skip
    for e in table.entries:
        method = f"{e.method}{'*' if 'method' in e.assumed else ''}" if e.method else ""
        value = f"{e.value:g}{'*' if 'dataset' in e.assumed else ''}"
        cells = [str(e.rank or ""), value, method, e.paper_title, str(e.year or "")]
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"
