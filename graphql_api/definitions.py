"""The schema's types as declarations, and the strawberry types and the schema that are built from them.

Types refer to each other in circles and are made from the vocabulary, so each
is declared first, by its name, and its fields are asked for when the schema is
built: then every declaration has its Python class, and strawberry reads them.
A column that answers a field travels in the field's metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import strawberry
from graphql import GraphQLInputObjectType, GraphQLScalarType, GraphQLSchema
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

String: Final = str
Int: Final = int
Float: Final = float
Boolean: Final = bool
ID: Final = strawberry.ID


@dataclass(frozen=True, slots=True)
class NonNull:
    """A type whose values are always there; a type without it may be null."""

    of: Any


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of a type."""

    of: Any


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field."""

    type: Any
    description: str
    default: Any = strawberry.UNSET

    def made(self, name: str) -> StrawberryArgument:
        """The argument as strawberry has it."""
        hint = _annotation(self.type)
        return StrawberryArgument(f"{name}_", name, hint, description=self.description, default=self.default)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface, with what its answer is made from in `metadata`."""

    type: Any
    args: Mapping[str, Argument]
    description: str
    metadata: Mapping[str, Any]

    def made(self, name: str) -> StrawberryField:
        """The field as strawberry has it; the underscore keeps Python's own words free."""
        hint = _annotation(self.type)
        field = StrawberryField(f"{name}_", name, hint, description=self.description, metadata=self.metadata)
        field.arguments = [argument.made(n) for n, argument in self.args.items()]
        return field


@dataclass(frozen=True, slots=True)
class InputField:
    """A field of an input; `out_name` is its name in the coerced value where that is another."""

    type: Any
    description: str
    out_name: str | None = None

    def made(self, name: str) -> StrawberryField:
        """The field as strawberry has it."""
        hint, out = _annotation(self.type), {"out_name": self.out_name}
        return StrawberryField(f"{name}_", name, hint, description=self.description, metadata=out)


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum."""

    value: str
    description: str


class Declared:
    """A named type of the schema; `python` is its class, known before its fields are."""

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description

    @cached_property
    def python(self) -> Any:
        """The class that strawberry reads."""
        return type(self.name, (), {"__module__": __name__})

    def define(self) -> None:
        """Make the class a strawberry type."""


class _WithFields(Declared):
    def __init__(
        self,
        name: str,
        fields: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        interfaces: Sequence[InterfaceType] = (),
        *,
        description: str,
    ) -> None:
        super().__init__(name, description)
        self._fields = fields
        self.interfaces = tuple(interfaces)

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """The fields by name."""
        return self._fields() if callable(self._fields) else self._fields

    def _attach(self) -> None:
        for name, field in self.fields.items():
            setattr(self.python, f"{name}_", field.made(name))

    def implement(self) -> None:
        """Name the interfaces to strawberry, once all are defined and in the order in which they are declared."""
        definition = self.python.__strawberry_definition__
        definition.interfaces = [i.python.__strawberry_definition__ for i in self.interfaces]


class ObjectType(_WithFields):
    """An object type."""

    def define(self) -> None:
        """Make the class a strawberry type."""
        self._attach()
        strawberry.type(self.python, name=self.name, description=self.description)


class InterfaceType(_WithFields):
    """An interface."""

    def define(self) -> None:
        """Make the class a strawberry interface."""
        self._attach()
        strawberry.interface(self.python, name=self.name, description=self.description)


class InputType(_WithFields):
    """An input; `core` is what graphql-core coerces its values with, known once the schema is built."""

    core: GraphQLInputObjectType

    def define(self) -> None:
        """Make the class a strawberry input."""
        self._attach()
        strawberry.input(self.python, name=self.name, description=self.description)


_str_enum: Any = StrEnum  # called with names and values that are known only at run time


class EnumType(Declared):
    """An enum; its values are texts."""

    def __init__(self, name: str, values: Mapping[str, EnumValue], *, description: str) -> None:
        super().__init__(name, description)
        self.values = values

    @cached_property
    def python(self) -> Any:
        """The enum that strawberry reads."""
        values = {n: v.value for n, v in self.values.items()}
        made: Any = _str_enum(self.name, values)
        strawberry.enum(made, name=self.name, description=self.description)
        for value in made.__strawberry_definition__.values:
            value.description = self.values[value.name].description
        return made


class ScalarType(Declared):
    """A scalar whose values are checked by two functions, one for values and one for what stands in a document."""

    def __init__(self, name: str, *, coerce_input_value: Any, coerce_input_literal: Any, description: str) -> None:
        super().__init__(name, description)
        self.value, self.literal = coerce_input_value, coerce_input_literal

    def definition(self) -> Any:
        """How strawberry maps the class to the scalar."""
        made = strawberry.scalar(name=self.name, description=self.description)
        made.implementation = GraphQLScalarType(
            self.name,
            coerce_input_value=self.value,
            coerce_input_literal=self.literal,
            description=self.description,
            extensions={GraphQLCoreConverter.DEFINITION_BACKREF: made},
        )
        return made


def _hint(type_: Any) -> Any:
    if isinstance(type_, NonNull):
        inner = type_.of
        if isinstance(inner, ListOf):
            return list[_hint(inner.of)]  # type: ignore[misc]
        return inner.python if isinstance(inner, Declared) else inner
    return _hint(NonNull(type_)) | None


def _annotation(type_: Any) -> StrawberryAnnotation:
    return StrawberryAnnotation(_hint(type_))


def _named(type_: Any) -> Any:
    while isinstance(type_, NonNull | ListOf):
        type_ = type_.of
    return type_


def _reachable(roots: Sequence[Declared]) -> list[Declared]:
    found: dict[int, Declared] = {}
    todo = list(roots)
    while todo:
        type_ = todo.pop()
        if not isinstance(type_, Declared) or id(type_) in found:
            continue
        found[id(type_)] = type_
        if isinstance(type_, _WithFields):
            todo += type_.interfaces
            for field in type_.fields.values():
                todo.append(_named(field.type))
                todo += [_named(a.type) for a in getattr(field, "args", {}).values()]
    return list(found.values())


def build(query: ObjectType, types: Sequence[Declared], description: str) -> GraphQLSchema:
    """The schema of a root type and of types that only interfaces lead to, as graphql-core has it.

    Every field keeps its metadata as `extensions`; nothing resolves by itself.
    """
    declared = _reachable([query, *types])
    for type_ in declared:
        type_.define()
    for type_ in declared:
        if isinstance(type_, _WithFields):
            type_.implement()
    scalars = {t.python: t.definition() for t in declared if isinstance(t, ScalarType)}
    made = strawberry.Schema(query.python, types=[t.python for t in types], config=StrawberryConfig(scalar_map=scalars))
    core: GraphQLSchema = made._schema
    core.description = description
    for type_ in declared:
        if not isinstance(type_, _WithFields):
            continue
        built: Any = core.type_map[type_.name]
        for field in built.fields.values():
            metadata = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].metadata
            if isinstance(type_, InputType):
                field.out_name = metadata["out_name"]
            else:
                field.extensions |= metadata
                field.resolve = None
        if isinstance(type_, InputType):
            type_.core = built
    return core
