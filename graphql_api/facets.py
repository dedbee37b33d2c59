"""Facets of a connection: how many of the filtered whole have each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from graphql_api.around import AROUND, WEIGHT, around_column
from graphql_api.batch import Column, Context, argument, batched, each, run, run_lists, run_refs
from graphql_api.connections import Page, check_size
from graphql_api.definitions import Argument, Boolean, Int, ListOf, NonNull, ObjectType, String
from graphql_api.examples import NAMES, described
from graphql_api.plan import Call
from kg.query.facets import FacetValue
from schema.vocabulary import CLASS, EDGE, literals_of

OF_PAPERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "modality": ("targetsModality", "Modality"),
        "task": ("addressesTask", "Task"),
        "condition": ("studiesCondition", "Condition"),
        "dataset": ("usesDataset", "Dataset"),
        "introducedDataset": ("introducesDataset", "Dataset"),
        "method": ("usesMethod", "Method"),
        "proposedMethod": ("proposesMethod", "Method"),
        "venue": ("publishedIn", "Venue"),
        "author": ("creator", "Person"),
    }
)
"""The facets of papers that count entities: name, relation, class."""

COUNTED_LITERALS: Final = ("codeStatus", "year", "language", "keywords", "retracted", "metric", "unit", "isChange")
FACET_WEIGHT: Final = 2000
"""What counting one facet costs, in values: one pass over the matching rows."""


def facet_arguments() -> dict[str, Argument]:
    """The arguments of every facet."""
    return {
        "first": argument(NonNull(Int), "At most so many values, the most frequent first.", "first: 10", 10),
        "ownFilter": argument(
            NonNull(Boolean),
            "False: as if `where` had no condition on this facet itself, so that the other choices keep their counts.",
            "ownFilter: false",
            True,
        ),
    }


def entity_facet(cls: str, entity: ObjectType) -> ObjectType:
    """The type of a facet's value that is an entity of a class."""
    return ObjectType(
        f"{cls}Facet",
        lambda: {
            "value": batched(NonNull(entity), f"The {CLASS[cls].label}.", f'"{NAMES[cls]}"', _value_column(cls)),
            "count": batched(
                NonNull(Int),
                "How many have it; narrower ones count for the wider.",
                "12",
                each(lambda f: f.count),
            ),
        },
        description=described(
            f"{CLASS[cls].label.capitalize()} and how many have it.", f"{CLASS[cls].type} {{ value {{ name }} count }}"
        ),
    )


def _value_column(cls: str) -> Column:
    def column(context: Context, values: list[FacetValue], call: Call) -> list[Any]:
        return run_refs(context, call, [(cls, v.row) if v.row is not None else None for v in values])

    return column


VALUE_FACET: Final = ObjectType(
    "ValueFacet",
    {
        "value": batched(NonNull(String), "The value as a text.", '"released"', each(lambda f: f.label)),
        "count": batched(NonNull(Int), "How many have it.", "12", each(lambda f: f.count)),
    },
    description=described("A value and how many have it.", "codeStatus { value count }"),
)

NUMBER_FACET: Final = ObjectType(
    "NumberFacet",
    {
        "value": batched(NonNull(Int), "The value.", "2024", each(lambda f: f.value)),
        "count": batched(NonNull(Int), "How many have it.", "12", each(lambda f: f.count)),
    },
    description=described("A whole number and how many have it.", "year { value count }"),
)


def facets_type(cls: str, facet_of: Mapping[str, ObjectType]) -> ObjectType:
    """The facets of a class's connections: of papers by what they have, of all else by what its papers have."""
    made = {}
    if cls == "Paper":
        for name, (relation, far) in OF_PAPERS.items():
            made[name] = _facet(name, relation, facet_of[far], EDGE[relation].comment)
    else:
        made |= {name: _around(cls, name, facet_of[EDGE[relation].range]) for name, relation in AROUND.items()}
        made["year"] = _around(cls, "year", NUMBER_FACET)
    for term in literals_of(cls):
        if term.field in COUNTED_LITERALS:
            type_ = NUMBER_FACET if term.datatype == "integer" else VALUE_FACET
            made[term.field] = _facet(term.field, term.field, type_, term.comment)
    sentence = f"Counts over the {CLASS[cls].plural} that match, whatever page is shown."
    return ObjectType(f"{cls}Facets", made, description=described(sentence, "facets { year { value count } }"))


def _facet(name: str, counted: str, type_: ObjectType, comment: str) -> Any:
    shown = "value" if type_ in (VALUE_FACET, NUMBER_FACET) else "value { name }"
    return batched(
        NonNull(ListOf(NonNull(type_))),
        f"By the values of: {comment}",
        f"{name}(first: 10) {{ {shown} count }}",
        _counted_column(counted, lambda: type_),
        facet_arguments(),
        weight=FACET_WEIGHT,
        size=10,
    )


def _around(cls: str, name: str, type_: ObjectType) -> Any:
    shown = "value" if type_ is NUMBER_FACET else "value { name }"
    return batched(
        NonNull(ListOf(NonNull(type_))),
        f"By what their papers have: how many of the listed {CLASS[cls].plural} have a paper with each {name}.",
        f"{name}(first: 10) {{ {shown} count }}",
        around_column(name, type_.name),
        {"first": facet_arguments()["first"]},
        weight=WEIGHT,
        size=10,
    )


def _counted_column(name: str, type_: Callable[[], ObjectType]) -> Column:
    def column(context: Context, pages: list[Page], call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        first = arguments["first"]
        check_size("first", first, context.max_page)
        lists = [p.selection().facet(name, first, arguments["ownFilter"]) for p in pages]
        return run_lists(context, call, lists, type_())

    return column


def facets_column(type_: ObjectType) -> Column:
    """The facets of each page's whole list."""
    return lambda context, pages, call: run(context, call.child, type_, pages)
