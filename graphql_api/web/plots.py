"""The plots page: each plot with its data as a table and as CSV, and the query that gives them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import Request, Response

from graphql_api.state import State
from graphql_api.web.rendering import page
from graphql_api.web.selection import Selection
from kg.analysis import co_use, openness, trends
from kg.query import Graph
from schema.errors import NotFound

GROUPS: Final = 12
"""Modalities, tasks or datasets in a plot."""

Where = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: what it shows, the columns and rows of its data, the query behind it."""

    name: str
    title: str
    text: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    query: str

    @property
    def height(self) -> int:
        """Room that the drawing takes, in pixels, so that the page does not jump when it comes."""
        if self.name == "years":
            return 380
        if self.name == "together":
            return 225 + 26 * min(18, len({name for row in self.rows for name in row[:2]}))
        return 80 + 26 * len(self.rows)

    @property
    def data(self) -> str:
        """Columns and rows as JSON, for the script that draws."""
        return orjson.dumps([dict(zip(self.columns, row, strict=True)) for row in self.rows]).decode()


def _years(graph: Graph, where: Where) -> Plot:
    found = trends(graph, "modality", where=where or None, first=8)
    rows = [(t.label, year, n) for t in found for year, n in sorted(t.papers.items())]
    query = "{ papers(first: 0) { facets { year { value count } modality(first: 8) { value { prefLabel } count } } } }"
    text = (
        "Papers per year of the most frequent modalities; a paper on a narrower modality counts for the wider one too."
    )
    return Plot("years", "Papers per year by modality", text, ("modality", "year", "papers"), rows, query)


def _release(graph: Graph, where: Where, by: str) -> Plot:
    found = sorted(openness(graph, by, where=where or None, min_papers=3), key=lambda r: -r.papers)[:GROUPS]
    rows = [(r.label, r.papers, r.releasing, round(r.share, 4), round(r.low, 4), round(r.high, 4)) for r in found]
    facet = f"{by}(first: {GROUPS}) {{ value {{ prefLabel }} count }}"
    query = f"{{ papers(where: {{releasesCode: true}}) {{ totalCount facets {{ {facet} }} }} }}"
    text = "The share of papers that say they release code, and its 95 % interval (Wilson), for groups of three up."
    columns = (by, "papers", "releasing", "share", "low", "high")
    return Plot(f"code-by-{by}", f"Who releases code, by {by}", text, columns, rows, query)


def _together(graph: Graph, where: Where) -> Plot:
    rows = [(p.a_label, p.b_label, p.papers, round(p.association, 2)) for p in co_use(graph, where=where or None)[:200]]
    each = "name coUsed(with: DATASET) { entity { name } count }"
    query = f"{{ datasets(orderBy: {{usedByCount: DESC}}, first: 20) {{ nodes {{ {each} }} }} }}"
    text = (
        "In how many papers two datasets are used together; the number beside it is how much more often than by chance."
    )
    return Plot("together", "Datasets used together", text, ("dataset", "with", "papers", "association"), rows, query)


PLOTS: Final[dict[str, Callable[[Graph, Where], Plot]]] = {
    "years": _years,
    "code-by-modality": lambda graph, where: _release(graph, where, "modality"),
    "code-by-task": lambda graph, where: _release(graph, where, "task"),
    "together": _together,
}


def plots_page(request: Request, state: State) -> Response:
    """Every plot, of all papers or of the selection that the address names."""
    selection = Selection.read(request.query_params.multi_items()).only(state.graph.has)
    plots = [make(state.graph, selection.where) for make in PLOTS.values()]
    total = state.graph.find("Paper", selection.where).total
    return page(
        state, "plots.html", here="/plots", plots=plots, total=total, query=selection.address().removeprefix("/")
    )


def plot_file(request: Request, state: State, name: str) -> Response:
    """The data of one plot as CSV; raises `NotFound` for an unknown one."""
    if name not in PLOTS:
        raise NotFound(f"There is no plot {name!r}. Known: {', '.join(PLOTS)}.")
    selection = Selection.read(request.query_params.multi_items()).only(state.graph.has)
    plot = PLOTS[name](state.graph, selection.where)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([plot.columns, *plot.rows])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(out.getvalue(), 200, headers, "text/csv; charset=utf-8")
