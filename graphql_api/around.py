"""Facets of what is no paper: how many of the listed entities have a paper with each value."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graphql_api.batch import Column, Context, Rows, run_lists
from graphql_api.connections import Page, check_size
from graphql_api.plan import Call
from kg.index.columns import NO_INT
from kg.query.facets import FacetValue, most_frequent
from kg.query.fields import is_wide
from kg.query.plan import threshold
from schema.vocabulary import CLASS, EDGE, edges_into

Ints = npt.NDArray[Any]
AROUND: Final = MappingProxyType(
    {
        "modality": "targetsModality", "task": "addressesTask", "condition": "studiesCondition",
        "dataset": "usesDataset", "method": "usesMethod", "venue": "publishedIn",
    }
)  # fmt: skip
"""The facets by what papers have: name and relation."""
WEIGHT: Final = 10_000
"""What counting one costs, in values: every paper of every listed entity is read."""
_TABLE_BYTES: Final = 50_000_000


def around_column(name: str, type_name: str) -> Column:
    """Counts of the entities of each page's whole list by what their papers have, most frequent first."""

    def column(context: Context, pages: list[Page], call: Call) -> list[Any]:
        first = call.arguments(context.variables)["first"]
        check_size("first", first, context.max_page)
        lists = []
        for page in pages:
            context.check_time()
            owners, papers = _papers(context, Rows(page.cls, np.asarray(page.selection().rows)))
            counted = _years if name == "year" else _targets
            lists.append(counted(context, name, owners, papers, first))
        return run_lists(context, call, lists, context.types[type_name])

    return column


def _papers(context: Context, entities: Rows) -> tuple[Ints, Ints]:
    """Every pair of an entity (by its place) and a paper that has an edge to it."""
    owners, papers = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for edge in edges_into(entities.cls):
        if edge.domain == "Paper":
            wide = is_wide(edge.name, True)
            offsets, found = context.graph.adjacent(
                edge.name, entities.rows, inverse=True, min_confidence=context.min_confidence, exactly=not wide
            )
            owners.append(np.repeat(np.arange(len(entities)), np.diff(offsets)))
            papers.append(found)
    return np.concatenate(owners), np.concatenate(papers)


def _targets(context: Context, name: str, owners: Ints, papers: Ints, first: int) -> list[FacetValue]:
    relation = AROUND[name]
    far = EDGE[relation].range
    csr = context.index.relation(relation, wide=CLASS[far].concept)
    places = csr.places(papers)
    lengths = csr.ptr[papers + 1] - csr.ptr[papers]
    near, targets = np.repeat(owners, lengths), csr.items[places].astype(np.int64)
    if context.min_confidence > 0 and csr.confidence is not None:
        sure = csr.confidence[places] >= threshold(context.min_confidence)
        near, targets = near[sure], targets[sure]
    counts = distinct_owners(near, targets, context.index.counts[far])
    return [FacetValue(None, None, "", int(counts[row]), row) for row in most_frequent(counts, first)]


def distinct_owners(owners: Ints, targets: Ints, size: int) -> Ints:
    """How many different owners each target has, for targets from 0 to `size`.

    Pairs are marked in a table where one is small enough, which takes a tenth
    of the time of sorting them.
    """
    table = (int(owners.max(initial=-1)) + 1) * size
    if table <= _TABLE_BYTES:
        marked = np.zeros(table, dtype=bool)
        marked[owners * size + targets] = True
        return np.asarray(marked.reshape(-1, max(size, 1)).sum(axis=0))
    return np.bincount(np.unique(owners << 32 | targets) & 0xFFFFFFFF, minlength=size)


def _years(context: Context, _name: str, owners: Ints, papers: Ints, first: int) -> list[FacetValue]:
    column = context.index.column("Paper", "year")
    if not isinstance(column, np.ndarray):
        return []
    years = column[papers].astype(np.int64)
    known = years != NO_INT
    values, places = np.unique(years[known], return_inverse=True)
    counts = distinct_owners(owners[known], places, len(values))
    order = np.lexsort((-values, -counts))[:first]
    return [FacetValue(None, int(values[i]), str(values[i]), int(counts[i])) for i in order.tolist()]
