"""Relay connections over rows: windows, cursors, and the connection types of every class.

A cursor names the last entity that was seen, so it stays good when a newer
snapshot is published, as long as the entity is still in the list; where it is
not, the error says so.

Source: the GraphQL Cursor Connections Specification (Relay).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graphql_api.batch import Column, Context, argument, batched, each, run, run_lists, run_rows, split
from graphql_api.definitions import Argument, Boolean, Float, Int, ListOf, NonNull, ObjectType, String
from graphql_api.examples import described
from graphql_api.inputs import FILTERS, ORDERS
from graphql_api.plan import Call
from schema.errors import BadCursor, BadRequest, LimitExceeded
from schema.vocabulary import CLASS

DEFAULT_PAGE: Final = 20
_MARK: Final = "c1:"


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that a page shows: positions `start` to `stop` of `total`."""

    start: int
    stop: int
    total: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a connection: the rows on it, where it stands, and what its facets are counted over."""

    cls: str
    rows: npt.NDArray[Any]
    window: Window
    selection: Callable[[], Any]
    """The whole list behind the page, made only when facets ask for it."""
    anchor: tuple[str, bool, int] | None = None
    """For a list into an entity: the relation, its direction and the entity's row, to find each edge's evidence."""


@dataclass(frozen=True, slots=True)
class Info:
    """Where a page stands, with the cursors of its ends."""

    window: Window
    start: str | None
    end: str | None

    @classmethod
    def of(cls, seen: Window, ids: Sequence[str]) -> Info:
        """From a window and the ids on it (the first and the last will do)."""
        return cls(seen, encode_cursor(ids[0]) if ids else None, encode_cursor(ids[-1]) if ids else None)


def encode_cursor(id_: str) -> str:
    """The cursor of an entity in a list.

    >>> decode_cursor(encode_cursor("modality/ct"))
    'modality/ct'
    """
    return base64.urlsafe_b64encode((_MARK + id_).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The id in a cursor; raises `BadCursor` for a text that is none of ours."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as err:
        raise BadCursor(f"{cursor[:80]!r} is no cursor of this server; take one from `pageInfo` or `edges`.") from err
    if not text.startswith(_MARK):
        raise BadCursor(f"{cursor[:80]!r} is no cursor of this server; take one from `pageInfo` or `edges`.")
    return text.removeprefix(_MARK)


def window(total: int, arguments: dict[str, Any], position: Callable[[str], int | None], most: int) -> Window:
    """The window that `first`, `after`, `last` and `before` describe.

    `position` finds an id in the list. Raises `BadCursor` for an entity that is
    not in the list, `BadRequest` for a negative size, `LimitExceeded` for a page
    of more than `most`.
    """
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        first = min(DEFAULT_PAGE, most)
    for name, size in (("first", first), ("last", last)):
        check_size(name, size, most)
    start, stop = 0, total
    if (after := arguments.get("after")) is not None:
        start = _place(after, position) + 1
    if (before := arguments.get("before")) is not None:
        stop = max(start, _place(before, position))
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)
    return Window(start, stop, total)


def check_size(name: str, size: int | None, most: int) -> None:
    """Raise `BadRequest` for a negative page size, `LimitExceeded` for one of more than `most`."""
    if size is not None and size < 0:
        raise BadRequest(f"`{name}` is {size}; it must be 0 or more.")
    if size is not None and size > most:
        raise LimitExceeded(
            f"`{name}` is {size}, {size - most} more than the largest page of {most}; ask for pages, one `after` the other."
        )


def _place(cursor: str, position: Callable[[str], int | None]) -> int:
    id_ = decode_cursor(cursor)
    place = position(id_)
    if place is None:
        raise BadCursor(
            f"the cursor stands at {id_!r}, which is not in this list (any more): "
            "it belongs to another list, or the graph has changed. Start again without it."
        )
    return place


PAGE_INFO: Final = ObjectType(
    "PageInfo",
    {
        "hasNextPage": batched(
            NonNull(Boolean), "True where more follows this page.", "true",
            each(lambda p: p.window.stop < p.window.total)),
        "hasPreviousPage": batched(
            NonNull(Boolean), "True where something stands before this page.", "false",
            each(lambda p: p.window.start > 0)),
        "startCursor": batched(
            String, "The cursor of the first on this page; null on an empty page.", encode_cursor("modality/ct"),
            each(lambda p: p.start)),
        "endCursor": batched(
            String, "The cursor of the last on this page: the `after` of the next.", encode_cursor("modality/ct"),
            each(lambda p: p.end)),
    },
    description=described("Where a page stands in its list.", "pageInfo { hasNextPage endCursor }"),
)  # fmt: skip


def list_arguments(cls: str) -> dict[str, Argument]:
    """The arguments of every list of a class: what is meant, in which order, how sure."""
    order = ListOf(NonNull(ORDERS[cls]))
    return {
        "where": argument(FILTERS[cls], f"Which {CLASS[cls].plural}; all where not given.", "where: {…}"),
        "orderBy": argument(
            order,
            "The order, the strongest step first; always total, so that pages fit together.",
            "orderBy: {name: ASC}",
        ),
        "minConfidence": argument(Float, "Only edges at least this sure count, 0 to 1.", "minConfidence: 0.8"),
    }


def page_arguments() -> dict[str, Argument]:
    """The arguments of Relay's paging."""
    cursor = encode_cursor("modality/ct")
    return {
        "first": argument(
            Int, "At most so many, from the start or from `after`; 20 where no size is given.", "first: 20"
        ),
        "after": argument(String, "Only what follows this cursor.", f'after: "{cursor}"'),
        "last": argument(Int, "At most so many, from the end or from `before`.", "last: 20"),
        "before": argument(String, "Only what stands before this cursor.", f'before: "{cursor}"'),
    }


def nodes_column(context: Context, pages: list[Page], call: Call) -> list[Any]:
    """The entities on each page: one batch over all pages."""
    flat = np.concatenate([p.rows for p in pages]) if pages else np.zeros(0, dtype=np.int64)
    return split(run_rows(context, call, pages[0].cls, flat), [len(p.rows) for p in pages])


@dataclass(frozen=True, slots=True)
class Item:
    """One edge of a connection: an entity on a page."""

    page: Page
    row: int


def edges_column(type_: Callable[[], ObjectType]) -> Column:
    """The edges of each page."""

    def column(context: Context, pages: list[Page], call: Call) -> list[Any]:
        return run_lists(context, call, [[Item(p, r) for r in p.rows.tolist()] for p in pages], type_())

    return column


def item_node_column(context: Context, items: list[Item], call: Call) -> list[Any]:
    """The entity of each edge."""
    rows = np.array([i.row for i in items], dtype=np.int64)
    return run_rows(context, call, items[0].page.cls, rows)


def item_cursor_column(context: Context, items: list[Item], _call: Call) -> list[Any]:
    """The cursor of each edge."""
    ids = context.index.ids(items[0].page.cls, [i.row for i in items])
    return [encode_cursor(i) for i in ids]


def page_info_column(context: Context, pages: list[Page], call: Call) -> list[Any]:
    """Where each page stands."""
    ends = [context.graph.ids(p.cls, p.rows[[0, -1]] if len(p.rows) else p.rows) for p in pages]
    return run(context, call.child, PAGE_INFO, [Info.of(p.window, e) for p, e in zip(pages, ends, strict=True)])
