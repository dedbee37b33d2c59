"""The query index: what goes in comes out, in a fixed order, from few bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.index import Index, IndexBuilder
from kg.index.columns import END, StringCells, StringColumn
from kg.index.csr import closure_of, csr_of, inverse_of, widened
from kg.index.names import fold
from kg.query.plan import threshold
from schema import Edge, EntityId, Evidence, Node, Support
from schema.errors import StoreError

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
CERTAINTY = st.floats(0, 1)


def _built(nodes: Iterable[Node], path: str | Path) -> Index:
    builder = IndexBuilder(path)
    for node in nodes:
        builder.add(node)
    builder.finish()
    return Index.open(path)


@st.composite
def supports(draw: st.DrawFn, properties: dict[str, Any]) -> tuple[Support, ...]:
    found = []
    for maker in draw(st.lists(st.sampled_from(("rules@1", "llm@2", "source")), max_size=2, unique=True)):
        section = draw(st.sampled_from(("title", "abstract", "source")))
        text = properties.get(section, "")
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        quote = text[start:end] if draw(st.booleans()) else draw(TEXT)
        cues = tuple(draw(st.lists(TEXT, max_size=2)))
        found.append(Support(Evidence(quote, section, start, end), draw(CERTAINTY), maker, cues))
    return tuple(found)


@st.composite
def papers(draw: st.DrawFn) -> list[Node]:
    nodes = [
        Node(EntityId(f"dataset/{key}"), "Dataset", draw(TEXT), {"aliases": tuple(draw(st.lists(TEXT, max_size=2)))})
        for key in "ab"
    ]
    for number in range(draw(st.integers(0, 3))):
        properties: dict[str, Any] = {"title": draw(TEXT), "sources": tuple(draw(st.lists(TEXT, max_size=2)))}
        properties |= draw(
            st.fixed_dictionaries(
                {},
                optional={"abstract": TEXT, "year": st.integers(1400, 2200), "retracted": st.booleans(), "doi": TEXT},
            )
        )
        edges = [
            Edge(relation, EntityId(f"dataset/{key}"), draw(supports(properties)))
            for relation in ("introducesDataset", "usesDataset")
            for key in draw(st.lists(st.sampled_from("ab"), unique=True))
        ]
        nodes.append(Node(EntityId(f"paper/{number}"), "Paper", properties["title"], properties, tuple(edges)))
    return draw(st.permutations(nodes))


@settings(max_examples=25)
@given(papers())
def test_every_node_comes_back_exactly_as_it_was_added(nodes: list[Node]) -> None:
    with tempfile.TemporaryDirectory() as path:
        index = _built(nodes, path)

        for node in nodes:
            place = index.find(node.id)
            assert place is not None
            assert index.node(*place) == node
        assert sum(index.counts.values()) == len(nodes)


def test_the_same_nodes_make_the_same_bytes(tmp_path: Path) -> None:
    nodes = [Node(EntityId(f"dataset/{n}"), "Dataset", f"Set {n}", {"aliases": ("x", "ß")}) for n in range(50)]
    _built(nodes, tmp_path / "one")
    _built(nodes, tmp_path / "two")

    for name in ("arrays.bin", "records.bin", "meta.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_edge_without_its_target_is_refused_with_its_name(tmp_path: Path) -> None:
    lost = Node(EntityId("paper/a"), "Paper", "A", {}, (Edge("usesDataset", EntityId("dataset/gone")),))

    with pytest.raises(StoreError, match=r"usesDataset .* 'paper/a' to 'dataset/gone'"):
        _built([lost], tmp_path)


def test_a_second_node_of_one_id_is_refused(tmp_path: Path) -> None:
    twice = Node(EntityId("dataset/a"), "Dataset", "A")

    with pytest.raises(StoreError, match="comes twice"):
        _built([twice, twice], tmp_path)


def test_a_folder_without_an_index_or_with_another_format_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="kg load"):
        Index.open(tmp_path)
    (tmp_path / "meta.json").write_text('{"format": 0}')
    with pytest.raises(StoreError, match="format 0"):
        Index.open(tmp_path)


def test_a_digest_changes_with_the_node_and_its_edges_alone(tmp_path: Path) -> None:
    dataset = Node(EntityId("dataset/a"), "Dataset", "A")
    plain = Node(EntityId("paper/a"), "Paper", "A", {"title": "A"})
    linked = Node(EntityId("paper/a"), "Paper", "A", {"title": "A"}, (Edge("usesDataset", EntityId("dataset/a")),))
    before, after = _built([dataset, plain], tmp_path / "1"), _built([dataset, linked], tmp_path / "2")

    assert before.digests("Dataset") == after.digests("Dataset")
    assert before.digests("Paper") != after.digests("Paper")


# -- adjacency ------------------------------------------------------------------

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from((0.25, 0.5, 1.0))), max_size=20,
                 unique_by=lambda p: p[:2])  # fmt: skip


def _csr(pairs: list[tuple[int, int, float]]) -> Any:
    sources, targets, sure = (np.array([p[i] for p in pairs], dtype=d) for i, d in ((0, int), (1, int), (2, float)))
    return csr_of(sources, targets, sure, 5)


@given(PAIRS, st.lists(st.integers(0, 4)), st.sampled_from((0.0, 0.3, 0.9)))
def test_neighbours_of_many_rows_are_those_of_each_row(
    pairs: list[tuple[int, int, float]], rows: list[int], sure: float
) -> None:
    csr = _csr(pairs)
    each = [[t for s, t, c in sorted(pairs, key=lambda p: p[0]) if s == row and c >= sure] for row in rows]

    assert csr.gather(np.array(rows, dtype=int), sure).tolist() == [t for row in each for t in row]
    assert [csr.sure_of(row, sure).tolist() for row in rows] == each
    assert csr.degrees(sure)[np.array(rows, dtype=int)].tolist() == [len(row) for row in each]


@given(PAIRS)
def test_the_inverse_of_the_inverse_has_the_same_edges(pairs: list[tuple[int, int, float]]) -> None:
    back = inverse_of(inverse_of(_csr(pairs), 5), 5)
    found = [(s, int(t)) for s in range(5) for t in back.of(s)]

    assert found == sorted((s, t) for s, t, _ in pairs)


@given(PAIRS, PAIRS)
def test_widening_adds_what_is_broader_at_any_distance_at_its_surest(
    pairs: list[tuple[int, int, float]], broader: list[tuple[int, int, float]]
) -> None:
    above: dict[int, set[int]] = {n: {n} for n in range(5)}
    for _ in range(5):
        for low, high, _sure in broader:
            above[low] |= above[high]
    wanted: dict[tuple[int, int], float] = {}
    for source, target, sure in pairs:
        for high in above[target]:
            wanted[source, high] = max(sure, wanted.get((source, high), 0))

    wide = widened(_csr(pairs), closure_of(_csr(broader)))
    found = {(s, int(t)): float(c) for s in range(5) for t, c in zip(wide.of(s), wide.confidence[wide.ptr[s]:wide.ptr[s + 1]], strict=True)}  # fmt: skip # noqa: E501

    assert found == wanted


# -- columns and names ----------------------------------------------------------


@given(st.lists(st.lists(TEXT, max_size=2), max_size=6), st.one_of(TEXT, st.sampled_from("aAßİΣ")))
def test_a_search_in_a_column_finds_what_a_search_in_each_row_finds(rows: list[list[str]], text: str) -> None:
    cells = StringCells()
    for place, values in enumerate(rows):
        if values:
            cells.add(place, tuple(values))
    blob, offsets = cells.in_order(np.arange(len(rows))[::-1])
    column, rows = StringColumn(blob, 0, offsets), rows[::-1]

    assert [column.values(r) for r in range(len(rows))] == rows
    for found, test in (
        (column.find(text), lambda v: text in v),
        (column.find(text, at_start=True), lambda v: v.startswith(text)),
        (column.find(text, whole=True), lambda v: v == text),
        (column.lower.find(text.lower()), lambda v: text.lower() in v.lower()),
    ):
        assert found.tolist() == [r for r, values in enumerate(rows) if any(map(test, values))]
    assert END not in "".join(column.firsts(range(len(rows))))


@given(TEXT)
def test_folding_a_name_twice_is_folding_it_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.floats(0.0001, 1), st.floats(0.0001, 1))
def test_a_threshold_parts_stored_confidences_as_it_parts_the_stated_ones(stated: float, at_least: float) -> None:
    stated = float(f"{stated:.4g}")

    assert (np.float32(stated) >= threshold(at_least)) == (stated >= at_least)
