"""The object types of the schema: one for every class, made from the vocabulary, with its connection and facets."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from graphql_api.batch import Context, Rows, argument, batched, each
from graphql_api.connections import (
    DEFAULT_PAGE,
    PAGE_INFO,
    edges_column,
    item_cursor_column,
    item_node_column,
    list_arguments,
    nodes_column,
    page_arguments,
    page_info_column,
)
from graphql_api.couse import COUSED, couse_field, together_type, years_column
from graphql_api.definitions import ID, Boolean, Field, Float, Int, InterfaceType, ListOf, NonNull, ObjectType, String
from graphql_api.evidence import assertion_arguments, assertion_type, assertions_column, item_fields
from graphql_api.examples import IDS, LITERALS, NAMES, described
from graphql_api.facets import entity_facet, facets_column, facets_type
from graphql_api.links import connection_column, count_column, list_column, single_column
from graphql_api.naming import Link, links_of, literal_field
from graphql_api.plan import Call
from schema.ids import DEFAULT_BASE
from schema.vocabulary import CLASS, CLASSES, LiteralTerm, literals_of

SHORT_LIST: Final = 8
"""How many entities a plain list is taken to have when the cost of a query is estimated."""


def some(type_: Any) -> NonNull:
    """A list that is there and has no gaps."""
    return NonNull(ListOf(NonNull(type_)))


def _ids(context: Context, parents: Rows, _call: Call) -> list[Any]:
    return list(context.index.ids(parents.cls, parents.rows.tolist()))


def _iris(context: Context, parents: Rows, _call: Call) -> list[Any]:
    return [context.graph.base + i for i in context.index.ids(parents.cls, parents.rows.tolist())]


def _labels(context: Context, parents: Rows, _call: Call) -> list[Any]:
    return context.index.labels(parents.cls, parents.rows.tolist())


NODE: Final = InterfaceType(
    "Node",
    {"id": batched(NonNull(ID), "The id, `{type}/{key}`, the same in paths and IRIs.", '"modality/ct"', _ids)},
    description=described("Anything with an id.", 'node(id: "modality/ct") { id }'),
)


def _entity_fields() -> dict[str, Field]:
    return {
        "id": NODE.fields["id"],
        "iri": batched(NonNull(String), "The IRI: the same name in RDF and SPARQL.", f'"{DEFAULT_BASE}modality/ct"', _iris),
        "name": batched(NonNull(String), "What it is called: a title, a preferred label or a name.", '"computed tomography"', _labels),
        "label": batched(NonNull(String), "The same as `name`: its rdfs:label.", '"computed tomography"', _labels),
        "sameAs": batched(some(String), "Other IRIs of the same thing: merged entities and outside records.", LITERALS["sameAs"], _literal_column("sameAs")),
    }  # fmt: skip


def _literal_column(field: str) -> Callable[[Context, Rows, Call], list[Any]]:
    def column(context: Context, parents: Rows, _call: Call) -> list[Any]:
        return context.graph.values(parents.cls, field, parents.rows)

    return column


ENTITY: Final = InterfaceType(
    "Entity",
    _entity_fields,
    interfaces=(NODE,),
    description=described("Anything that the graph is about: every class has these fields.", "search(text: \"ct\") { nodes { name } }"),
)  # fmt: skip
ASSERTION: Final = assertion_type(ENTITY)
TOGETHER: Final = together_type(ENTITY)


def _scalar(term: LiteralTerm) -> Any:
    scalar = {"integer": Int, "double": Float, "boolean": Boolean}.get(term.datatype, String)
    if term.field == "codeStatus":
        return NonNull(scalar)
    return some(scalar) if term.many else scalar


def _object(cls: str) -> ObjectType:
    def fields() -> dict[str, Field]:
        made = _entity_fields()
        if CLASS[cls].concept:
            made["prefLabel"] = batched(NonNull(String), "The preferred label.", f'"{NAMES[cls]}"', _labels)
        for term in literals_of(cls):
            if term.field != "sameAs":
                made[literal_field(term)] = batched(
                    _scalar(term), term.comment, LITERALS[term.field], _literal_column(term.field)
                )
        for link in links_of(cls):
            made |= _link_fields(link)
        if cls == "Paper":
            made["edges"] = batched(
                some(ASSERTION), "Every edge of the paper with its evidence, by relation and target.",
                "edges { relation target { name } evidence { quote } }", assertions_column(ASSERTION), assertion_arguments(),
                weight=5, size=20,
            )  # fmt: skip
        else:
            made |= _use_fields(cls)
        return made

    sentence, example = CLASS[cls].comment, f'{CLASS[cls].type}(id: "{IDS[cls]}") {{ name }}'
    return ObjectType(cls, fields, interfaces=(NODE, ENTITY), description=described(sentence, example))


def _link_fields(link: Link) -> dict[str, Field]:
    target, name = TYPES[link.target], link.field
    if link.shape == "single":
        return {name: batched(target, link.comment, f"{name} {{ name }}", single_column(link))}
    count = batched(
        NonNull(Int), f"How many there are. {link.comment}", f"{name}Count: 3", count_column(link)
    )  # fmt: skip
    if link.shape == "list":
        arguments = list_arguments(link.target) | {
            "first": argument(Int, "At most so many; all where not given.", "first: 10")
        }
        column, size = list_column(link), SHORT_LIST
        type_: Any = some(target)
        example = f"{name} {{ name }}"
    else:
        arguments = list_arguments(link.target) | page_arguments()
        connection = CONNECTIONS[link.target]
        column, size = connection_column(link, lambda: connection), 1
        type_, example = NonNull(connection), f"{name}(first: 5) {{ totalCount nodes {{ name }} }}"
    return {name: batched(type_, link.comment, example, column, arguments, size=size), f"{name}Count": count}


def _use_fields(cls: str) -> dict[str, Field]:
    made = {
        "firstYear": batched(
            Int,
            "The year of the earliest paper that has to do with it; null where none has a year.",
            "2019",
            years_column(0),
        ),
        "lastYear": batched(
            Int,
            "The year of the latest paper that has to do with it; null where none has a year.",
            "2025",
            years_column(1),
        ),
    }
    if cls in COUSED:
        made["coUsed"] = couse_field(cls, TOGETHER)
    return made


def _connection(cls: str) -> ObjectType:
    edge = ObjectType(
        f"{cls}Edge",
        lambda: {
            "cursor": batched(NonNull(String), "Where it stands: an `after` or `before`.", '"YzE6bW9kYWxpdHkvY3Q"', item_cursor_column),
            "node": batched(NonNull(TYPES[cls]), f"The {CLASS[cls].label}.", "node { name }", item_node_column),
            **item_fields(),
        },
        description=described(f"A {CLASS[cls].label} in a list, with its cursor.", "edges { cursor node { name } }"),
    )  # fmt: skip
    facets = FACETS[cls]
    return ObjectType(
        f"{cls}Connection",
        lambda: {
            "totalCount": batched(NonNull(Int), "How many match, on all pages together.", "totalCount", each(lambda p: p.window.total)),
            "pageInfo": batched(NonNull(PAGE_INFO), "Where this page stands.", "pageInfo { hasNextPage endCursor }", page_info_column),
            "nodes": batched(some(TYPES[cls]), f"The {CLASS[cls].plural} on this page.", "nodes { name }", nodes_column),
            "edges": batched(some(edge), "The same with cursors and, in a list of an entity, the evidence of each.", "edges { cursor node { name } }", edges_column(lambda: edge)),
            "facets": batched(NonNull(facets), "Counts over everything that matches, whatever page is shown.", "facets { modality { value { name } count } }", facets_column(facets)),
        },
        description=described(f"A page of {CLASS[cls].plural}.", f"{CLASS[cls].plural}(first: {DEFAULT_PAGE}) {{ totalCount nodes {{ name }} }}"),
    )  # fmt: skip


TYPES: Final = MappingProxyType({c.name: _object(c.name) for c in CLASSES})
FACET_VALUES: Final = MappingProxyType({c.name: entity_facet(c.name, TYPES[c.name]) for c in CLASSES})
FACETS: Final = MappingProxyType({c.name: facets_type(c.name, FACET_VALUES) for c in CLASSES})
CONNECTIONS: Final = MappingProxyType({c.name: _connection(c.name) for c in CLASSES})
