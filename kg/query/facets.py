"""Counting the members of a selection by the values of a relation or a literal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kg.index import Index, StringColumn
from kg.index.columns import ENUMS, present_numbers
from kg.query.fields import Field, accepted
from kg.query.plan import threshold
from schema.errors import BadFilter, did_you_mean
from schema.ids import EntityId
from schema.vocabulary import CLASS

_SHORT: Final = {
    "modality": "targetsModality", "task": "addressesTask", "condition": "studiesCondition", "dataset": "usesDataset",
    "method": "usesMethod", "repository": "releasesCode",
}  # fmt: skip
"""Names of paper facets that are shorter than their relations."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value with its count: an entity by `id`, or a literal by `value`; `label` is what to show."""

    id: EntityId | None
    value: str | int | float | bool | None
    label: str
    count: int
    row: int | None = None
    """The entity's row number."""


def facet_values(
    index: Index, cls: str, rows: npt.NDArray[Any], name: str, first: int | None, min_confidence: float = 0.0
) -> list[FacetValue]:
    """Counts of rows by value, most frequent first, ties in the default order of the values."""
    field = facet_field(cls, name)
    if field.kind == "relation":
        return _of_relation(index, cls, field, rows, first, min_confidence)
    return _of_literal(index, cls, field, rows, first)


def facet_field(cls: str, name: str) -> Field:
    """The field that a facet counts; raises `BadFilter` where there is none."""
    field = accepted(cls).get(_SHORT.get(name, name) if cls == "Paper" else name)
    if field is None or field.kind in ("id", "label", "text") or field.literal == "abstract":
        known = [n for n, f in accepted(cls).items() if f.kind not in ("id", "label", "text")]
        raise BadFilter(f"{cls} has no facet {name!r}.{did_you_mean(name, [*known, *_SHORT])}")
    return field


def _of_relation(
    index: Index, cls: str, field: Field, rows: npt.NDArray[Any], first: int | None, min_confidence: float
) -> list[FacetValue]:
    wide, sure = field.wide or CLASS[field.far].concept, threshold(min_confidence)
    if len(rows) == index.counts[cls]:
        counts = index.relation(field.relation, not field.inverse, wide).degrees(sure)
    else:
        relation = index.relation(field.relation, field.inverse, wide)
        counts = np.bincount(relation.gather(rows, sure), minlength=index.counts[field.far])
    return [
        FacetValue(index.id(field.far, row), None, index.label(field.far, row), int(counts[row]), row)
        for row in most_frequent(counts, first)
    ]


def most_frequent(counts: npt.NDArray[Any], first: int | None) -> list[int]:
    """The places of the highest counts, zeros left out; ties ascending."""
    places = np.flatnonzero(counts)
    if first is not None and 0 < first < len(places):
        least = np.partition(counts[places], len(places) - first)[len(places) - first]
        places = places[counts[places] >= least]
    order = np.argsort(-counts[places], kind="stable")
    found: list[int] = places[order][:first].tolist()
    return found


def _of_literal(index: Index, cls: str, field: Field, rows: npt.NDArray[Any], first: int | None) -> list[FacetValue]:
    column = index.column(cls, field.literal)
    if column is None:
        return []
    if isinstance(column, StringColumn):
        known, csr = column.coded
        counts = np.bincount(csr.gather(rows), minlength=len(known))
        return [FacetValue(None, known[c], known[c], int(counts[c])) for c in most_frequent(counts, first)]
    numbers, counts = np.unique(column[rows][present_numbers(column)[rows]], return_counts=True)
    values = [_value(field, number) for number in numbers.tolist()]
    found = [FacetValue(None, v, str(v), n) for v, n in zip(values, counts.tolist(), strict=True)]
    return sorted(found, key=lambda v: -v.count)[:first]


def _value(field: Field, number: float) -> str | float | bool:
    if field.kind == "enum":
        return str(ENUMS[field.literal][int(number)])
    return bool(number) if field.kind == "bool" else number
