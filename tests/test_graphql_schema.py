"""The schema itself: committed, described everywhere, with an example for everything."""

from __future__ import annotations

from collections.abc import Iterator

from conftest import ROOT
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_introspection_type,
    is_specified_scalar_type,
    validate_schema,
)

from graphql_api.root import schema, sdl
from kg.query.fields import accepted
from schema.vocabulary import CLASSES


def test_the_committed_sdl_is_current() -> None:
    assert (ROOT / "graphql_api" / "schema.graphql").read_text(encoding="utf-8") == sdl(), "run `make docs`"


def test_the_schema_is_valid() -> None:
    assert validate_schema(schema()) == []


def _described() -> Iterator[tuple[str, str | None]]:
    for name, type_ in schema().type_map.items():
        if is_introspection_type(type_) or is_specified_scalar_type(type_):
            continue
        yield name, type_.description
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", field.description
                yield from ((f"{name}.{field_name}({a})", arg.description) for a, arg in field.args.items())
        elif isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{f}", field.description) for f, field in type_.fields.items())
        elif isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{v}", value.description) for v, value in type_.values.items())


def test_every_type_field_argument_and_value_is_described_with_an_example() -> None:
    assert [name for name, text in _described() if not text or "Example: `" not in text] == []
    assert [name for name, text in _described() if text and not (text[0].isupper() or text[0] in "`'\"")] == []


def test_every_condition_is_one_that_the_query_layer_knows() -> None:
    for term in CLASSES:
        inputs = schema().type_map[f"{term.name}Filter"].fields
        known = {*accepted(term.name), "and", "or", "not", "minConfidence", "text", "id"}
        assert {f.out_name or n for n, f in inputs.items()} <= known


def test_every_class_has_its_list_its_single_field_and_its_order() -> None:
    root = schema().query_type.fields
    for term in CLASSES:
        assert {"where", "orderBy", "first", "after", "last", "before"} <= set(root[term.plural].args)
        assert set(root[term.type].args) == {"id", "name"}
