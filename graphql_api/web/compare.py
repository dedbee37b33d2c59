"""Papers or datasets side by side, as a page and as CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response

from graphql_api.state import State
from graphql_api.web.rendering import KIND, page
from kg.query import Graph
from schema.errors import BadRequest
from schema.node import Node
from schema.vocabulary import DRAWN, EDGE

MOST: Final = 12
"""Entities side by side."""

_LATEX: Final = {
    **{c: "\\" + c for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
_CODE: Final = {"released": "code released", "promised": "code promised", "none": "none said"}


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison: the entities on top, and for each property the values of each entity, in order."""

    entities: list[Node]
    rows: list[tuple[str, list[list[str]]]]

    def cells(self) -> Iterator[list[str]]:
        """The table as rows of texts, the head first."""
        yield ["", *(e.label for e in self.entities)]
        for name, values in self.rows:
            yield [name, *("; ".join(v) for v in values)]


def compare(graph: Graph, ids: list[str]) -> Table:
    """Compare entities of one class; properties that none of them has are left out.

    Raises `NotFound` for an unknown id and `BadRequest` for a mixture of classes.
    """
    nodes = graph.nodes(list(dict.fromkeys(ids))[:MOST])
    kinds = {n.cls for n in nodes}
    if len(kinds) > 1:
        raise BadRequest(f"Compare things of one kind; these are {', '.join(sorted(KIND[k] for k in kinds))}.")
    rows = [*(_paper_rows(graph, nodes) if kinds == {"Paper"} else _entity_rows(graph, nodes))]
    return Table(nodes, [(name, values) for name, values in rows if any(values)])


def _paper_rows(graph: Graph, papers: list[Node]) -> Iterator[tuple[str, list[list[str]]]]:
    yield "year", [[str(p.properties["year"])] if p.properties.get("year") else [] for p in papers]
    yield "code", [[_CODE[str(p.properties.get("codeStatus", "none"))]] for p in papers]
    for relation in DRAWN:
        if relation != "reportsResult":
            yield EDGE[relation].label, [[graph.label(t) for t in p.targets(relation)] for p in papers]
    results = [graph.nodes(p.targets("reportsResult")) for p in papers]
    yield (
        "results",
        [
            [f"{r.properties['metric']} {r.properties['value']}{r.properties.get('unit', '')}" for r in found]
            for found in results
        ],
    )


def _entity_rows(graph: Graph, nodes: list[Node]) -> Iterator[tuple[str, list[list[str]]]]:
    if not nodes:
        return
    cls = nodes[0].cls
    into = [e for e in EDGE.values() if e.range == cls and e.domain == "Paper"]
    found = [graph.find("Paper", {"or": [{e.name: {"is": n.id}} for e in into]}) if into else None for n in nodes]
    yield "also called", [list(n.properties.get("aliases", ())) for n in nodes]
    years = [graph.years(cls, [graph.row_of(n.id)[1]])[0] for n in nodes]
    yield "years", [[f"{a}" if a == b else f"{a}–{b}"] if a else [] for a, b in years]
    for term in into:
        yield (
            term.inverse_comment.rstrip(".").partition(" or,")[0],
            [[str(len(p))] for p in graph.neighbours([n.id for n in nodes], term.name, True)],
        )
    yield "of them release code", [[str(_count(f, "codeStatus", "released"))] if f else [] for f in found]
    for title, facet in (
        ("tasks", "task"),
        ("modalities", "modality"),
        ("methods", "method"),
        ("used with", "dataset"),
    ):
        values = [
            [v for v in f.facet(facet, 9) if v.id != n.id][:8] if f else [] for n, f in zip(nodes, found, strict=True)
        ]
        yield title, [[f"{v.label} ({v.count})" for v in some] for some in values]


def _count(found: object, name: str, value: str) -> int:
    return next((v.count for v in found.facet(name) if v.value == value), 0)  # type: ignore[attr-defined]


def as_csv(table: Table) -> str:
    """The table as CSV with a header line."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table.cells())
    return out.getvalue()


def as_markdown(table: Table) -> str:
    """The table in Markdown."""
    head, *rows = [[c.replace("|", r"\|").replace("\n", " ") for c in row] for row in table.cells()]
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def as_latex(table: Table) -> str:
    """The table in LaTeX, for the package booktabs."""
    head, *rows = [["".join(_LATEX.get(c, c) for c in cell) for cell in row] for row in table.cells()]
    width = f"{0.8 / max(1, len(table.entities)):.2f}"
    columns = "l" + f"p{{{width}\\linewidth}}" * len(table.entities)
    body = "".join(" & ".join(row) + " \\\\\n" for row in rows)
    top = f"\\begin{{tabular}}{{{columns}}}\n\\toprule\n{' & '.join(head)} \\\\\n\\midrule\n"
    return f"{top}{body}\\bottomrule\n\\end{{tabular}}\n"


WRITERS: Final[dict[str, tuple[str, Callable[[Table], str]]]] = {
    "csv": ("text/csv", as_csv),
    "md": ("text/markdown", as_markdown),
    "tex": ("application/x-tex", as_latex),
}


def compare_page(request: Request, state: State) -> Response:
    """Render the comparison of the ids in the address, with a box to add another one by name."""
    graph = state.graph
    ids = [i for i in request.query_params.getlist("id") if i]
    added = request.query_params.get("add", "").strip()
    if added:
        hits = graph.search(added, [graph.node(ids[0]).cls] if ids else ["Paper", "Dataset"], 1)
        ids += [h.id for h in hits]
    table = compare(graph, ids)
    address = urlencode([("id", n.id) for n in table.entities])
    without = {
        n.id: "/compare?" + urlencode([("id", o.id) for o in table.entities if o.id != n.id]) for n in table.entities
    }
    files = [
        (name, f"/compare.{suffix}?{address}")
        for name, suffix in (("CSV", "csv"), ("Markdown", "md"), ("LaTeX", "tex"))
    ]
    missing = added if added and not hits else ""
    return page(state, "compare.html", table=table, without=without, files=files if ids else [], missing=missing)


def compare_file(request: Request, state: State, suffix: str) -> Response:
    """The comparison as a file."""
    media, write = WRITERS[suffix]
    text = write(compare(state.graph, request.query_params.getlist("id")))
    headers = {"Content-Disposition": f'attachment; filename="comparison.{suffix}"'}
    return Response(text, 200, headers, f"{media}; charset=utf-8")
