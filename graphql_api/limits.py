"""What a request may cost, found by one walk over the document before it runs.

The walk remembers each fragment, so that fragments which spread each other
many times cost no more to measure than to write. Sizes of pages multiply: a
hundred papers with a hundred datasets each cost ten thousand. It runs on
documents that are not validated yet and passes over what the schema lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_introspection_query,
    get_named_type,
    parse,
)

from graphql_api.batch import Batched
from graphql_api.connections import DEFAULT_PAGE

_ON_PAGES: Final = frozenset({"nodes", "edges"})
_INTROSPECTION_SIZES: Final = {
    "types": 130,
    "fields": 25,
    "inputFields": 15,
    "args": 6,
    "enumValues": 6,
    "possibleTypes": 5,
    "directives": 6,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server; each is a setting `graphql_max_…`."""

    depth: int = 12
    cost: int = 100_000
    aliases: int = 100
    root_fields: int = 20
    directives: int = 50
    spreads: int = 200
    operations: int = 20
    tokens: int = 2000
    conditions: int = 300
    nesting: int = 40
    page: int = 100
    batch: int = 10
    body: int = 100_000
    timeout_s: float = 10.0
    introspection: bool = True

    @classmethod
    def of(cls, settings: object) -> Limits:
        """The limits that `kg.settings` name: `graphql_max_depth` and so on."""
        named = {f.name: f"graphql_max_{f.name}" for f in fields(cls)}
        named |= {"timeout_s": "graphql_timeout_s", "introspection": "graphql_introspection"}
        return cls(**{name: getattr(settings, setting) for name, setting in named.items()})


@dataclass(frozen=True, slots=True)
class Measure:
    """What one operation asks for, fragments counted wherever they are spread."""

    depth: int = 0
    cost: int = 0
    introspection: int = 0
    """The cost of what it asks of the schema itself, counted apart."""
    aliases: int = 0
    directives: int = 0
    spreads: int = 0
    root_fields: int = 0

    def __add__(self, other: Measure) -> Measure:
        return Measure(
            max(self.depth, other.depth), self.cost + other.cost, self.introspection + other.introspection,
            self.aliases + other.aliases, self.directives + other.directives, self.spreads + other.spreads,
            self.root_fields + other.root_fields,
        )  # fmt: skip


def measure(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    most: int,
) -> Measure:
    """Measure an operation with the given variables; `most` is the largest page that can be had."""
    root = schema.query_type
    assert root is not None
    walk = _Walk(schema, document, operation, variables, most)
    found = walk.set(operation.selection_set, root, DEFAULT_PAGE, top=True)
    return found + Measure(directives=len(operation.directives or ()))


def exceeded(found: Measure, limits: Limits, introspection: int) -> list[GraphQLError]:
    """One error for each limit that a measure exceeds: which, by how much, and what to do."""
    checks = (
        ("depth", found.depth, limits.depth, "nest fewer fields"),
        ("cost", found.cost, limits.cost, "ask for smaller pages or fewer fields"),
        ("introspection", found.introspection, introspection, "ask one introspection query at a time"),
        ("aliases", found.aliases, limits.aliases, "use fewer aliases"),
        ("directives", found.directives, limits.directives, "use fewer directives"),
        ("spreads", found.spreads, limits.spreads, "spread fewer fragments"),
        ("root_fields", found.root_fields, limits.root_fields, "ask in several requests"),
    )
    return [limit_error(*check) for check in checks if check[1] > check[2]]


def limit_error(limit: str, value: int, allowed: int, advice: str) -> GraphQLError:
    """The error for one limit."""
    shown = limit.replace("_", " ")
    message = f"The {shown} of this request is {_short(value)}, {_short(value - allowed)} more than the limit of {allowed}: {advice}."
    extensions = {"code": "limit-exceeded", "limit": limit, "value": min(value, 2**53), "allowed": allowed}
    return GraphQLError(message, extensions=extensions)


def nesting_of(value: Any, most: int) -> int:
    """How deep lists and objects nest in a JSON value; counting stops one above `most`.

    >>> nesting_of({"a": [1]}, 10)
    2
    """
    level, depth = [value], 0
    while level and depth <= most:
        level = [v for found in level if isinstance(found, dict | list) for v in _parts(found)]
        depth += 1
    return depth - 1 if not level else depth


def _parts(value: Any) -> list[Any]:
    # An empty list or object is a level too.
    return [*(value.values() if isinstance(value, dict) else value)] or [None]


def _short(number: int) -> str:
    return str(number) if number < 10**15 else f"10^{len(str(number)) - 1}"


def introspection_cost(schema: GraphQLSchema) -> int:
    """What the fullest standard introspection query costs."""
    text = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    document = parse(text)
    operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    return measure(schema, document, operation, {}, 1).introspection


