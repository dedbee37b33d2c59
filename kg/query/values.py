"""Filters as frozen values: a `where` once it is read, names resolved to ids, confidences carried inward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schema.ids import EntityId

Quantifier = Literal["some", "none", "every"]
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; nothing asked is everything found."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; no part, nothing found."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Filter


@dataclass(frozen=True, slots=True)
class Path:
    """A relation in one direction, over edges at least so sure; `wide`: a concept stands for what is narrower too."""

    relation: str
    inverse: bool = False
    wide: bool = False
    at_least: float = 0.0


@dataclass(frozen=True, slots=True)
class Linked:
    """Has (or, negated with `Not`, lacks) an edge along `path` to one of `targets`."""

    path: Path
    targets: tuple[EntityId, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Some, none or every node along `path` matches `where`.

    "every" over no node at all is false: a dataset that nobody uses is not used
    by CT papers only.
    """

    path: Path
    quantifier: Quantifier
    where: Filter


@dataclass(frozen=True, slots=True)
class Counted:
    """How many nodes along `path` match `where` passes a test of numbers."""

    path: Path
    tests: tuple[tuple[str, tuple[float, ...]], ...]
    where: Filter


@dataclass(frozen=True, slots=True)
class Tested:
    """A literal passes one test; `op` is eq, ne, in, lt, lte, gt, gte, between, contains, startsWith or matches.

    Only a present value passes: `ne` does not find what has no value.
    """

    field: str
    kind: str
    op: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """A literal has a value."""

    field: str


Filter = Every | Either | Not | Linked | Related | Counted | Tested | Present
EVERYTHING = Every()
