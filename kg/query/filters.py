"""Reading a GraphQL `where`, as plain JSON, into filter values.

A name that does not exist is an error that names the nearest known one, never
an empty or an over-broad answer; so is null, which may be a forgotten variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final, TypeVar

from kg.query.fields import CODE_STATUS, Field, accepted, fields
from kg.query.values import (
    EVERYTHING,
    Counted,
    Either,
    Every,
    Filter,
    Linked,
    Not,
    Path,
    Present,
    Related,
    Scalar,
    Tested,
)
from schema.errors import BadFilter, LimitExceeded, did_you_mean
from schema.ids import EntityId

Resolve = Callable[[str, str], EntityId]
"""From a class and a name or id to the id; raises `BadFilter`."""

LOGICAL: Final = ("and", "or", "not", "minConfidence")
COMPARISONS: Final = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "between", "isNull")
OPERATORS: Final = {
    "id": ("eq", "in"),
    "label": ("eq", "ne", "in", "contains", "startsWith", "matches"),
    "string": ("eq", "ne", "in", "contains", "startsWith", "matches", "isNull"),
    "text": ("matches",),
    "int": COMPARISONS,
    "float": COMPARISONS,
    "date": (*COMPARISONS, "startsWith"),
    "bool": ("eq", "isNull"),
    "enum": ("eq", "ne", "in", "isNull"),
    "relation": (
        "is", "exactly", "any", "all", "none", "some", "every", "count", "isNull", "minConfidence", "narrower",
    ),
}  # fmt: skip
"""The operators of each kind of field."""

COUNT_OPERATORS: Final = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "between", "where")
MATCHED_ALONE: Final = frozenset({"abstract"})
"""Long texts that only full text can search."""
DEEPEST: Final = 24
MOST_VALUES: Final = 1000
MOST_CONDITIONS: Final = 500


def read_filter(cls: str, where: Mapping[str, Any] | None, resolve: Resolve, min_confidence: float = 0.0) -> Filter:
    """The filter that a `where` over a class means; edges less sure than `min_confidence` (0 to 1) do not count.

    Raises `BadFilter` for an unknown field, operator or name and for a value of
    the wrong kind, `LimitExceeded` for a filter that is too deep or too long.
    """
    if not where:
        return EVERYTHING
    return _Reader(resolve, _probability("minConfidence", min_confidence), 0, count()).filter(cls, where)


@dataclass(frozen=True)
class _Reader:
    resolve: Resolve
    at_least: float
    depth: int
    asked: Iterator[int]

    def filter(self, cls: str, where: Any) -> Filter:
        if self.depth > DEEPEST:
            raise LimitExceeded(f"the filter nests deeper than {DEEPEST} levels; ask in steps.")
        where = _object(f"a filter of {cls}", where)
        inner = self.surer(where.get("minConfidence"), "minConfidence")
        inner = replace(inner, depth=self.depth + 1)
        parts = [inner.part(cls, name, value) for name, value in where.items() if name != "minConfidence"]
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def part(self, cls: str, name: str, value: Any) -> Filter:
        if next(self.asked) >= MOST_CONDITIONS:
            raise LimitExceeded(f"the filter has more than {MOST_CONDITIONS} conditions; ask in steps.")
        if value is None:
            raise BadFilter(f"{name!r} of {cls} is null; give a value, leave it out, or ask {{isNull: true}}.")
        if name in ("and", "or"):
            parts = tuple(self.filter(cls, part) for part in _list(name, value))
            return Every(parts) if name == "and" else Either(parts)
        if name == "not":
            return Not(self.filter(cls, value))
        if name == "ids":
            name, value = "id", {"in": value}
        field = accepted(cls).get(name)
        if field is None:
            raise BadFilter(f"{cls} has no field {name!r}.{_near(name, cls)}")
        return self.relation(field, value) if field.kind == "relation" else literal_filter(field, value)

    def surer(self, value: Any, name: str) -> _Reader:
        if value is None:
            return self
        return replace(self, at_least=max(self.at_least, _probability(name, value)))

    def relation(self, field: Field, value: Any) -> Filter:
        """An object of quantifiers, or true and false for "has any" and "has none"."""
        if isinstance(value, bool):
            any_at_all = Related(self.path(field, field.wide), "some", EVERYTHING)
            return any_at_all if value else Not(any_at_all)
        value = _object(f"{field.name}", value)
        inner = self.surer(value.get("minConfidence"), "minConfidence")
        wide = field.wide and _bool("narrower", value.get("narrower", True))
        path = inner.path(field, wide)
        parts = [inner.quantified(field, path, op, v) for op, v in value.items() if op not in _MODIFIERS]
        if not parts:
            known = ", ".join(op for op in OPERATORS["relation"] if op not in _MODIFIERS)
            raise BadFilter(f"{field.name} asks nothing; use one of {known}.")
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def path(self, field: Field, wide: bool) -> Path:
        return Path(field.relation, field.inverse, wide, self.at_least)

    def quantified(self, field: Field, path: Path, op: str, value: Any) -> Filter:
        _known_operator(field, op)
        if value is None:
            raise BadFilter(f"{op!r} of {field.name} is null; give a value or leave it out.")
        if op == "isNull":
            any_at_all = Related(path, "some", EVERYTHING)
            return Not(any_at_all) if _bool(op, value) else any_at_all
        if op == "count":
            return self.count(field, path, value)
        if op in ("some", "every") or (op == "none" and isinstance(value, Mapping)):
            quantifier: Any = op
            return Related(path, quantifier, self.filter(field.far, value))
        return self.named(field, path, op, value)

    def named(self, field: Field, path: Path, op: str, value: Any) -> Filter:
        """`is`, `exactly`, `any`, `all`, `none`: targets by id or name."""
        near = path if field.inverse else replace(path, wide=op != "exactly")
        if op in ("is", "exactly"):
            return Linked(near, (self.resolve(field.far, _text(op, value)),))
        ids = [self.resolve(field.far, _text(op, v)) for v in _list(op, value)]
        if op == "all":
            return Every(tuple(Linked(near, (id_,)) for id_ in ids))
        linked = Linked(near, tuple(sorted(set(ids))))
        return Not(linked) if op == "none" else linked

    def count(self, field: Field, path: Path, value: Any) -> Filter:
        if isinstance(value, int) and not isinstance(value, bool):
            value = {"eq": value}
        tests = dict(_object(f"count of {field.name}", value))
        where = self.filter(field.far, tests.pop("where", {}))
        for op in tests:
            if op not in COUNT_OPERATORS:
                raise BadFilter(f"count of {field.name} has no operator {op!r}.{did_you_mean(op, COUNT_OPERATORS)}")
        if not tests:
            raise BadFilter(f"count of {field.name} asks nothing; e.g. {{gte: 1}}.")
        return Counted(path, tuple((op, _numbers(field.name, op, v)) for op, v in sorted(tests.items())), where)


_MODIFIERS = ("minConfidence", "narrower")
_T = TypeVar("_T")


def literal_filter(field: Field, value: Any) -> Filter:
    """The tests of one literal; a bare value is short for `eq` (for `text`: `matches`)."""
    if isinstance(value, str | int | float | bool):
        value = {"matches" if field.kind == "text" else "eq": value}
    tests = _object(field.name, value)
    if not tests:
        raise BadFilter(f"{field.name} asks nothing; use one of {', '.join(OPERATORS[field.kind])}.")
    parts = [_tested(field, op, v) for op, v in tests.items()]
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _tested(field: Field, op: str, value: Any) -> Filter:
    _known_operator(field, op)
    name = field.literal or field.kind
    if value is None:
        raise BadFilter(f"{op!r} of {field.name} is null; give a value, or ask {{isNull: true}}.")
    if op == "isNull":
        return Not(Present(name)) if _bool(op, value) else Present(name)
    if field.literal in MATCHED_ALONE and op != "matches":
        raise BadFilter(f"{field.name} has no operator {op!r}; long texts are searched with 'matches'.")
    if op in ("contains", "startsWith", "matches"):
        return Tested(name, field.kind, op, (_text(op, value),))
    if field.kind in ("int", "float"):
        return Tested(name, field.kind, op, _numbers(field.name, op, value))
    values = tuple(_value(field, v) for v in _several(op, value))
    return Tested(name, field.kind, op, _pair(field.name, values) if op == "between" else values)


def _value(field: Field, value: Any) -> Scalar:
    if field.kind == "bool":
        return _bool(field.name, value)
    text = _text(field.name, value)
    if field.kind == "enum" and text not in CODE_STATUS:
        raise BadFilter(f"{field.name} is never {text!r}; it is one of {', '.join(CODE_STATUS)}."
                        f"{did_you_mean(text, CODE_STATUS)}")  # fmt: skip
    return text


def _numbers(name: str, op: str, value: Any) -> tuple[float, ...]:
    values = tuple(_number(name, v) for v in _several(op, value))
    return _pair(name, values) if op == "between" else values


def _pair(name: str, values: tuple[_T, ...]) -> tuple[_T, ...]:
    if len(values) != 2:
        raise BadFilter(f"'between' of {name} takes two values, the lowest and the highest; it got {len(values)}.")
    return values


def _several(op: str, value: Any) -> list[Any]:
    return _list(op, value) if op in ("in", "between") else [value]


def _known_operator(field: Field, op: str) -> None:
    known = OPERATORS[field.kind]
    if op not in known:
        raise BadFilter(f"{field.name} has no operator {op!r}; it has {', '.join(known)}.{did_you_mean(op, known)}")


def _near(name: str, cls: str) -> str:
    hint = did_you_mean(name, [*accepted(cls), *LOGICAL])
    return hint or f" It has {', '.join(sorted(fields(cls)))}."


def _object(what: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadFilter(f"{what} must be an object, not {value!r}.")
    return value


def _list(what: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise BadFilter(f"{what!r} takes a list, not {value!r}.")
    if len(value) > MOST_VALUES:
        raise BadFilter(f"{what!r} takes at most {MOST_VALUES} values; it got {len(value)}.")
    return list(value)


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadFilter(f"{what!r} takes a text, not {value!r}.")
    return value


def _number(what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise BadFilter(f"{what!r} takes a number, not {value!r}.")
    return value


def _bool(what: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadFilter(f"{what!r} takes true or false, not {value!r}.")
    return value


def _probability(what: str, value: Any) -> float:
    number = _number(what, value)
    if not 0 <= number <= 1:
        raise BadFilter(f"{what!r} must be from 0 to 1, not {value!r}.")
    return number
