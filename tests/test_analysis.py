"""Measures of the field: shares with intervals, trends, gaps, co-use, communities, leaderboards."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.analysis import (
    as_csv,
    as_markdown,
    centralities,
    co_use,
    communities,
    gaps,
    leaderboards,
    metric,
    openness,
    overall,
    trends,
    wilson,
)
from kg.analysis.metrics import metrics
from kg.index import IndexBuilder
from kg.query import Graph
from schema.errors import BadFilter
from schema.node import Edge, Node
from tests.plain_graph import edge


def paper(key, year, code, *edges):
    links = [*edges, *([edge("releasesCode", f"repository/{key}")] if code else [])]
    status = "released" if code else "none"
    properties = {"title": key, "year": year, "codeStatus": status}
    return Node(f"paper/{key}", "Paper", key, properties, tuple(sorted(links, key=lambda e: (e.relation, e.target))))


def uses(*names):
    return [edge("usesDataset", f"dataset/{n}") for n in names] + [edge("addressesTask", "task/seg")]


def result(key, name, value, unit=None, dataset="a", change=False):
    properties = {"metric": name, "value": value, "number": float(value), "isChange": change}
    if unit:
        properties["unit"] = unit
    edges = (Edge("onDataset", f"dataset/{dataset}"),) if dataset else ()
    return Node(f"result/{key}", "Result", f"{name} {value}", properties, edges)


def reports(*keys):
    return [edge("reportsResult", f"result/{k}", 0.9, f"we report {k}") for k in keys]


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    nodes = [
        paper("p1", 2020, True, *uses("a", "b"), edge("proposesMethod", "method/m1"), *reports("r1", "r5")),
        paper("p2", 2021, False, *uses("a", "b"), edge("proposesMethod", "method/m2"), *reports("r2")),
        paper("p3", 2021, True, *uses("c", "d"), edge("usesMethod", "method/m1"), *reports("r3", "r4")),
        paper("p4", 2021, True, *uses("c", "d"), edge("usesMethod", "method/m1")),
        paper("p5", 2021, False, *uses("a"), edge("targetsModality", "modality/ct"), *reports("r6", "r7")),
        paper("p6", 2019, False, *reports("r8")),
        *[Node(f"repository/p{i}", "Repository", "code") for i in (1, 3, 4)],
        *[Node(f"dataset/{d}", "Dataset", d.upper()) for d in "abcd"],
        *[Node(f"method/m{i}", "Method", f"M{i}") for i in (1, 2)],
        Node("task/seg", "Task", "segmentation"),
        Node("modality/ct", "Modality", "CT"),
        result("r1", "Dice", "0.91"),
        result("r2", "Dice score", "93.5", "%"),
        result("r3", "HD95", "3.2", "mm"),
        result("r4", "Dice", "5.0", "%", change=True),
        result("r5", "HD95", "2.1", "mm"),
        result("r6", "Dice", "0.91"),
        result("r7", "latency", "20", "ms", dataset=None),
        result("r8", "ELO", "1200", dataset=None),
    ]
    builder = IndexBuilder(path := tmp_path_factory.mktemp("index"))
    for node in nodes:
        builder.add(node)
    builder.finish()
    return Graph.open(path)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share_and_narrows_with_more_trials(one, two):
    successes, trials = min(one, two), max(one, two)
    low, high = wilson(successes, trials)

    assert 0 <= low <= high <= 1
    if trials:
        assert low - 1e-12 <= successes / trials <= high + 1e-12
        more = wilson(successes * 4, trials * 4)
        assert more[1] - more[0] < high - low + 1e-12


def test_code_release_by_year_and_overall(graph):
    rows = {r.label: r for r in openness(graph, by="year", min_papers=1)}

    assert (rows["2020"].papers, rows["2020"].releasing) == (1, 1)
    assert (rows["2021"].papers, rows["2021"].releasing, rows["2021"].share) == (4, 2, 0.5)
    assert overall(graph).releasing == 3 and overall(graph, where={"year": 2021}).papers == 4
    assert [r.label for r in openness(graph, by="year", min_papers=2)] == ["2021"]


def test_an_unknown_facet_is_refused(graph):
    with pytest.raises(BadFilter):
        openness(graph, by="colour")


def test_trends_count_and_share_by_year(graph):
    (task,) = trends(graph, by="task")

    assert task.label == "segmentation" and task.papers == {2019: 0, 2020: 1, 2021: 4} and task.total == 5
    (first, *_) = trends(graph, by="dataset", first=1)
    assert first.label == "A" and first.shares == {2019: 0.0, 2020: 1.0, 2021: 0.5}


def test_gaps_are_common_pairs_that_no_paper_joins(graph):
    found = gaps(graph, "segmentation", min_papers=2)

    assert [(g.dataset_label, g.method_label) for g in found] == []
    first = gaps(graph, "segmentation", min_papers=1)[0]
    assert (first.dataset_label, first.method_label, first.expected) == ("C", "M2", 2 * 1 / 5)


def test_co_use_counts_shared_papers_and_their_association(graph):
    pairs = {(p.a_label, p.b_label): p for p in co_use(graph)}

    assert set(pairs) == {("A", "B"), ("C", "D")}
    assert pairs["C", "D"].papers == 2 and pairs["C", "D"].association == 2 * 5 / (2 * 2)


def test_communities_are_what_hangs_together(graph):
    assert [c.labels for c in communities(graph)] == [("A", "B"), ("C", "D")]
    rows = {r.label: r for r in centralities(graph)}
    assert rows["A"].degree == 1 and rows["A"].strength == 2.0 and rows["A"].core == 1


def test_a_leaderboard_puts_values_on_one_scale_and_the_best_first(graph):
    (dice,) = leaderboards(graph, metric_name="DSC")

    assert (dice.dataset_label, dice.task_label, dice.metric.name) == ("A", "segmentation", "Dice")
    assert [(e.rank, e.value, e.method) for e in dice.entries] == [(1, 93.5, "M2"), (2, 91.0, "M1"), (2, 91.0, None)]
    assert dice.entries[0].printed == "93.5%" and dice.entries[0].quote == "we report r2"
    assert dice.entries[0].assumed == ("task", "method")


def test_a_result_without_dataset_takes_its_papers_only_one_and_says_so(graph):
    (time,) = leaderboards(graph, metric_name="latency")

    assert time.dataset_label == "A" and time.entries[0].assumed == ("task", "dataset")
    assert time.entries[0].value == 0.02 and time.metric.unit == "s"


def test_results_of_no_place_are_left_out_unless_asked_for_and_never_ranked(graph):
    assert leaderboards(graph, metric_name="ELO") == []
    (table,) = leaderboards(graph, metric_name="ELO", unplaced=True)
    assert table.dataset is None and table.entries[0].rank is None


def test_where_less_is_better_the_least_comes_first(graph):
    (distance,) = leaderboards(graph, dataset="A", task="segmentation", metric_name="HD95")

    assert distance.metric.better == "lower" and distance.metric.unit == "mm"
    assert [e.value for e in distance.entries] == [2.1, 3.2]


def test_changes_are_no_levels(graph):
    assert all(e.result_id != "result/r4" for t in leaderboards(graph) for e in t.entries)


def test_tables_are_written_as_csv_and_markdown(graph):
    rows = list(csv.DictReader(io.StringIO(as_csv(leaderboards(graph)))))

    assert len(rows) == 6 and {float(r["value"]) for r in rows} == {93.5, 91.0, 2.1, 3.2, 0.02}
    text = as_markdown(leaderboards(graph, metric_name="Dice"))
    assert "## A · segmentation: Dice" in text and "| 1 | 93.5 | M2* | p2 | 2021 |" in text


def test_every_metric_has_one_meaning_and_a_direction():
    assert {m.better for m in metrics().values()} == {"higher", "lower"}
    assert {m.kind for m in metrics().values()} == {"share", "score", "time"}
    assert metric("AUC").name == metric("area under the ROC curve (AUC)").name == "AUROC"


def test_a_value_that_does_not_fit_its_scale_is_left_out():
    assert metric("accuracy").number(120, "%") is None
    assert metric("inference time").number(35, "ms") == 0.035
    assert metric("inference time").number(3, "parsecs") is None
