"""Breadth-first execution: every field of a selection is answered once for all objects of its level.

graphql-core resolves a field once per object. Here a field is a *column*: a
function from all parents of a level to one value for each. A list field runs
its own selection once over everything that all parents list, so that a query
makes as many batches as it has levels, whatever the page sizes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from graphql import GraphQLError
from strawberry import UNSET

from graphql_api.definitions import Argument, Field
from graphql_api.examples import described
from schema.errors import LimitExceeded

if TYPE_CHECKING:
    from graphql_api.limits import Limits
    from graphql_api.plan import Call, Selections
    from kg.index import Index
    from kg.query import Graph

Ints = npt.NDArray[Any]
Column = Callable[["Context", "Any", "Call"], list[Any]]
"""From the context, the parents (`Rows` or a list of values) and the call to one value for each parent."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Entities of one class by their row numbers in the index."""

    cls: str
    rows: Ints

    def __len__(self) -> int:
        return len(self.rows)


class Named(Protocol):
    """A type as its declaration or as the schema has it: the executor goes by its name."""

    @property
    def name(self) -> str:
        """Its name in the schema."""


Ref = tuple[str, int]
"""An entity of any class: its class and its row."""


@dataclass(slots=True)
class Context:
    """What one request knows: the graph, its time limit, variables, errors, whole nodes once read."""

    graph: Graph
    deadline: float
    limits: Limits
    min_confidence: float
    variables: Any
    types: Mapping[str, Any]
    explain: bool = False
    explained: dict[str, str] = field(default_factory=dict)
    conditions: int = 0
    facts: dict[Ref, Any] = field(default_factory=dict)
    """The edges of entities with their evidence, once read."""

    @property
    def index(self) -> Index:
        """The index of the graph."""
        return self.graph.index

    @property
    def max_page(self) -> int:
        """The largest page."""
        return self.limits.page

    def count_conditions(self, where: Any) -> None:
        """Count the conditions of a filter towards those of the request; raises `LimitExceeded` for too many."""
        if where:
            self.conditions += conditions_in(where)
            if self.conditions > self.limits.conditions:
                over = self.conditions - self.limits.conditions
                raise LimitExceeded(
                    f"the filters of this request have {self.conditions} conditions (those on texts count tenfold), "
                    f"{over} more than the limit of {self.limits.conditions}: ask in several requests."
                )

    def check_time(self) -> None:
        """Raise `LimitExceeded` where the request has run out of its time."""
        if time.monotonic() > self.deadline:
            raise LimitExceeded(
                f"the request ran longer than {self.limits.timeout_s:g} s; ask for smaller pages or fewer fields."
            )

    def explain_filter(self, key: str, cls: str, arguments: Mapping[str, Any], min_confidence: float) -> None:
        """Keep the SPARQL query that means the same as a root field's filter, where the request asks for it."""
        if self.explain:
            where, order = arguments.get("where"), arguments.get("orderBy")
            self.explained[key] = self.graph.sparql_for(cls, where, order, min_confidence=min_confidence)

    def is_narrower(self, cls: str, row: int, wider: int) -> bool:
        """Whether a concept stands anywhere below another of its class."""
        broader = self.index.relation(f"broader{cls}")
        seen, todo = {row}, [row]
        while todo:
            above = set(broader.of(todo.pop()).tolist()) - seen
            if wider in above:
                return True
            seen |= above
            todo += above
        return False


def conditions_in(where: Any) -> int:
    """How many conditions a filter has; those that read texts count tenfold.

    >>> conditions_in({"year": {"gte": 2020}, "title": {"contains": "x"}, "usesDataset": {"any": ["a", "b"]}})
    13
    """
    total, todo = 0, [where]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            total += 10 * sum(name in _SLOW for name in value)
            todo += [v for name, v in value.items() if name not in _SLOW]
        elif isinstance(value, list):
            todo += value
        else:
            total += 1
    return total


_SLOW = frozenset({"contains", "startsWith", "matches", "text"})


def run(context: Context, selections: Selections, type_: Named, parents: Any) -> list[dict[str, Any]]:
    """One answer object for each parent, all of one type."""
    if not len(parents):
        return []
    context.check_time()
    keys: list[str] = []
    columns: list[Iterable[Any]] = []
    for call in selections.of(type_):
        try:
            columns.append(call.column(context, parents, call))
        except GraphQLError:
            raise
        except Exception as err:
            raise GraphQLError(str(err), call.nodes, path=call.path, original_error=err) from err
        keys.append(call.key)
    return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


def run_rows(context: Context, call: Call, cls: str, rows: Ints) -> list[dict[str, Any]]:
    """One answer object for each row; a row that comes twice is answered once and shared."""
    type_ = context.types[cls]
    if len(rows) < 2:
        return run(context, call.child, type_, Rows(cls, rows))
    unique, places = np.unique(rows, return_inverse=True)
    if len(unique) == len(rows):
        return run(context, call.child, type_, Rows(cls, rows))
    answers = run(context, call.child, type_, Rows(cls, unique))
    return [answers[i] for i in places.tolist()]


def run_refs(context: Context, call: Call, refs: Sequence[Ref | None]) -> list[dict[str, Any] | None]:
    """One answer object for each entity of any class, None for none: one batch for each class among them."""
    answers: list[dict[str, Any] | None] = [None] * len(refs)
    places: dict[str, list[int]] = {}
    for i, ref in enumerate(refs):
        if ref is not None:
            places.setdefault(ref[0], []).append(i)
    for cls, at in places.items():
        rows = np.array([ref[1] for i in at if (ref := refs[i]) is not None], dtype=np.int64)
        for i, answer in zip(at, run_rows(context, call, cls, rows), strict=True):
            answers[i] = answer
    return answers


def run_lists(context: Context, call: Call, lists: Sequence[Sequence[Any]], type_: Named) -> list[list[Any]]:
    """For each parent a list of answer objects out of its list of values: one batch over all of them."""
    flat = run(context, call.child, type_, [value for values in lists for value in values])
    return split(flat, [len(values) for values in lists])


def split(flat: Sequence[Any], lengths: Iterable[int]) -> list[list[Any]]:
    """Cut a flat list into lists of the given lengths.

    >>> split([1, 2, 3], [2, 0, 1])
    [[1, 2], [], [3]]
    """
    found, at = [], 0
    for length in lengths:
        found.append(list(flat[at : at + length]))
        at += length
    return found


@dataclass(frozen=True, slots=True)
class Batched:
    """How a field is answered and what it costs: kept in the field's `extensions` under "batched"."""

    column: Column
    weight: int = 1
    """What one value costs besides its own selection."""
    size: int = 1
    """How many objects it lists where no argument says so."""


def batched(
    type_: Any,
    sentence: str,
    example: str,
    column: Column,
    args: dict[str, Argument] | None = None,
    *,
    weight: int = 1,
    size: int = 1,
) -> Field:
    """A field with its description, an example and the column that answers it."""
    return Field(type_, args or {}, described(sentence, example), {"batched": Batched(column, weight, size)})


def argument(type_: Any, sentence: str, example: str, default: Any = UNSET) -> Argument:
    """An argument with its description and an example."""
    return Argument(type_, described(sentence, example), default)


def each(function: Callable[[Any], Any]) -> Column:
    """A column out of a function of one parent, for values that are already at hand."""
    return lambda _context, parents, _call: [function(parent) for parent in parents]
