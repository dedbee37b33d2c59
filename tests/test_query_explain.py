"""Index and SPARQL give the same answers in the same order, on random graphs and random filters."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graph import SIZES, WORDS, random_nodes

from kg.index import IndexBuilder
from kg.query import Graph, fields, plan
from kg.statements import statements_for
from schema import DEFAULT_BASE, Node
from schema.vocabulary import CLASS

GRAPHS = 8


class Both(NamedTuple):
    """One graph in both forms."""

    graph: Graph
    store: ox.Store


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> list[Both]:
    return [_build(tmp_path_factory.mktemp("index"), random_nodes(seed)) for seed in range(GRAPHS)]


def _build(path: Path, nodes: list[Node]) -> Both:
    builder, store = IndexBuilder(path), ox.Store()
    for node in nodes:
        builder.add(node)
        text = "".join(s.nquad() for s in statements_for(node, DEFAULT_BASE))
        store.load(text.encode(), ox.RdfFormat.N_QUADS)
    builder.finish()
    return Both(Graph.open(path), store)


# -- random filters -----------------------------------------------------------

_THRESHOLDS = st.sampled_from((0.0, 0.2, 0.5, 0.6, 0.7, 0.9, 1.0))
_COUNTS = st.dictionaries(
    st.sampled_from(("eq", "ne", "lt", "lte", "gt", "gte")), st.integers(0, 3), min_size=1, max_size=2
)


def _ids(cls: str) -> st.SearchStrategy[str]:
    return st.integers(0, SIZES[cls] - 1).map(lambda n: f"{CLASS[cls].type}/{n}")


@st.composite
def wheres(draw: st.DrawFn, cls: str, depth: int = 3) -> dict[str, Any]:
    where: dict[str, Any] = {}
    for _ in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(("field", "field", "field", "and", "or", "not", "sure")))
        if kind == "field" or depth == 0:
            field = fields(cls)[draw(st.sampled_from([n for n, f in fields(cls).items() if f.kind != "text"]))]
            if field.kind == "relation":
                where[field.name] = draw(_relation(field, depth))
            elif field.literal != "abstract":
                where[field.name] = draw(_literal(cls, field.kind))
        elif kind in ("and", "or"):
            where[kind] = draw(st.lists(wheres(cls, depth - 1), max_size=2))
        elif kind == "not":
            where["not"] = draw(wheres(cls, depth - 1))
        else:
            where["minConfidence"] = draw(_THRESHOLDS)
    return where


@st.composite
def _relation(draw: st.DrawFn, field: Any, depth: int) -> Any:
    operators = ["is", "exactly", "any", "all", "none", "isNull", "bool", "count"]
    op = draw(st.sampled_from(operators + ["some", "every", "none-of", "count-of"] * 2 if depth else operators))
    asked: dict[str, Any] = {}
    if op == "bool":
        return draw(st.booleans())
    if op in ("is", "exactly"):
        asked[op] = draw(_ids(field.far))
    elif op in ("any", "all", "none"):
        asked[op] = draw(st.lists(_ids(field.far), max_size=2))
    elif op == "isNull":
        asked[op] = draw(st.booleans())
    elif op in ("some", "every", "none-of"):
        asked[op.removesuffix("-of")] = draw(wheres(field.far, depth - 1))
    else:
        asked["count"] = draw(_COUNTS)
        if op == "count-of":
            asked["count"]["where"] = draw(wheres(field.far, depth - 1))
    if draw(st.booleans()):
        asked["minConfidence"] = draw(_THRESHOLDS)
    if field.wide and draw(st.booleans()):
        asked["narrower"] = draw(st.booleans())
    return asked


@st.composite
def _literal(draw: st.DrawFn, cls: str, kind: str) -> Any:
    if kind == "id":
        return {"in": draw(st.lists(_ids(cls), max_size=3))}
    values = {
        "int": st.integers(2018, 2024), "float": st.sampled_from((0.5, 0.75, 1.5, 12)), "bool": st.booleans(),
        "enum": st.sampled_from(("released", "promised", "none")), "date": st.sampled_from(("2020", "2021")),
    }.get(kind, st.sampled_from((*WORDS, "https://a.example/x")))  # fmt: skip
    operators = {
        "bool": ("eq",), "enum": ("eq", "ne", "in"), "string": ("eq", "ne", "in", "contains", "startsWith"),
        "label": ("eq", "ne", "in", "contains", "startsWith"),
    }.get(kind, ("eq", "ne", "lt", "lte", "gt", "gte", "in", "between"))  # fmt: skip
    op = draw(st.sampled_from(operators + (() if kind == "label" else ("isNull",))))
    if op == "isNull":
        return {op: draw(st.booleans())}
    if op in ("contains", "startsWith"):
        return {op: draw(st.sampled_from(("lung", "LUNG c", "ä", '"b', "zz", "https:", "")))}
    return {op: draw(values if op not in ("in", "between") else st.lists(values, min_size=2, max_size=2))}


ORDERS: dict[str, list[str]] = {
    "Paper": ["year", "title", "date", "codeStatus", "id", "citedByCount", "usesDatasetsCount", "retracted"],
    "Dataset": ["usedByCount", "name", "introducedByCount"],
    "Method": ["usedByCount", "proposedByCount"],
    "Modality": ["targetedByCount", "narrowerCount", "prefLabel"],
    "Task": ["addressedByCount", "resultsCount"],
    "Result": ["number", "isChange", "metric"],
    "Person": ["authorOfCount", "orcid"],
}


@st.composite
def questions(draw: st.DrawFn) -> tuple[int, str, dict[str, Any], list[dict[str, str]], float]:
    cls = draw(st.sampled_from(["Paper", "Paper", "Paper", *ORDERS]))
    order = draw(st.lists(st.sampled_from(ORDERS[cls]), max_size=2, unique=True))
    directions = [{name: draw(st.sampled_from(("ASC", "DESC")))} for name in order]
    sure = draw(st.sampled_from((0.0, 0.0, 0.0, 0.5, 0.8)))
    return draw(st.integers(0, GRAPHS - 1)), cls, draw(wheres(cls)), directions, sure


@settings(max_examples=300)
@given(questions())
def test_index_and_sparql_answer_alike(
    graphs: list[Both], question: tuple[int, str, dict[str, Any], list[dict[str, str]], float]
) -> None:
    number, cls, where, order, sure = question
    graph, store = graphs[number]

    # Every way to join is tried, though the graphs are small.
    with patch.object(plan, "_FEW", number % 2 * 64), patch.object(plan, "_SPARSE", number % 3):
        ours = graph.find(cls, where, order, sure)
    text = graph.sparql_for(cls, where, order, min_confidence=sure)
    theirs = [row["s"].value.removeprefix(DEFAULT_BASE) for row in store.query(text)]

    assert ours.ids() == theirs, text
    assert ours.ids(2, 1) == theirs[1:3]
    assert ours.total == len(theirs)


@given(st.integers(0, GRAPHS - 1))
def test_a_random_node_comes_back_as_it_was_given(graphs: list[Both], number: int) -> None:
    for node in random_nodes(number):
        assert graphs[number].graph.node(node.id) == node
