"""The papers page: search, facets with live counts, chips, results, and what can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from fastapi import Request, Response
from markupsafe import Markup

from graphql_api.state import State
from graphql_api.web.rendering import KIND, page
from graphql_api.web.selection import CODE, FACETS, ORDERS, PAGE, Selection
from graphql_api.web.take import take_papers
from kg.query import Graph
from kg.query.selection import Selection as Found
from schema.concepts import broader_closure
from schema.vocabulary import CLASSES

SHOWN: Final = 8
"""Values of a facet that are listed; chosen ones always are."""

TITLES: Final = {
    "modality": "Modality",
    "task": "Task",
    "dataset": "Dataset used",
    "method": "Method used",
    "condition": "Condition",
}
ASKS: Final = (
    ("Papers on CT that release code", "/?modality=ct&code=released"),
    ("Report generation", "/?q=report+generation"),
    ("Who uses electronic health records?", "/?modality=electronic-health-record"),
    ("Code promised, not out", "/?code=promised"),
)


@dataclass(frozen=True, slots=True)
class Value:
    """A line of a facet: where it leads, how many papers it would give, whether it is chosen, its depth in a tree."""

    label: str
    count: int
    href: str
    chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet as it is listed."""

    title: str
    values: list[Value]
    open: bool


def papers_page(request: Request, state: State, site: str, may_load: bool = False) -> Response:
    """Render the page for the state that the address names; with `may_load` it leads to the page for loading."""
    graph = state.graph
    asked = Selection.read(request.query_params.multi_items())
    selection = asked.only(graph.has)
    found = graph.find("Paper", selection.where, selection.order_by)
    last = max(1, ceil(found.total / PAGE))
    nodes = graph.nodes(found.ids(PAGE, (selection.page - 1) * PAGE))
    counts = graph.stats()["classes"]
    first_page = selection.is_empty and selection.page == 1
    return page(
        state,
        "papers.html",
        here="/",
        may_load=may_load,
        words=selection.words,
        sel=selection,
        query=selection.address().removeprefix("/"),
        total=counts["Paper"],
        counts=[(c.name, c.plural, counts[c.name]) for c in CLASSES[1:6]] if first_page else [],
        asks=ASKS if first_page else [],
        heading=_heading(found.total, selection),
        order=selection.order or ("relevance" if selection.words else "newest"),
        orders=[(key, name) for key, (name, _) in ORDERS.items() if key != "relevance" or selection.words],
        facets=[*_facets(graph, found, selection)],
        histogram=_histogram(found, selection),
        hidden=_hidden(selection),
        chips=[*_chips(graph, selection)],
        unknown=[k for facet, keys in asked.values for k in keys if k not in selection.facets.get(facet, ())],
        entities=_entities(graph, selection),
        papers=nodes,
        word_list=selection.words.split(),
        last=last,
        page_address=lambda number: selection.address(page=number),
        taken=take_papers(state, selection.where, selection.order_by, site),
    )


def _heading(total: int, selection: Selection) -> str:
    word = "paper" if total == 1 else "papers"
    return f"{total:,} {word}" + (f" for “{selection.words}”" if selection.words else "")


def _facets(graph: Graph, found: Found, selection: Selection) -> Iterator[Facet]:
    code = {v.value: v.count for v in found.facet("codeStatus", own_filter=False)}
    yield Facet(
        "Code",
        [Value(text, code.get(s, 0), selection.toggled("code", s), s in selection.code) for s, text in CODE.items()],
        True,
    )
    for name, (relation, _) in FACETS.items():
        chosen = selection.facets.get(name, ())
        counted = found.facet(relation, None if name == "modality" else SHOWN + len(chosen), own_filter=False)
        values = {str(v.id).partition("/")[2]: v for v in counted}
        keys = [*_tree(values)] if name == "modality" else [(k, 0) for k in values]
        lines = [
            Value(values[k].label, values[k].count, selection.toggled(name, k), k in chosen, depth) for k, depth in keys
        ]
        missing = [k for k in chosen if k not in values]
        lines += [Value(graph.label(f"{name}/{k}"), 0, selection.toggled(name, k), True) for k in missing]
        yield Facet(TITLES[name], lines, bool(chosen) or name in ("modality", "task"))


def _tree(values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The counted modalities as a tree, most papers first, each once, with its depth."""
    closure = broader_closure("Modality")
    depth = {k: len(closure.get(k, ())) - 1 for k in values}
    placed: set[str] = set()

    def below(parent: str | None, level: int) -> Iterator[tuple[str, int]]:
        for key in sorted(values, key=lambda k: (-values[k].count, k)):
            above = {b for b in closure.get(key, ()) if b != key and b in values}
            nearest = max(above, key=lambda b: depth[b], default=None)
            if key not in placed and nearest == parent:
                placed.add(key)
                yield key, min(level, 3)
                yield from below(key, level + 1)

    yield from below(None, 0)


def _chips(graph: Graph, selection: Selection) -> Iterator[tuple[str, str]]:
    if selection.words:
        yield f"“{selection.words}”", selection.address(words="")
    for name, keys in selection.values:
        for key in keys:
            yield f"{name}: {graph.label(f'{name}/{key}')}", selection.toggled(name, key)
    for status in selection.code:
        yield f"code: {CODE[status]}", selection.toggled("code", status)
    if selection.since or selection.until:
        yield f"{selection.since or '…'}–{selection.until or '…'}", selection.address(since=None, until=None)


def _entities(graph: Graph, selection: Selection) -> list[dict[str, str]]:
    if not selection.words:
        return []
    hits = graph.search(selection.words, [c for _, c in FACETS.values()], 6)
    return [{"id": h.id, "label": h.label, "kind": KIND[h.cls]} for h in hits]


def _hidden(selection: Selection) -> list[tuple[str, str]]:
    pairs = [("q", selection.words)] if selection.words else []
    pairs += [(f, k) for f, keys in selection.values for k in keys]
    return pairs + [("code", c) for c in selection.code] + ([("order", selection.order)] if selection.order else [])


def _histogram(found: Found, selection: Selection) -> Markup:
    """Papers per year as a small picture; the chosen years are full, the others faint."""
    counts = {int(v.value): v.count for v in found.facet("year", own_filter=False) if v.value is not None}
    if not counts:
        return Markup('<p class="small soft">No paper here has a year.</p>')
    first, last = min(counts), max(counts)
    number, top = last - first + 1, max(counts.values())
    bars = []
    for year in range(first, last + 1):
        height = 56 * counts.get(year, 0) / top
        on = (selection.since or first) <= year <= (selection.until or last)
        bars.append(
            Markup('<rect x="{}" y="{:.1f}" width="{}" height="{:.1f}"{}><title>{}: {}</title></rect>').format(
                f"{(year - first) / number * 100:.3f}%", 60 - height, f"{85 / number:.3f}%", max(height, 0.5),
                Markup("") if on else Markup(' class="off"'), year, counts.get(year, 0),
            )
        )  # fmt: skip
    label = f"Papers per year, {first} to {last}"
    return Markup(
        '<svg class="histogram" role="img" aria-label="{}" data-first="{}" data-count="{}">{}</svg>'
        '<div class="meta small num"><span>{}</span><span>{}</span></div>'
    ).format(label, first, number, Markup("").join(bars), first, last)
