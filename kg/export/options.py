"""What part of the graph an export holds and how it is shaped: the same options on every door."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

from schema.errors import BadRequest, did_you_mean
from schema.vocabulary import CLASS, CLASSES, EDGE, EDGES

Layout = Literal["forceatlas2", "circular", "fr", "drl"]
Parallel = Literal["keep", "merge"]
LAYOUTS: Final = ("forceatlas2", "circular", "fr", "drl")
PARALLEL: Final = ("keep", "merge")


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """A part of the graph; the defaults are the whole of it.

    Filters apply in this order: `where`, `ego` with `hops`, `classes`,
    `relations`, `min_confidence`; then `project`, `min_weight`, `backbone`,
    `largest_component`, `layout`. Raises `BadRequest` where a name is unknown
    or a number is out of range.
    """

    where: Mapping[str, Any] | None = None
    """The GraphQL filter of papers as plain JSON: these papers and all that they point to, other papers excepted."""
    classes: tuple[str, ...] = ()
    """Classes of nodes to keep; empty is all, or with `relations` those that they join."""
    relations: tuple[str, ...] = ()
    """Relations to keep; empty is all."""
    min_confidence: float = 0.0
    """Leave out edges less sure than this, 0 to 1."""
    ego: tuple[str, ...] = ()
    """Entities whose neighbourhood to take, as type/key or type:key."""
    hops: int = 1
    """How far from `ego`, in edges of either direction."""
    project: str | None = None
    """One-mode or two-mode projection, e.g. dataset-dataset:usesDataset, method-task, paper-paper:usesDataset."""
    min_weight: float = 0.0
    """Leave out projected edges that weigh less."""
    backbone: float | None = None
    """Keep edges that the disparity filter finds significant at this level, e.g. 0.05."""
    largest_component: bool = False
    """Keep the largest connected part only."""
    layout: Layout | None = None
    """Compute positions, so that the file opens laid out."""
    layout_nodes: int = 0
    """Refuse to lay out more nodes than this; 0 leaves it to the layout."""
    parallel: Parallel | None = None
    """Edges between one pair: `keep` them apart or `merge` them; None is what suits the format."""
    abstracts: bool = False
    """Write abstracts into graph files too; RDF and reference formats hold them anyway."""
    evidence: bool = True
    """Write evidence and provenance graphs where the format has named graphs."""

    license: str = ""
    """The IRI of the licence under which the file is given out, for formats that state it."""
    published: str | None = None
    """The day of publication, YYYY-MM-DD, for formats that must state it; nothing here reads a clock."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(class_name(c) for c in _many(self.classes)))
        object.__setattr__(self, "relations", tuple(relation_name(r) for r in _many(self.relations)))
        object.__setattr__(self, "ego", tuple(_entity(e) for e in _many(self.ego)))
        if not 0 <= self.min_confidence <= 1:
            raise BadRequest(f"min_confidence must be 0 to 1, not {self.min_confidence}.")
        if not 0 <= self.hops <= 10:
            raise BadRequest(f"hops must be 0 to 10, not {self.hops}.")
        if self.backbone is not None and not 0 < self.backbone < 1:
            raise BadRequest(f"backbone is a significance level between 0 and 1, e.g. 0.05, not {self.backbone}.")
        if self.published is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", self.published):
            raise BadRequest(f"published is a day such as 2026-01-31, not {self.published!r}.")
        _one_of("layout", self.layout, LAYOUTS)
        _one_of("parallel", self.parallel, PARALLEL)

    @property
    def whole(self) -> bool:
        """True where every node of the graph is held."""
        return self.where is None and not (self.classes or self.relations or self.ego or self.in_memory)

    @property
    def in_memory(self) -> bool:
        """True where the shape needs all its edges at once: projection, backbone, component."""
        return bool(self.project or self.backbone is not None or self.largest_component)


def options_from_text(params: Mapping[str, str]) -> ExportOptions:
    """Read options from text, as they stand in an address or on a command line.

    Names may have hyphens; lists have commas; `where` is JSON. Raises
    `BadRequest` naming the nearest known option.
    """
    known = {f.name: f for f in fields(ExportOptions) if f.name not in {"layout_nodes", "license"}}
    values: dict[str, Any] = {}
    for raw, text in params.items():
        name = raw.replace("-", "_")
        if name not in known:
            raise BadRequest(
                f"{raw!r} is not an option of exports.{did_you_mean(name, known)} Known: {', '.join(known)}."
            )
        values[name] = _value(name, text)
    return ExportOptions(**values)


def _value(name: str, text: str) -> Any:
    if name == "where":
        return read_where(text)
    if name in {"classes", "relations", "ego"}:
        return read_list(text)
    if name in {"largest_component", "abstracts", "evidence"}:
        return _flag(name, text)
    if name in {"min_confidence", "min_weight", "backbone", "hops"}:
        try:
            return int(text) if name == "hops" else float(text)
        except ValueError as err:
            raise BadRequest(f"{name} must be a number, not {text!r}.") from err
    return text or None


def read_where(text: str) -> Mapping[str, Any] | None:
    """Read a filter from JSON text; raises `BadRequest` where it is no JSON object."""
    try:
        where = json.loads(text) if text.strip() else None
    except json.JSONDecodeError as err:
        raise BadRequest(
            f'where must be a JSON object such as {{"releasesCode": true}}: {err.msg} at character {err.pos + 1}.'
        ) from err
    if where is not None and not isinstance(where, dict):
        raise BadRequest(f'where must be a JSON object such as {{"releasesCode": true}}, not {text!r}.')
    return where


def _flag(name: str, text: str) -> bool:
    folded = text.casefold()
    if folded in {"", "1", "true", "yes", "on"}:
        return True
    if folded in {"0", "false", "no", "off"}:
        return False
    raise BadRequest(f"{name} must be true or false, not {text!r}.")


def read_list(text: str) -> tuple[str, ...]:
    """The names in a text with commas.

    >>> read_list("Paper, Dataset")
    ('Paper', 'Dataset')
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _many(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return read_list(value) if isinstance(value, str) else tuple(value)


def _one_of(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise BadRequest(f"{value!r} is not a {name}.{did_you_mean(value, known)} Known: {', '.join(known)}.")


def class_name(name: str) -> str:
    """A class by its name, type or plural in any case; raises `BadRequest` naming the nearest."""
    folded = name.removeprefix("kg:").casefold()
    for term in CLASSES:
        if folded in {term.name.casefold(), term.type, term.plural}:
            return term.name
    raise BadRequest(f"{name!r} is not a class.{did_you_mean(name, CLASS)} Known: {', '.join(CLASS)}.")


def relation_name(name: str) -> str:
    """A relation by its name, with or without a prefix; raises `BadRequest` naming the nearest."""
    local = name.rpartition(":")[2]
    if local in EDGE:
        return local
    by_fold = {e.name.casefold(): e.name for e in EDGES}
    if local.replace("_", "").casefold() in by_fold:
        return by_fold[local.replace("_", "").casefold()]
    raise BadRequest(f"{name!r} is not a relation.{did_you_mean(local, EDGE)} Known: {', '.join(EDGE)}.")


def _entity(name: str) -> str:
    type_, sep, key = name.partition("/") if "/" in name.split(":")[0] else name.partition(":")
    if not sep or not key:
        raise BadRequest(f"{name!r} is no entity: write type:key or type/key, e.g. dataset:mimic-cxr.")
    return f"{CLASS[class_name(type_)].type}/{key}"


WHOLE: Final = ExportOptions()
"""The whole graph."""
