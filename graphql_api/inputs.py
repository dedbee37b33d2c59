"""The filters and orders of the schema: `where` and `orderBy` of every list, made from what `kg.query` can be asked.

Their values are plain JSON with the same names as in `kg.query`: nothing is
translated between the two, so both doors understand the same filters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    GraphQLError,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    Undefined,
    ValueNode,
    value_from_ast_untyped,
)
from graphql.utilities import coerce_input_literal, coerce_input_value

from graphql_api.definitions import (
    Boolean,
    EnumType,
    EnumValue,
    Float,
    InputField,
    InputType,
    Int,
    ListOf,
    NonNull,
    ScalarType,
    String,
)
from graphql_api.examples import IDS, LITERALS, NAMES, described
from graphql_api.naming import article, links_of, literal_field
from kg.query.fields import Field, fields
from kg.query.filters import COUNT_OPERATORS, MATCHED_ALONE, OPERATORS
from schema.vocabulary import CLASS, CLASSES, literals_of

SENTENCES: Final = MappingProxyType(
    {
        "eq": "Equal to this.",
        "ne": "Has a value and it is not this one.",
        "in": "Equal to one of these.",
        "gt": "Greater, or later, than this.",
        "gte": "Greater, or later, than this or equal to it.",
        "lt": "Less, or earlier, than this.",
        "lte": "Less, or earlier, than this or equal to it.",
        "between": "From the first of two values to the second, both included.",
        "contains": "Has this text in it, letter case ignored.",
        "startsWith": "Begins with this text, letter case ignored.",
        "matches": "Full text: has all these words in any of their forms; order by `relevance` for the best first.",
        "isNull": "True: has no value. False: has one.",
    }
)
"""What each operator on a value means."""

MANY: Final = frozenset({"in", "between"})
BARE: Final = MappingProxyType({"releasesCode": "repositories", "promisesCode": "promisedRepositories"})
"""Relations that `where` asks with true or false; who asks about the repositories themselves uses the other name."""

_OUT_NAMES: Final = MappingProxyType({literal_field(t): t.field for c in CLASSES for t in literals_of(c.name)})


def _tests(name: str, what: str, type_: Any, operators: Iterable[str], one: str, two: str) -> InputType:
    made = {}
    for op in operators:
        kind: Any = Boolean if op == "isNull" else type_
        wrapped = ListOf(NonNull(kind)) if op in MANY else kind
        example = "true" if op == "isNull" else f"[{one}, {two}]" if op in MANY else one
        made[op] = InputField(wrapped, description=described(SENTENCES[op], f"{{{op}: {example}}}"))
    example = f"{{{next(iter(made))}: {one}}}"
    return InputType(name, made, description=described(f"Tests of {what}; all that are given must hold.", example))


ID_FILTER: Final = _tests("IdFilter", "an id", String, OPERATORS["id"], '"modality/ct"', '"modality/mri"')
LABEL_FILTER: Final = _tests("LabelFilter", "a name", String, OPERATORS["label"], '"U-Net"', '"nnU-Net"')
STRING_FILTER: Final = _tests("StringFilter", "a text", String, OPERATORS["string"], '"segmentation"', '"CT"')
LONG_TEXT_FILTER: Final = _tests("LongTextFilter", "a long text", String, ("matches",), '"lung nodules"', "")
INT_FILTER: Final = _tests("IntFilter", "a whole number", Int, OPERATORS["int"], "2020", "2025")
FLOAT_FILTER: Final = _tests("FloatFilter", "a number", Float, OPERATORS["float"], "0.5", "0.9")
DATE_FILTER: Final = _tests(
    "DateFilter", "a date: YYYY, YYYY-MM or YYYY-MM-DD", String, OPERATORS["date"], '"2024-01"', '"2024-06"'
)
STATUS_FILTER: Final = _tests(
    "CodeStatusFilter",
    'a code status: "released", "promised" or "none"',
    String,
    OPERATORS["enum"],
    '"released"',
    '"promised"',
)

DIRECTION: Final = EnumType(
    "OrderDirection",
    {
        "ASC": EnumValue(
            "ASC", description=described("Smallest, earliest or first in the alphabet first.", "orderBy: {name: ASC}")
        ),
        "DESC": EnumValue(
            "DESC", description=described("Largest, latest or last in the alphabet first.", "orderBy: {year: DESC}")
        ),
    },
    description=described("Which end of an order comes first; entities without a value come last either way.", "DESC"),
)


def input_of(field: Field) -> Any:
    """The input under which `where` tests a field that is no relation."""
    if field.literal in MATCHED_ALONE:
        return LONG_TEXT_FILTER
    kinds: dict[str, Any] = {
        "id": ID_FILTER, "label": LABEL_FILTER, "text": String, "int": INT_FILTER, "float": FLOAT_FILTER,
        "date": DATE_FILTER, "bool": Boolean, "enum": STATUS_FILTER,
    }  # fmt: skip
    return kinds.get(field.kind, STRING_FILTER)


def _example(cls: str, field: Field) -> str:
    if field.literal in MATCHED_ALONE:
        return '{matches: "lung nodules"}'
    value = LITERALS.get(field.literal, "").strip("[]").split(", ")[0]
    return {
        "id": f'{{eq: "{IDS[cls]}"}}', "label": f'{{eq: "{NAMES[cls]}"}}', "text": '"lesion segmentation"',
        "bool": "true", "int": "{gte: 2020}", "float": "{gte: 0.9}", "date": '{gte: "2024-01"}',
    }.get(field.kind, f"{{eq: {value}}}")  # fmt: skip


def _filter(cls: str) -> InputType:
    def made() -> dict[str, InputField]:
        own = ListOf(NonNull(FILTERS[cls]))
        inputs = {
            "and": InputField(own, description=described("Every one of these holds.", "and: [{…}, {…}]")),
            "or": InputField(own, description=described("At least one of these holds.", "or: [{…}, {…}]")),
            "not": InputField(FILTERS[cls], description=described("This does not hold.", "not: {…}")),
            "minConfidence": InputField(
                Float,
                description=described(
                    "In this object only edges at least this sure count, 0 to 1.", "minConfidence: 0.8"
                ),
            ),
        }
        for field in fields(cls).values():
            inputs |= _relation_conditions(field) if field.kind == "relation" else _condition(cls, field)
        return inputs

    sentence = f"Which {CLASS[cls].plural} are meant; all conditions in one object must hold."
    return InputType(f"{cls}Filter", made, description=described(sentence, f'{{name: {{eq: "{NAMES[cls]}"}}}}'))


def _condition(cls: str, field: Field) -> dict[str, InputField]:
    names = [next((shown for shown, own in _OUT_NAMES.items() if own == field.name), field.name)]
    if field.kind == "label" and field.name != "name":
        names.append("name")
    example = _example(cls, field)
    return {
        n: InputField(input_of(field), description=described(field.comment, f"{n}: {example}"), out_name=field.name)
        for n in names
    }


def _relation_conditions(field: Field) -> dict[str, InputField]:
    def related(name: str) -> InputField:
        example = f'{name}: {{is: "{NAMES[field.far]}"}}'
        return InputField(RELATIONS[field.far], description=described(field.comment, example))

    if field.name not in BARE:
        return {field.name: related(field.name)}
    bare = InputField(Boolean, description=described(field.comment, f"{field.name}: true"))
    return {field.name: bare, BARE[field.name]: related(BARE[field.name])}


def _relation(cls: str) -> InputType:
    label, name, other = article(CLASS[cls].label), NAMES[cls], IDS[cls]
    names = ListOf(NonNull(String))

    def made() -> dict[str, InputField]:
        rows: dict[str, tuple[Any, str, str]] = {
            "is": (String, f"Related to {label} with this id, label or other name, in any case, or to one narrower.", f'is: "{name}"'),
            "exactly": (String, "As `is`, without what is narrower.", f'exactly: "{name}"'),
            "any": (names, "Related to at least one of these, or to one narrower.", f'any: ["{name}", "{other}"]'),
            "all": (names, "Related to every one of these, or to one narrower of each.", f'all: ["{name}", "{other}"]'),
            "none": (NONES[cls], "Related to none of these (nor to one narrower), or to none that the filter describes.", f'none: ["{name}"]'),
            "some": (FILTERS[cls], "Related to at least one that the filter describes.", f'some: {{name: {{eq: "{name}"}}}}'),
            "every": (FILTERS[cls], "Related to at least one, and each one is as the filter describes: false where there is none.", f'every: {{name: {{startsWith: "{name[:3]}"}}}}'),
            "count": (COUNTS[cls], "How many are related.", "count: {gte: 2}"),
            "isNull": (Boolean, "True: related to none at all. False: related to at least one.", "isNull: true"),
            "minConfidence": (Float, "Only edges at least this sure count, 0 to 1.", "minConfidence: 0.8"),
            "narrower": (Boolean, "Into a concept: whether what is narrower counts too; true where not given.", "narrower: false"),
        }  # fmt: skip
        assert set(rows) == set(OPERATORS["relation"])
        return {k: InputField(t, description=described(s, e)) for k, (t, s, e) in rows.items()}

    sentence = f"Conditions on the {CLASS[cls].plural} at the other end of a relation; all that are given must hold."
    return InputType(f"{cls}RelationFilter", made, description=described(sentence, f'{{is: "{name}"}}'))


def _count(cls: str) -> InputType:
    def made() -> dict[str, InputField]:
        about = described("Count only those that the filter describes.", f'where: {{name: {{eq: "{NAMES[cls]}"}}}}')
        tests = _tests("unused", "a number", Int, [o for o in COUNT_OPERATORS if o != "where"], "2", "5")
        return {**tests.fields, "where": InputField(FILTERS[cls], description=about)}

    sentence = f"Tests of a number of {CLASS[cls].plural}; all that are given must hold."
    return InputType(f"{cls}CountFilter", made, description=described(sentence, "{gte: 2}"))


def _none(cls: str) -> ScalarType:
    """Names or a filter: the one operand that may be either, so a scalar that checks its value itself."""
    wrong = f"`none` takes a list of names or a {cls}Filter"

    def value(given: Any) -> Any:
        if isinstance(given, str):
            return [given]
        if isinstance(given, list) and all(isinstance(v, str) for v in given):
            return given
        return _checked(given, isinstance(given, dict), coerce_input_value)

    def literal(node: ValueNode) -> Any:
        if isinstance(node, ListValueNode | StringValueNode):
            return value(value_from_ast_untyped(node))
        return _checked(node, isinstance(node, ObjectValueNode), coerce_input_literal)

    def _checked(given: Any, is_object: bool, coerce: Callable[..., Any]) -> Any:
        coerced = coerce(given, FILTERS[cls].core) if is_object else Undefined
        if coerced is Undefined:
            raise GraphQLError(f"{wrong}{'; this object is none' if is_object else ''}.")
        return coerced

    sentence = f"A list of ids, labels or other names of {CLASS[cls].plural}, or a {cls}Filter."
    return ScalarType(
        f"{cls}NamesOrFilter",
        coerce_input_value=value,
        coerce_input_literal=literal,
        description=described(sentence, f'["{NAMES[cls]}"]'),
    )


def _order(cls: str) -> InputType:
    rows = {"name": "By the name, in alphabetical order.", "id": "By the id."}
    if CLASS[cls].concept:
        rows["prefLabel"] = "By the preferred label."
    for term in literals_of(cls):
        if not term.many and term.datatype != "iri":
            rows[literal_field(term)] = f"By the {term.label}."
    for link in links_of(cls):
        if link.shape != "single":
            rows[f"{link.field}Count"] = f"By how many there are. {link.comment}"
    rows["relevance"] = "By how well it matches the full text that `where` asks for."
    made = {
        k: InputField(DIRECTION, description=described(s, f"orderBy: {{{k}: DESC}}"), out_name=_OUT_NAMES.get(k))
        for k, s in rows.items()
    }
    sentence = "A step of an order; ties are broken by the next step, in the end by the default order of the list."
    return InputType(f"{cls}Order", made, description=described(sentence, "{name: ASC}"))


FILTERS: Final = MappingProxyType({c.name: _filter(c.name) for c in CLASSES})
COUNTS: Final = MappingProxyType({c.name: _count(c.name) for c in CLASSES})
NONES: Final = MappingProxyType({c.name: _none(c.name) for c in CLASSES})
RELATIONS: Final = MappingProxyType({c.name: _relation(c.name) for c in CLASSES})
ORDERS: Final = MappingProxyType({c.name: _order(c.name) for c in CLASSES})