class _Walk:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        most: int,
    ) -> None:
        self.schema = schema
        self.variables = variables
        self.most = most
        self.defaults = {
            d.variable.name.value: d.default_value.value
            for d in operation.variable_definitions or ()
            if isinstance(d.default_value, IntValueNode)
        }
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.known: dict[tuple[str, int, bool], Measure] = {}
        self.open: set[str] = set()

    def set(self, selections: SelectionSetNode, parent: Any, page: int, top: bool = False) -> Measure:
        total = Measure()
        for node in selections.selections:
            total += Measure(directives=len(node.directives or ()))
            if isinstance(node, FieldNode):
                total += self.field(node, parent, page, top)
            elif isinstance(node, InlineFragmentNode):
                inner = self.type(node.type_condition.name.value) if node.type_condition else parent
                total += self.set(node.selection_set, inner, page, top)
            elif isinstance(node, FragmentSpreadNode):
                total += self.spread(node.name.value, page, top)
        return total

    def spread(self, name: str, page: int, top: bool) -> Measure:
        fragment, key = self.fragments.get(name), (name, page, top)
        if fragment is None or name in self.open:  # validation says what is wrong with it
            return Measure(spreads=1)
        if key not in self.known:
            self.open.add(name)
            inner = self.set(fragment.selection_set, self.type(fragment.type_condition.name.value), page, top)
            self.known[key] = inner + Measure(directives=len(fragment.directives or ()))
            self.open.remove(name)
        return self.known[key] + Measure(spreads=1)

    def field(self, node: FieldNode, parent: Any, page: int, top: bool) -> Measure:
        name = node.name.value
        own = Measure(aliases=1 if node.alias else 0, root_fields=1 if top else 0)
        if top and name in ("__schema", "__type"):
            return own + self.introspect(node, self.type("__Schema" if name == "__schema" else "__Type"))
        definition = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        if definition is None:
            inner = self.set(node.selection_set, None, page) if node.selection_set else Measure()
            return own + _deeper(inner, 1, 1)
        plan = definition.extensions.get("batched", Batched(_no_column))
        asked = self.page(node) if any(a in definition.args for a in ("first", "last", "ids")) else None
        size = page if name in _ON_PAGES and "Connection" in parent.name else plan.size
        is_page = get_named_type(definition.type).name.endswith("Connection")
        if asked is not None and not is_page:
            size = asked
        inside = asked if asked is not None and is_page else DEFAULT_PAGE
        if node.selection_set is None:
            return own + Measure(depth=1, cost=plan.weight)
        inner = self.set(node.selection_set, get_named_type(definition.type), inside)
        return own + _deeper(inner, plan.weight, size)

    def introspect(self, node: FieldNode, parent: Any) -> Measure:
        """The cost of a field of the schema's own description: kept apart, without depth."""
        if node.selection_set is None:
            return Measure(introspection=1)
        inner = self.introspect_set(node.selection_set, parent)
        size = _INTROSPECTION_SIZES.get(node.name.value, 1)
        return Measure(
            introspection=1 + size * inner.introspection,
            aliases=inner.aliases,
            directives=inner.directives,
            spreads=inner.spreads,
        )

    def introspect_set(self, selections: SelectionSetNode, parent: Any) -> Measure:
        total = Measure()
        for node in selections.selections:
            total += Measure(directives=len(node.directives or ()))
            if isinstance(node, FieldNode):
                total += Measure(aliases=1 if node.alias else 0) + self.introspect(node, parent)
            elif isinstance(node, InlineFragmentNode):
                total += self.introspect_set(node.selection_set, parent)
            elif isinstance(node, FragmentSpreadNode):
                total += self.introspect_spread(node.name.value, parent)
        return total

    def introspect_spread(self, name: str, parent: Any) -> Measure:
        fragment, key = self.fragments.get(name), (name, -1, False)
        if fragment is None or name in self.open:
            return Measure(spreads=1)
        if key not in self.known:
            self.open.add(name)
            self.known[key] = self.introspect_set(fragment.selection_set, parent)
            self.open.remove(name)
        return self.known[key] + Measure(spreads=1)

    def page(self, node: FieldNode) -> int | None:
        """The size that a field's arguments ask for; None where they name none."""
        sizes = []
        for argument in node.arguments or ():
            name, value = argument.name.value, argument.value
            if name == "ids":
                given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else value
                sizes.append(
                    len(given.values)
                    if isinstance(given, ListValueNode)
                    else len(given)
                    if isinstance(given, list)
                    else 1
                )
            elif name in ("first", "last"):
                sizes.append(self.number(value))
        return min(max(sizes), self.most) if sizes else None

    def number(self, value: Any) -> int:
        if isinstance(value, VariableNode):
            given = self.variables.get(value.name.value, self.defaults.get(value.name.value, DEFAULT_PAGE))
            value = DEFAULT_PAGE if given is None else given
        elif isinstance(value, IntValueNode):
            value = value.value
        try:
            return max(0, min(int(value), self.most))
        except (TypeError, ValueError):
            return self.most

    def type(self, name: str) -> Any:
        return self.schema.type_map.get(name)


def _deeper(inner: Measure, weight: int, size: int) -> Measure:
    return Measure(
        inner.depth + 1,
        weight + size * inner.cost,
        inner.introspection,
        inner.aliases,
        inner.directives,
        inner.spreads,
        0,
    )


def _no_column(*_: Any) -> list[Any]:
    return []
