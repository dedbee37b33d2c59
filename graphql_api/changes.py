"""The root field `changes`: what was added, changed and removed since an earlier published state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from graphql_api.batch import Context, argument, batched, each, run, run_lists, run_refs
from graphql_api.connections import PAGE_INFO, Info, Window, encode_cursor, page_arguments, window
from graphql_api.definitions import (
    ID,
    EnumType,
    EnumValue,
    Field,
    Int,
    InterfaceType,
    ListOf,
    NonNull,
    ObjectType,
    String,
)
from graphql_api.examples import described
from graphql_api.plan import Call
from kg.index import Index
from kg.store import snapshots
from schema.errors import NotFound, did_you_mean
from schema.vocabulary import CLASSES

WEIGHT: Final = 1000
_EXAMPLE: Final = "000002-1f0c3b5a7d9e"

KINDS: Final = EnumType(
    "ChangeKind",
    {
        name: EnumValue(name, description=described(sentence, f"kind: {name}"))
        for name, sentence in (
            ("ADDED", "It is new."),
            ("CHANGED", "What it says of itself has changed: a property, an edge or its evidence."),
            ("REMOVED", "It is gone; its `node` is null."),
        )
    },
    description=described("What happened to an entity.", "ADDED"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one entity."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Found:
    """The changes on one page and where it stands."""

    changes: Sequence[Change]
    window: Window


def changes_between(old: Index, new: Index) -> tuple[Change, ...]:
    """What differs from one index to a newer one, class after class, within a class by id."""
    return tuple(change for term in CLASSES for change in _of_class(term.name, old, new))


def _of_class(cls: str, old: Index, new: Index) -> Iterator[Change]:
    before, after = old.digests(cls), new.digests(cls)
    gone = set(old.ids(cls, np.flatnonzero(~np.isin(before, after)).tolist()))
    come = set(new.ids(cls, np.flatnonzero(~np.isin(after, before)).tolist()))
    for id_ in sorted(gone | come):
        yield Change("CHANGED" if id_ in gone and id_ in come else "ADDED" if id_ in come else "REMOVED", id_)


@lru_cache(maxsize=4)
def _cached(old: Path, new: Path) -> tuple[Change, ...]:
    return changes_between(Index.open(old), Index.open(new))


def _column(context: Context, _: Any, call: Call) -> list[Any]:
    arguments = call.arguments(context.variables)
    here = context.index.path
    folder, since = here.parent.parent.parent, arguments["since"]
    kept = {s.name: s for s in snapshots.find_snapshots(folder)}
    if since not in kept:
        known = f" Kept are {', '.join(sorted(kept))}." if kept else ""
        raise NotFound(f"there is no published state {since!r} any more.{did_you_mean(since, kept)}{known}")
    found = _cached(kept[since].index_path, here)
    places = {c.id: i for i, c in enumerate(found)}
    seen = window(len(found), arguments, lambda id_: places.get(id_), context.max_page)
    return run(context, call.child, context.types["ChangeConnection"], [Found(found[seen.start : seen.stop], seen)])


def _node(context: Context, changes: Sequence[Change], call: Call) -> list[Any]:
    return run_refs(context, call, [context.index.find(c.id) for c in changes])


def _change_type(entity: InterfaceType, node: InterfaceType) -> ObjectType:
    return ObjectType(
        "Change",
        lambda: {
            "id": batched(NonNull(ID), "The entity's id.", '"modality/ct"', each(lambda c: c.id)),
            "kind": batched(NonNull(KINDS), "What happened to it.", "ADDED", each(lambda c: c.kind)),
            "node": batched(entity, "The entity as it is now; null where it is gone.", "node { name }", _node),
        },
        interfaces=(node,),
        description=described("An entity that is not as it was.", "nodes { kind id }"),
    )


def _connection(change: ObjectType) -> ObjectType:
    def edges(context: Context, found: list[Found], call: Call) -> list[Any]:
        return run_lists(context, call, [f.changes for f in found], edge)

    def nodes(context: Context, found: list[Found], call: Call) -> list[Any]:
        return run_lists(context, call, [f.changes for f in found], change)

    def page_info(context: Context, found: list[Found], call: Call) -> list[Any]:
        return run(context, call.child, PAGE_INFO, [Info.of(f.window, [c.id for c in f.changes]) for f in found])

    edge = ObjectType(
        "ChangeEdge",
        {
            "cursor": batched(NonNull(String), "Where it stands.", f'"{encode_cursor("modality/ct")}"',
                              each(lambda c: encode_cursor(c.id))),
            "node": batched(NonNull(change), "The change.", "node { kind id }",
                            lambda context, changes, call: run(context, call.child, change, changes)),
        },
        description=described("A change in a list, with its cursor.", "edges { cursor node { kind id } }"),
    )  # fmt: skip
    listed = NonNull(ListOf(NonNull(change)))
    places = NonNull(ListOf(NonNull(edge)))
    return ObjectType(
        "ChangeConnection",
        {
            "totalCount": batched(NonNull(Int), "How many there are.", "12", each(lambda f: f.window.total)),
            "pageInfo": batched(NonNull(PAGE_INFO), "Where this page stands.", "pageInfo { endCursor }", page_info),
            "nodes": batched(listed, "The changes on this page.", "nodes { kind id }", nodes),
            "edges": batched(places, "The same with cursors.", "edges { cursor node { kind id } }", edges),
        },
        description=described("A page of changes, class after class, within a class by id.", "totalCount nodes { kind id }"),
    )  # fmt: skip


def changes_field(connection: ObjectType) -> Field:
    """The root field."""
    since = argument(NonNull(String), "A state that `stats { version }` named.", f'since: "{_EXAMPLE}"')
    return batched(
        connection,
        "What has changed since an earlier published state, for who keeps a copy up to date.",
        f'changes(since: "{_EXAMPLE}") {{ totalCount nodes {{ kind id }} }}',
        _column,
        {"since": since, **page_arguments()},
        weight=WEIGHT,
    )


def changes_connection(entity: InterfaceType, node: InterfaceType) -> ObjectType:
    """The type of a page of changes."""
    return _connection(_change_type(entity, node))
