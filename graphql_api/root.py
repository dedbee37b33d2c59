"""The root of the schema: lists of every class, single entities, search and statistics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
from graphql import GraphQLSchema, lexicographic_sort_schema, print_schema

from graphql_api.batch import Column, Context, argument, batched, each, run, run_lists, run_refs, run_rows
from graphql_api.changes import changes_connection, changes_field
from graphql_api.connections import DEFAULT_PAGE, list_arguments, page_arguments
from graphql_api.definitions import ID, EnumType, EnumValue, Field, Int, ListOf, NonNull, ObjectType, String, build
from graphql_api.examples import IDS, NAMES, described
from graphql_api.leaderboards import leaderboards_field
from graphql_api.links import root_page
from graphql_api.naming import singular
from graphql_api.plan import Call
from graphql_api.search import SEARCH_WEIGHT, search_column, search_connection
from graphql_api.types import CONNECTIONS, ENTITY, NODE, TYPES, some
from schema.errors import BadRequest, LimitExceeded
from schema.vocabulary import CLASS, CLASSES, ClassTerm

KINDS: Final = EnumType(
    "EntityClass",
    {
        c.type.upper(): EnumValue(c.name, description=described(c.comment, f"in: [{c.type.upper()}]"))
        for c in sorted(CLASSES, key=lambda c: c.type)
    },
    description=described("A class of entities.", "search(text: \"ct\", in: [MODALITY]) { nodes { name } }"),
)  # fmt: skip


def _list_field(term: ClassTerm) -> Field:
    connection = CONNECTIONS[term.name]

    def column(context: Context, _: Any, call: Call) -> list[Any]:
        page = root_page(context, term.name, call.arguments(context.variables), call.key)
        return run(context, call.child, connection, [page])

    example = f"{term.plural}(first: {DEFAULT_PAGE}) {{ totalCount nodes {{ name }} }}"
    arguments = list_arguments(term.name) | page_arguments()
    return batched(
        connection, f"Every {term.label} that `where` describes, page by page.", example, column, arguments, weight=10
    )


def _single_field(term: ClassTerm) -> Field:
    def column(context: Context, _: Any, call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        id_, name = arguments.get("id"), arguments.get("name")
        if (id_ is None) == (name is None):
            raise BadRequest(f"give `{singular(term)}` either an `id` or a `name`.")
        wanted = str(id_ if name is None else context.graph.resolve(term.name, name))
        place = context.index.find(wanted)
        if place is None or place[0] != term.name:
            return [None]
        return list(run_rows(context, call, term.name, np.array([place[1]])))

    id_example, name_example = f'id: "{IDS[term.name]}"', f'name: "{NAMES[term.name]}"'
    arguments = {
        "id": argument(ID, "Its id; no entity, no error: the answer is null.", id_example),
        "name": argument(
            String,
            "Its label or another name, in any case; an unknown or ambiguous one is an error that names the nearest.",
            name_example,
        ),
    }
    example = f"{singular(term)}({name_example}) {{ id name }}"
    return batched(TYPES[term.name], f"One {term.label}, by id or by name.", example, column, arguments)


def _node(context: Context, _: Any, call: Call) -> list[Any]:
    return run_refs(context, call, [context.index.find(call.arguments(context.variables)["id"])])


def _nodes(context: Context, _: Any, call: Call) -> list[Any]:
    ids = call.arguments(context.variables)["ids"]
    if len(ids) > context.max_page:
        raise LimitExceeded(
            f"`ids` holds {len(ids)}, {len(ids) - context.max_page} more than {context.max_page} at once."
        )
    return [run_refs(context, call, [context.index.find(i) for i in ids])]


def _counted(name: str, what: str) -> ObjectType:
    return ObjectType(
        f"{what}Count",
        {
            "name": batched(NonNull(String), f"The {what.lower()}.", f'"{name}"', each(lambda p: p[0])),
            "count": batched(NonNull(Int), "How many there are.", "12", each(lambda p: p[1])),
        },
        description=described(f"A {what.lower()} of the graph and how many there are.", "name count"),
    )


CLASS_COUNT: Final = _counted("Paper", "Class")
RELATION_COUNT: Final = _counted("usesDataset", "Relation")


def _sizes(which: str, type_: ObjectType) -> Column:
    def column(context: Context, _: Any, call: Call) -> list[Any]:
        return run_lists(context, call, [list(context.graph.stats()[which].items())], type_)

    return column


def _size(cls: str) -> Column:
    return lambda context, _parents, _call: [context.graph.size(cls)]


STATS: Final = ObjectType(
    "Stats",
    {
        "version": batched(NonNull(String), "The published state of the graph that answers.", '"000002-1f0c3b5a7d9e"', lambda c, _p, _k: [c.graph.version]),
        "base": batched(NonNull(String), "What every IRI begins with: IRI = base + id.", '"https://w3id.org/paperatlas/"', lambda c, _p, _k: [c.graph.base]),
        **{c.plural: batched(NonNull(Int), f"How many {c.plural} there are.", "119", _size(c.name)) for c in CLASSES},
        "classes": batched(some(CLASS_COUNT), "Every class with its size.", "classes { name count }", _sizes("classes", CLASS_COUNT), size=len(CLASS)),
        "relations": batched(some(RELATION_COUNT), "Every relation with its number of edges.", "relations { name count }", _sizes("edges", RELATION_COUNT), size=20),
    },
    description=described("The size of the graph.", "stats { papers datasets }"),
)  # fmt: skip


def _fields() -> Mapping[str, Field]:
    ids = NonNull(ListOf(NonNull(ID)))
    kinds = ListOf(NonNull(KINDS))
    made = {term.plural: _list_field(term) for term in CLASSES}
    made |= {singular(term): _single_field(term) for term in CLASSES}
    made["node"] = batched(
        NODE, "Any entity by its id; null where there is none.", 'node(id: "modality/ct") { id ... on Modality { prefLabel } }', _node,
        {"id": argument(NonNull(ID), "Its id.", 'id: "modality/ct"')},
    )  # fmt: skip
    made["nodes"] = batched(
        NonNull(ListOf(NODE)), "Many entities by their ids, in the order of the ids; null where there is none.",
        'nodes(ids: ["modality/ct", "modality/mri"]) { id }', _nodes,
        {"ids": argument(ids, "Their ids.", 'ids: ["modality/ct", "modality/mri"]')}, size=20,
    )  # fmt: skip
    made["search"] = batched(
        search_connection(ENTITY), "Whatever is called or says something like this, best first; typing errors are forgiven.",
        'search(text: "chest xray") { nodes { __typename name } }', search_column,
        {
            "text": argument(NonNull(String), "What to look for.", 'text: "chest xray"'),
            "in": argument(kinds, "Only these classes; all where not given.", "in: [MODALITY, DATASET]"),
            **page_arguments(),
        },
        weight=SEARCH_WEIGHT,
    )  # fmt: skip
    made["stats"] = batched(
        STATS, "The size of the graph.", "stats { papers datasets }",
        lambda context, parents, call: run(context, call.child, STATS, parents),
    )  # fmt: skip
    made["leaderboards"] = leaderboards_field()
    made["changes"] = changes_field(changes_connection(ENTITY, NODE))
    return made


@cache
def schema() -> GraphQLSchema:
    """The whole schema; made once."""
    query = ObjectType(
        "Query",
        _fields,
        description=described("What can be asked of the graph.", "{ papers(first: 5) { nodes { title } } }"),
    )
    return build(
        query,
        [NODE, ENTITY, *TYPES.values()],
        "The graph of Paper Atlas: research papers and what they use, propose and report. "
        "Filter any relation from both ends, nested as deep as you like; every list can be filtered and ordered.",
    )


def sdl() -> str:
    """The schema in the schema definition language, sorted by name: what is committed as `schema.graphql`."""
    return print_schema(lexicographic_sort_schema(schema())) + "\n"
