"""The concept tables: known modalities, tasks, conditions, methods and datasets with their other names.

Each table is a TSV file under `schema/tables/` with the columns id, prefLabel,
broader (ids, semicolons), altLabels (semicolons) and exactMatch (IRIs or
prefixed names, semicolons).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from schema.vocabulary import PREFIXES

TABLES: Final = MappingProxyType(
    {
        "Modality": "modalities.tsv",
        "Task": "tasks.tsv",
        "Condition": "conditions.tsv",
        "Method": "methods.tsv",
        "Dataset": "datasets.tsv",
    }
)
COLUMNS: Final = ("id", "prefLabel", "broader", "altLabels", "exactMatch")


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of a concept table; `id` is the key within its class, `exact_match` holds full IRIs."""

    cls: str
    id: str
    label: str
    broader: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    exact_match: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The label and every alias."""
        return (self.label, *self.aliases)


@cache
def concepts(cls: str) -> MappingProxyType[str, Concept]:
    """The concepts of a class by id, in the table's order; empty for a class without a table."""
    if cls not in TABLES:
        return MappingProxyType({})
    text = resources.files("schema").joinpath("tables", TABLES[cls]).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    if tuple(header.split("\t")) != COLUMNS:
        raise ValueError(f"schema/tables/{TABLES[cls]}: the columns must be {', '.join(COLUMNS)}")
    rows = (_concept(cls, line) for line in lines if line.strip())
    return MappingProxyType({c.id: c for c in rows})


@cache
def broader_closure(cls: str) -> MappingProxyType[str, frozenset[str]]:
    """For each concept of a class: itself and all that is broader, at any distance."""
    table = concepts(cls)

    def up(id_: str) -> frozenset[str]:
        return frozenset({id_}).union(*(up(b) for b in table[id_].broader))

    return MappingProxyType({id_: up(id_) for id_ in table})


@cache
def not_same() -> frozenset[frozenset[str]]:
    """Pairs of names, folded to lower case, that look alike and must stay apart: remembered refusals."""
    text = resources.files("schema").joinpath("tables", "not_same.tsv").read_text(encoding="utf-8")
    return frozenset(frozenset(n.casefold() for n in line.split("\t")[:2]) for line in text.splitlines()[1:] if line)


def _concept(cls: str, line: str) -> Concept:
    id_, label, broader, aliases, matches = (*line.split("\t"), "", "", "", "")[:5]
    return Concept(cls, id_, label, _parts(broader), _parts(aliases), tuple(_iri(m) for m in _parts(matches)))


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(p.strip() for p in cell.split(";") if p.strip())


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else name
