"""Answering GraphQL requests: documents prepared once, operations measured, planned and run over one snapshot.

The HTTP route and the command line both call `Service.answer`; it knows no HTTP.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import orjson
from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    execute_sync,
    get_variable_values,
    is_non_null_type,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.validation import MaxIntrospectionDepthRule, NoSchemaIntrospectionCustomRule

from graphql_api.batch import Context
from graphql_api.errors import PARSE_CODE, RequestErrors, formatted, request_error
from graphql_api.limits import Limits, Measure, exceeded, introspection_cost, limit_error, measure
from graphql_api.plan import Call, Compiler, Selections, variables_in
from graphql_api.root import schema as whole_schema

if TYPE_CHECKING:
    from kg.query import Graph

_INTROSPECTION: Final = frozenset({"__schema", "__type"})
_MOST_ERRORS: Final = 5
_LONGEST_NAME: Final = 200

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last so many values that were put in."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value of a key, which counts as used now."""
        try:
            self._kept.move_to_end(key)
            return self._kept[key]
        except KeyError:
            return None

    def put(self, key: K, value: V) -> V:
        """Keep a value; the one that was not used for the longest time may go."""
        self._kept[key] = value
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Question:
    """One GraphQL request as its door read it; `sha256` is set where the text is to be looked up."""

    query: str | None
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    sha256: str | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as JSON; `ran` is false where nothing ran: there is no data then, only errors."""

    body: bytes
    ran: bool
    clean: bool
    """Whether it has no error, and so may be kept for the next who asks."""


@dataclass(slots=True)
class Prepared:
    """A document that was parsed and validated, with what was found out about its operations."""

    document: DocumentNode
    operations: dict[str, OperationDefinitionNode]
    deciding: tuple[str, ...]
    """The variables in directives: they decide what is included, so each choice has its own plan."""
    sized: bool
    """Whether variables decide sizes of pages, so that each choice is measured anew."""
    plans: Recent[Any, Selections] = field(default_factory=lambda: Recent(16))


class Service:
    """Answers GraphQL requests; safe for threads: what it remembers depends on the documents alone."""

    def __init__(self, limits: Limits | None = None, min_confidence: float = 0.0) -> None:
        self.limits = limits or Limits()
        self.min_confidence = min_confidence
        self.schema: GraphQLSchema = whole_schema()
        self._introspection = 2 * introspection_cost(self.schema)
        self._prepared: Recent[str, Prepared | list[GraphQLError]] = Recent(500)
        self._persisted: Recent[str, str] = Recent(2000)
        extra = (MaxIntrospectionDepthRule,) if self.limits.introspection else (NoSchemaIntrospectionCustomRule,)
        self._rules = (*specified_rules, *extra)

    def answer(self, graph: Graph, question: Question) -> Answer:
        """Run a request over a graph. Never raises: errors are part of the answer."""
        try:
            prepared = self.prepare(self.text_of(question))
            result = self._run(graph, prepared, question)
        except RequestErrors as err:
            return failure(err.errors)
        return Answer(orjson.dumps(result), "data" in result, "errors" not in result)

    def text_of(self, question: Question) -> str:
        """The text of a request, which may be known by its hash alone (automatic persisted queries).

        Raises `RequestErrors` where the hash is unknown or does not fit.
        """
        if question.sha256 is None:
            if question.query is None:
                raise request_error("The request has no `query`.")
            return question.query
        if question.query is None:
            known = self._persisted.get(question.sha256)
            if known is None:
                raise request_error("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
            return known
        if hashlib.sha256(question.query.encode("utf-8", "surrogatepass")).hexdigest() != question.sha256:
            raise request_error("The `sha256Hash` is not that of the `query`.", "persisted-query-mismatch")
        return self._persisted.put(question.sha256, question.query)

    def prepare(self, text: str) -> Prepared:
        """Parse and validate a document, or remember what came of it; raises `RequestErrors`."""
        known = self._prepared.get(text)
        if known is None:
            try:
                known = self._parsed(text)
            except GraphQLError as err:
                known = [
                    GraphQLError(
                        err.message,
                        err.nodes,
                        err.source,
                        err.positions,
                        extensions={"code": PARSE_CODE, **(err.extensions or {})},
                    )
                ]
            except RecursionError:
                known = [limit_error("depth", self.limits.tokens, self.limits.depth, "nest fewer fields")]
            self._prepared.put(text, known)
        if isinstance(known, list):
            raise RequestErrors(*known)
        return known

    def operation_of(self, prepared: Prepared, name: str | None) -> OperationDefinitionNode:
        """The operation to run; raises `RequestErrors` where the name fits none."""
        if name:
            found = prepared.operations.get(name)
            if found is None:
                raise request_error(f"There is no operation named {name[:_LONGEST_NAME]!r}.")
        else:
            if len(prepared.operations) != 1:
                raise request_error("The document has several operations; name one as `operationName`.")
            found = next(iter(prepared.operations.values()))
        return found

    def _parsed(self, text: str) -> Prepared | list[GraphQLError]:
        limits = self.limits
        try:
            document = parse(text, max_tokens=limits.tokens)
        except GraphQLError as err:
            if "tokens" in err.message:
                raise limit_error("tokens", limits.tokens + 1, limits.tokens, "send a shorter document") from err
            raise
        operations = {
            d.name.value if d.name else "": d for d in document.definitions if isinstance(d, OperationDefinitionNode)
        }
        if len(operations) > limits.operations:
            return [limit_error("operations", len(operations), limits.operations, "send fewer in one document")]
        # Cheap and with a memory for fragments, so it goes before the rules of the specification.
        over = [e for o in operations.values() for e in self._over(self._measured(document, o, {}))]
        if over:
            return over[:_MOST_ERRORS]
        if errors := validate(self.schema, document, self._rules, max_errors=_MOST_ERRORS):
            return [_with_code(e, PARSE_CODE) for e in errors]
        return Prepared(document, operations, _deciding(document), _is_sized(document))

    def _measured(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> Measure:
        return measure(self.schema, document, operation, variables, self.limits.page)

    def _over(self, found: Measure) -> list[GraphQLError]:
        return exceeded(found, self.limits, self._introspection)

    def _run(self, graph: Graph, prepared: Prepared, question: Question) -> dict[str, Any]:
        operation = self.operation_of(prepared, question.operation)
        if operation.operation is not OperationType.QUERY:
            raise request_error(f"The graph is read only: there is no {operation.operation.value}.")
        given = dict(question.variables)
        variables = get_variable_values(
            self.schema, operation.variable_definitions or (), given, max_errors=_MOST_ERRORS
        )
        if isinstance(variables, list):
            raise RequestErrors(*(_with_code(e, "bad-request") for e in variables))
        if prepared.sized and (over := self._over(self._measured(prepared.document, operation, given))):
            raise RequestErrors(*over[:_MOST_ERRORS])
        context = Context(
            graph, time.monotonic() + self.limits.timeout_s, self.limits, self.min_confidence, variables,
            self.schema.type_map, question.explain,
        )  # fmt: skip
        return self._result(context, prepared, operation, given)

    def _result(
        self, context: Context, prepared: Prepared, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> dict[str, Any]:
        query = self.schema.query_type
        assert query is not None
        data: dict[str, Any] = {}
        errors: list[GraphQLError] = []
        try:
            calls = self._plan(prepared, operation, context.variables).of(query)
            for call in calls:
                data[call.key] = None
                try:
                    data[call.key] = call.column(context, [None], call)[0]
                except GraphQLError as err:
                    errors.append(err if err.path else _located(err, call))
                except Exception as err:  # noqa: BLE001 - masked, logged and answered as an error of this field
                    errors.append(_located(err, call))
        except GraphQLError as err:
            raise RequestErrors(_with_code(err, "bad-request")) from err
        if any(_is_introspection(call) for call in calls):
            self._introspect(prepared, operation, given, data, errors)
        # A field that must not be null takes the whole answer with it: "Handling Execution Errors" of the specification.
        whole = all(
            data[c.key] is not None or not is_non_null_type(c.field.type) or _is_introspection(c) for c in calls
        )
        result: dict[str, Any] = {"data": data if whole else None}
        if errors:
            result["errors"] = [formatted(e) for e in errors[: 4 * _MOST_ERRORS]]
        if context.explain:
            result["extensions"] = {"explain": context.explained}
        return result

    def _plan(self, prepared: Prepared, operation: OperationDefinitionNode, variables: Any) -> Selections:
        """The plan for these values of the variables that decide what is included."""
        name = operation.name.value if operation.name else ""
        key = (name, *(variables.coerced.get(v) for v in prepared.deciding))
        plan = prepared.plans.get(key)
        if plan is None:
            plan = Compiler(self.schema, prepared.document, variables).root(operation)
            prepared.plans.put(key, plan)
        return plan

    def _introspect(
        self,
        prepared: Prepared,
        operation: OperationDefinitionNode,
        given: dict[str, Any],
        data: dict[str, Any],
        errors: list[GraphQLError],
    ) -> None:
        """Let graphql-core answer what is asked of the schema itself; our own root fields are null there."""
        name = operation.name.value if operation.name else None
        found = execute_sync(self.schema, prepared.document, None, variable_values=given, operation_name=name)
        asked = found.data or {}
        for key in data:
            if key in asked and asked[key] is not None and data[key] is None:
                data[key] = asked[key]
        errors += found.errors or []


def _is_introspection(call: Call) -> bool:
    return call.nodes[0].name.value in _INTROSPECTION


def failure(errors: list[GraphQLError]) -> Answer:
    """The answer of a request that did not run."""
    return Answer(orjson.dumps({"errors": [formatted(e) for e in errors]}), False, False)


def _deciding(document: DocumentNode) -> tuple[str, ...]:
    found: list[str] = []

    class Directives(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            found.extend(variables_in(node.arguments or ()))

    visit(document, Directives())
    return tuple(sorted(set(found)))


def _is_sized(document: DocumentNode) -> bool:
    found: list[str] = []

    class Sizes(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            if node.name.value in ("first", "last", "ids"):
                found.extend(variables_in([node]))

    visit(document, Sizes())
    return bool(found)


def _located(err: Exception, call: Call) -> GraphQLError:
    if isinstance(err, GraphQLError):
        return GraphQLError(
            err.message, call.nodes, path=call.path, original_error=err.original_error, extensions=err.extensions
        )
    return GraphQLError(str(err), call.nodes, path=call.path, original_error=err)


def _with_code(err: GraphQLError, code: str) -> GraphQLError:
    return GraphQLError(
        err.message, err.nodes, err.source, err.positions, extensions={"code": code, **(err.extensions or {})}
    )
