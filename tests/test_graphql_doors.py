"""GraphQL and the Python API give the same answers on random graphs and random filters; with SPARQL the API is held
to the same answers in `test_query_explain`."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_graph import random_nodes
from test_query_explain import GRAPHS, questions

from graphql_api.inputs import BARE
from graphql_api.limits import Limits
from graphql_api.naming import links_of, literal_field
from graphql_api.service import Question, Service
from kg.index import IndexBuilder
from kg.query import Graph, fields
from schema.vocabulary import CLASS, LITERALS

LIMITS = Limits(conditions=5000, nesting=200, depth=30)
SHOWN = {t.field: literal_field(t) for t in LITERALS if t.field != literal_field(t)}


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> list[Graph]:
    made = []
    for seed in range(GRAPHS):
        path = tmp_path_factory.mktemp("index")
        builder = IndexBuilder(path)
        for node in random_nodes(seed):
            builder.add(node)
        builder.finish()
        made.append(Graph.open(path))
    return made


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(LIMITS)


def as_graphql(cls: str, where: dict[str, Any]) -> dict[str, Any]:
    """A filter of the Python API in the forms that GraphQL has: no short forms but those of the schema."""
    return {k: v for name, value in where.items() for k, v in [_condition(cls, name, value)]}


def _condition(cls: str, name: str, value: Any) -> tuple[str, Any]:
    if name in ("and", "or"):
        return name, [as_graphql(cls, part) for part in value]
    if name == "not":
        return name, as_graphql(cls, value)
    if name == "minConfidence":
        return name, value
    field = fields(cls)[name]
    if field.kind == "relation":
        if name in BARE:
            return (name, value) if isinstance(value, bool) else (BARE[name], _related(field.far, value))
        return name, {"isNull": not value} if isinstance(value, bool) else _related(field.far, value)
    if field.kind == "bool":
        assume("isNull" not in value)
        return name, value["eq"]
    return SHOWN.get(name, name), value


def _related(far: str, value: dict[str, Any]) -> dict[str, Any]:
    def inner(op: str, operand: Any) -> Any:
        if op == "count":
            return {k: as_graphql(far, v) if k == "where" else v for k, v in operand.items()}
        return as_graphql(far, operand) if isinstance(operand, dict) else operand

    return {op: inner(op, operand) for op, operand in value.items()}


def ask(service: Service, graph: Graph, query: str, variables: dict[str, Any]) -> Any:
    answer = orjson.loads(service.answer(graph, Question(query, variables)).body)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


@settings(max_examples=120)
@given(questions(), st.integers(1, 7))
def test_pages_in_graphql_are_the_selection_in_python(
    graphs: list[Graph], service: Service, asked: Any, size: int
) -> None:
    number, cls, where, order, sure = asked
    graph, plural = graphs[number], CLASS[cls].plural
    query = f"""query ($w: {cls}Filter, $o: [{cls}Order!], $s: Float, $n: Int, $a: String) {{
        {plural}(where: $w, orderBy: $o, minConfidence: $s, first: $n, after: $a) {{
            totalCount nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"""
    variables = {"w": as_graphql(cls, where), "o": order, "s": sure, "n": size, "a": None}
    found: list[str] = []
    while True:
        page = ask(service, graph, query, variables)[plural]
        found += [n["id"] for n in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        variables["a"] = page["pageInfo"]["endCursor"]

    expected = graph.find(cls, where, order, sure)
    assert (page["totalCount"], found) == (expected.total, expected.ids())


@settings(max_examples=60)
@given(questions())
def test_lists_of_a_node_are_those_that_are_related_and_match(
    graphs: list[Graph], service: Service, asked: Any
) -> None:
    number, cls, where, order, sure = asked
    graph = graphs[number]
    for link in (k for near in CLASS for k in links_of(near) if k.target == cls and k.shape != "single"):
        near = link.edge.range if link.inverse else link.edge.domain
        wrap = "nodes { id }" if link.shape == "connection" else "id"
        size = "first: 100, " if link.shape == "connection" else ""
        listed = f"{link.field}({size}where: $w, orderBy: $o, minConfidence: $s) {{ {wrap} }}"
        query = f"""query ($w: {cls}Filter, $o: [{cls}Order!], $s: Float) {{
            {CLASS[near].plural}(first: 100) {{ nodes {{ id {listed} }} }} }}"""
        nodes = ask(service, graph, query, {"w": as_graphql(cls, where), "o": order, "s": sure})[CLASS[near].plural]
        ids = [n["id"] for n in nodes["nodes"]]
        related = graph.related(ids, link.edge.name, link.inverse, where, order, sure)
        for node, selection in zip(nodes["nodes"], related, strict=True):
            found = node[link.field]["nodes"] if link.shape == "connection" else node[link.field]
            got = [n["id"] for n in found]
            if link.edge.in_order and not link.inverse and not order:
                assert sorted(got) == sorted(selection.ids())  # as printed
            else:
                assert got == selection.ids(), (link, node["id"])
