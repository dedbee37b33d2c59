"""The root field `leaderboards`: reported results by task, dataset and metric, best first, each with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from graphql_api.batch import Column, Context, argument, batched, each, run, run_lists, run_refs
from graphql_api.connections import check_size
from graphql_api.definitions import Boolean, EnumType, EnumValue, Field, Float, Int, NonNull, ObjectType, String
from graphql_api.examples import described
from graphql_api.inputs import FILTERS
from graphql_api.plan import Call
from graphql_api.types import TYPES, some
from kg.analysis import leaderboards

_WEIGHT: Final = 2000
"""What the field costs, in values: one pass over the papers that report results."""

_BETTER: Final = EnumType(
    "Better",
    {
        name: EnumValue(name, description=described(sentence, f"better: {name}"))
        for name, sentence in (("HIGHER", "More is better, as of an accuracy."), ("LOWER", "Less is better, as of an error."))
    },
    description=described("Which way a metric is better.", "metric { better }"),
)  # fmt: skip


def _entity(id_of: Callable[[Any], str | None]) -> Column:
    """A column of entities by their ids, null where there is none."""

    def column(context: Context, parents: Any, call: Call) -> list[Any]:
        ids = [id_of(parent) for parent in parents]
        return run_refs(context, call, [None if id_ is None else context.index.find(id_) for id_ in ids])

    return column


METRIC: Final = ObjectType(
    "Metric",
    {
        "name": batched(NonNull(String), "Its name here; other spellings are the same.", '"AUROC"', each(lambda m: m.name)),
        "better": batched(_BETTER, "Which way is better; null where that is not known.", "HIGHER", each(lambda m: m.better and m.better.upper())),
        "unit": batched(NonNull(String), 'The unit of its values, "" for none; shares are in percent.', '"%"', each(lambda m: m.unit)),
    },
    description=described("A metric: its name, which way is better, its unit.", "metric { name better unit }"),
)  # fmt: skip

ENTRY: Final = ObjectType(
    "LeaderboardEntry",
    lambda: {
        "rank": batched(Int, "Its place from 1, equal values share one; null where values cannot be compared.", "1", each(lambda e: e.rank)),
        "value": batched(NonNull(Float), "The value on the metric's scale.", "91.0", each(lambda e: e.value)),
        "printed": batched(NonNull(String), "The value as the paper prints it.", '"0.91"', each(lambda e: e.printed)),
        "result": batched(TYPES["Result"], "The result.", "result { metric value }", _entity(lambda e: e.result_id)),
        "paper": batched(TYPES["Paper"], "The paper that reports it.", "paper { title }", _entity(lambda e: e.paper_id)),
        "method": batched(TYPES["Method"], "The method whose result it is; null where the paper does not say.", "method { name }", _entity(lambda e: e.method_id)),
        "assumed": batched(some(String), "What the result does not state itself and its paper names exactly one of: task, dataset, method.", '["method"]', each(lambda e: list(e.assumed))),
        "confidence": batched(NonNull(Float), "How sure the edge from the paper to the result is, 0 to 1.", "0.93", each(lambda e: e.confidence)),
        "quote": batched(NonNull(String), "The words of the paper.", '"a Dice of 0.91"', each(lambda e: e.quote)),
    },
    description=described("A result in a leaderboard.", "entries { rank value paper { title } }"),
)  # fmt: skip


def _entries(context: Context, tables: list[Any], call: Call) -> list[Any]:
    first = call.arguments(context.variables)["first"]
    check_size("first", first, context.max_page)
    return run_lists(context, call, [t.entries[:first] for t in tables], ENTRY)


LEADERBOARD: Final = ObjectType(
    "Leaderboard",
    lambda: {
        "task": batched(TYPES["Task"], "The task; null where papers do not say.", "task { prefLabel }", _entity(lambda t: t.task)),
        "dataset": batched(TYPES["Dataset"], "The dataset; null where papers do not say.", "dataset { name }", _entity(lambda t: t.dataset)),
        "metric": batched(NonNull(METRIC), "The metric.", "metric { name better }", lambda context, tables, call: run(context, call.child, METRIC, [t.metric for t in tables])),
        "entryCount": batched(NonNull(Int), "How many results there are.", "12", each(lambda t: len(t.entries))),
        "entries": batched(some(ENTRY), "The results, best first.", "entries { rank value }", _entries,
                           {"first": argument(NonNull(Int), "At most so many.", "first: 10", 10)}, size=10),
    },
    description=described("Results of many papers on one metric.", "leaderboards { metric { name } entries { value } }"),
)  # fmt: skip


def _column(context: Context, _: Any, call: Call) -> list[Any]:
    arguments = call.arguments(context.variables)
    check_size("first", arguments["first"], context.max_page)
    context.count_conditions(arguments.get("where"))
    least = arguments.get("minConfidence")
    found = leaderboards(
        context.graph,
        task=arguments.get("task"),
        dataset=arguments.get("dataset"),
        metric_name=arguments.get("metric"),
        where=arguments.get("where"),
        min_confidence=context.min_confidence if least is None else least,
        min_entries=arguments["minEntries"],
        unplaced=arguments["unplaced"],
        check=context.check_time,
    )
    return run_lists(context, call, [found[: arguments["first"]]], LEADERBOARD)


def leaderboards_field() -> Field:
    """The root field."""
    name = 'dataset: "MIMIC-CXR"'
    return batched(
        some(LEADERBOARD),
        "Tables of reported results by task, dataset and metric, the longest first; relative changes are no levels and left out.",
        f"leaderboards({name}) {{ metric {{ name }} entries {{ rank value paper {{ title }} }} }}",
        _column,
        {
            "task": argument(String, "Only this task, by id or name.", 'task: "image segmentation"'),
            "dataset": argument(String, "Only this dataset, by id or name.", name),
            "metric": argument(String, "Only this metric, in any known spelling.", 'metric: "Dice"'),
            "where": argument(FILTERS["Paper"], "Which papers; all where not given.", "where: {year: {gte: 2023}}"),
            "minConfidence": argument(Float, "Only results at least this sure, 0 to 1.", "minConfidence: 0.8"),
            "minEntries": argument(NonNull(Int), "Leave out shorter tables.", "minEntries: 2", 1),
            "unplaced": argument(NonNull(Boolean), "Keep results of no known task or dataset.", "unplaced: true", False),
            "first": argument(NonNull(Int), "At most so many tables.", "first: 10", 10),
        },
        weight=_WEIGHT,
        size=10,
    )  # fmt: skip
