"""The root field `search`: ranked hits of any class as a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql_api.batch import Context, batched, each, run, run_lists, run_refs
from graphql_api.connections import PAGE_INFO, Info, Window, encode_cursor, window
from graphql_api.definitions import Float, Int, InterfaceType, ListOf, NonNull, ObjectType, String
from graphql_api.examples import described
from graphql_api.plan import Call
from kg.query.search import Hit
from schema.errors import BadRequest, LimitExceeded

MOST_HITS: Final = 200
"""Search ranks so many hits and no more: who wants all that match asks a list with `where: {text: …}`."""
LONGEST_TEXT: Final = 300
SEARCH_WEIGHT: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """The hits on one page and where it stands."""

    hits: Sequence[Hit]
    window: Window

    @property
    def ids(self) -> list[str]:
        """The ids of the hits."""
        return [h.id for h in self.hits]


def search_column(context: Context, _: Any, call: Call) -> list[Any]:
    """One page of the best hits."""
    arguments = call.arguments(context.variables)
    text = arguments["text"]
    if not text.strip():
        raise BadRequest("`text` is empty; say what to look for.")
    if len(text) > LONGEST_TEXT:
        over = len(text) - LONGEST_TEXT
        raise LimitExceeded(f"`text` has {len(text)} characters, {over} more than {LONGEST_TEXT}.")
    hits = context.graph.search(text, arguments.get("in"), MOST_HITS)
    places = {str(h.id): i for i, h in enumerate(hits)}
    seen = window(len(hits), arguments, lambda id_: places.get(id_), context.max_page)
    return run(context, call.child, context.types["SearchConnection"], [Found(hits[seen.start : seen.stop], seen)])


def _nodes(context: Context, found: list[Found], call: Call) -> list[Any]:
    return [run_refs(context, call, [context.index.find(i) for i in f.ids]) for f in found]


def _edges(context: Context, found: list[Found], call: Call) -> list[Any]:
    return run_lists(context, call, [f.hits for f in found], context.types["SearchEdge"])


def _page_info(context: Context, found: list[Found], call: Call) -> list[Any]:
    return run(context, call.child, PAGE_INFO, [Info.of(f.window, f.ids) for f in found])


def _hit_nodes(context: Context, hits: list[Hit], call: Call) -> list[Any]:
    return run_refs(context, call, [context.index.find(h.id) for h in hits])


def search_connection(entity: InterfaceType) -> ObjectType:
    """The type of a page of search hits."""
    edge = ObjectType(
        "SearchEdge",
        lambda: {
            "cursor": batched(NonNull(String), "Where it stands.", f'"{encode_cursor("modality/ct")}"', each(lambda h: encode_cursor(h.id))),
            "node": batched(NonNull(entity), "What was found.", "node { __typename name }", _hit_nodes),
            "score": batched(NonNull(Float), "How well it fits: comparable within one answer only.", "7.25", each(lambda h: h.score)),
        },
        description=described("A hit of a search with its rank.", "edges { score node { name } }"),
    )  # fmt: skip
    return ObjectType(
        "SearchConnection",
        lambda: {
            "totalCount": batched(NonNull(Int), f"How many were found and ranked, at most {MOST_HITS}.", "12", each(lambda f: f.window.total)),
            "pageInfo": batched(NonNull(PAGE_INFO), "Where this page stands.", "pageInfo { hasNextPage endCursor }", _page_info),
            "nodes": batched(NonNull(ListOf(NonNull(entity))), "What was found, best first.", "nodes { __typename name }", _nodes),
            "edges": batched(NonNull(ListOf(NonNull(edge))), "The same with cursors and scores.", "edges { score node { name } }", _edges),
        },
        description=described("A page of search hits.", 'search(text: "ct") { nodes { name } }'),
    )  # fmt: skip
