"""A document compiled once: fields merged, fragments resolved, constant arguments read.

The plan depends on the document, the operation and the values of the variables
in `@skip` and `@include`; everything else about the variables is read when the
plan runs. Source of the rules: "CollectFields" and "MergeSelectionSets" of the
GraphQL specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLString,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_argument_values,
    get_directive_values,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    visit,
)

from graphql_api.batch import Batched, Column, Named

_TYPENAME = GraphQLField(GraphQLNonNull(GraphQLString))


@dataclass(slots=True)
class Call:
    """One field of a selection: under which key, answered by which column, with which arguments and sub-selection."""

    key: str
    field: GraphQLField
    nodes: list[FieldNode]
    column: Column
    child: Selections
    path: list[str | int]
    constant: dict[str, Any] | None

    def arguments(self, variables: Any) -> dict[str, Any]:
        """The arguments, coerced, with defaults; raises GraphQLError for a value that does not fit."""
        if self.constant is not None:
            return self.constant
        return get_argument_values(self.field, self.nodes[0], variables)


@dataclass(slots=True)
class Selections:
    """Selection sets that are to be merged, compiled for each concrete type when it is first met."""

    compiler: Compiler
    sets: list[SelectionSetNode]
    path: list[str | int]
    _calls: dict[str, list[Call]] = field(default_factory=dict)

    def of(self, type_: Named) -> list[Call]:
        """The fields to answer on objects of a type, in the order of the answer."""
        known = self._calls.get(type_.name)
        if known is None:
            known = self._calls[type_.name] = self.compiler.calls(type_, self.sets, self.path)
        return known


class Compiler:
    """Compiles the selections of one operation for one choice of `@skip` and `@include`."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Any) -> None:
        self.schema = schema
        self.variables = variables
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }

    def root(self, operation: OperationDefinitionNode) -> Selections:
        """The selections of the operation itself."""
        return Selections(self, [operation.selection_set], [])

    def calls(self, declared: Named, sets: list[SelectionSetNode], path: list[str | int]) -> list[Call]:
        """The merged fields of some selection sets on objects of a type."""
        type_ = cast("GraphQLObjectType", self.schema.type_map[declared.name])
        grouped: dict[str, list[FieldNode]] = {}
        # Shared by all sets: else fragments that spread each other twice cost two to the power of the depth.
        seen: set[str] = set()
        for set_ in sets:
            self._collect(type_, set_.selections, grouped, seen)
        return [self._call(type_, key, nodes, path) for key, nodes in grouped.items()]

    def _call(self, type_: GraphQLObjectType, key: str, nodes: list[FieldNode], path: list[str | int]) -> Call:
        name = nodes[0].name.value
        here = [*path, key]
        child = Selections(self, [n.selection_set for n in nodes if n.selection_set], here)
        if name == "__typename":
            own = type_.name
            return Call(key, _TYPENAME, nodes, lambda _c, parents, _k: [own] * len(parents), child, here, {})
        definition = type_.fields.get(name)
        if definition is None:  # an introspection field of the root: graphql-core answers it
            return Call(key, _TYPENAME, nodes, lambda _c, parents, _k: [None] * len(parents), child, here, {})
        if _is_list(definition.type):
            child.path = [*here, 0]
        plan: Batched = definition.extensions["batched"]
        constant = None if uses_variables(nodes[0].arguments or ()) else get_argument_values(definition, nodes[0])
        return Call(key, definition, nodes, plan.column, child, here, constant)

    def _collect(
        self,
        type_: GraphQLObjectType,
        nodes: Iterable[SelectionNode],
        grouped: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in nodes:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                grouped.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(type_, node.type_condition):
                    self._collect(type_, node.selection_set.selections, grouped, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(type_, fragment.type_condition):
                    self._collect(type_, fragment.selection_set.selections, grouped, seen)

    def _included(self, node: SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and (include is None or include["if"] is True)

    def _applies(self, type_: GraphQLObjectType, condition: Any) -> bool:
        if condition is None:
            return True
        wanted = type_from_ast(self.schema, condition)
        if wanted is type_:
            return True
        return isinstance(wanted, GraphQLAbstractType) and self.schema.is_sub_type(wanted, type_)


def uses_variables(nodes: Iterable[Any]) -> bool:
    """Whether any variable stands in some nodes."""
    return any(True for _ in variables_in(nodes))


def variables_in(nodes: Iterable[Any]) -> Iterator[str]:
    """The names of the variables that stand in some nodes."""
    for node in nodes:
        names: list[str] = []

        class Names(Visitor):
            def enter_variable(self, variable: VariableNode, *_: Any) -> None:
                names.append(variable.name.value)  # noqa: B023 - read before the next turn

        visit(node, Names())
        yield from names


def _is_list(type_: Any) -> bool:
    return is_list_type(type_.of_type if is_non_null_type(type_) else type_)
