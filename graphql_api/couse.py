"""What papers say together of an entity: what they use beside it, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from graphql_api.batch import Column, Context, Ref, Rows, argument, batched, each, run_lists, run_refs
from graphql_api.connections import check_size
from graphql_api.definitions import EnumType, EnumValue, Field, Int, InterfaceType, ListOf, NonNull, ObjectType
from graphql_api.examples import described
from graphql_api.plan import Call
from schema.vocabulary import CLASS

COUSED: Final = ("Dataset", "Method", "Task", "Modality", "Condition")
"""Classes that papers use together."""
_CLASS_OF: Final = MappingProxyType({CLASS[c].type.upper(): c for c in COUSED})
_WEIGHT: Final = 200
"""What one list costs, in values: one pass over the papers that use the entity."""


@dataclass(frozen=True, slots=True)
class Together:
    """An entity and in how many papers it stands together with another."""

    ref: Ref
    count: int


def years_column(which: int) -> Column:
    """The first (0) or last (1) year of the papers of each entity."""

    def column(context: Context, parents: Rows, _call: Call) -> list[Any]:
        return [pair[which] for pair in context.graph.years(parents.cls, parents.rows)]

    return column


WITH: Final = EnumType(
    "CoUsedClass",
    {
        name: EnumValue(
            name,
            description=described(f"{CLASS[cls].plural.capitalize()} of the same papers.", f"coUsed(with: {name})"),
        )
        for name, cls in sorted(_CLASS_OF.items())
    },
    description=described("A class of what papers use together.", "coUsed(with: DATASET)"),
)


def together_type(entity: InterfaceType) -> ObjectType:
    """The type of one entry of `coUsed`."""
    return ObjectType(
        "CoUsed",
        lambda: {
            "entity": batched(
                NonNull(entity),
                "What stands beside it.",
                "entity { name }",
                lambda context, found, call: run_refs(context, call, [t.ref for t in found]),
            ),
            "count": batched(NonNull(Int), "In how many papers.", "12", each(lambda t: t.count)),
        },
        description=described(
            "An entity and in how many papers it stands beside another.", "coUsed { entity { name } count }"
        ),
    )


def couse_field(cls: str, together: ObjectType) -> Field:
    """The field `coUsed` of a class."""

    def column(context: Context, parents: Rows, call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        first, other = arguments["first"], _CLASS_OF[arguments["with"]]
        check_size("first", first, context.max_page)
        lists = []
        for row in parents.rows.tolist():
            context.check_time()
            beside = context.graph.co_used(parents.cls, row, other, first, context.min_confidence)
            lists.append([Together((other, at), count) for at, count in beside])
        return run_lists(context, call, lists, together)

    return batched(
        NonNull(ListOf(NonNull(together))),
        f"What the papers on this {CLASS[cls].label} have most often beside it.",
        "coUsed(with: DATASET, first: 5) { entity { name } count }",
        column,
        {
            "with": argument(NonNull(WITH), "The class of what stands beside it.", "with: DATASET", "DATASET"),
            "first": argument(NonNull(Int), "At most so many, the most frequent first.", "first: 10", 10),
        },
        weight=_WEIGHT,
        size=10,
    )
