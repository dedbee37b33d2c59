"""The state of the papers page as a value: read from the address, written back, turned into a filter.

Within one facet several values mean "any of them"; facets together mean "all
of them". Every state has an address of its own, so back and sharing work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

PAGE: Final = 20
"""Papers on a page."""

FACETS: Final = {
    "modality": ("targetsModality", "Modality"),
    "task": ("addressesTask", "Task"),
    "dataset": ("usesDataset", "Dataset"),
    "method": ("usesMethod", "Method"),
    "condition": ("studiesCondition", "Condition"),
}
"""A facet's name in the address, its relation and the class of its values."""

CODE: Final = {"released": "released", "promised": "promised", "none": "none said"}
ORDERS: Final = {
    "newest": ("newest first", [{"year": "DESC"}]),
    "oldest": ("oldest first", [{"year": "ASC"}]),
    "title": ("by title", [{"title": "ASC"}]),
    "relevance": ("by relevance", [{"relevance": "DESC"}]),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is looked for: words, values of facets (keys, without their type), code status, years, order, page."""

    words: str = ""
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    code: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    order: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: Sequence[tuple[str, str]]) -> Selection:
        """Read an address's query; what is not understood is left out, so that any address shows a page."""
        many: dict[str, list[str]] = {}
        for name, value in query:
            if value.strip() and value not in many.setdefault(name, []):
                many[name].append(value.strip())
        first = {name: values[0] for name, values in many.items()}
        return cls(
            words=first.get("q", "")[:300],
            values=tuple((f, tuple(many[f][:20])) for f in FACETS if many.get(f)),
            code=tuple(c for c in CODE if c in many.get("code", ())),
            since=_year(first.get("since")),
            until=_year(first.get("until")),
            order=first.get("order", "") if first.get("order") in ORDERS else "",
            page=max(1, min(_number(first.get("page")) or 1, 10_000)),
        )

    @property
    def facets(self) -> Mapping[str, tuple[str, ...]]:
        """The chosen values by facet."""
        return dict(self.values)

    def only(self, is_known: Callable[[str], bool]) -> Selection:
        """The same without values that are not in the graph; `is_known` is asked for ids."""
        kept = ((f, tuple(k for k in keys if is_known(f"{f}/{k}"))) for f, keys in self.values)
        return replace(self, values=tuple((f, keys) for f, keys in kept if keys))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for: the front page."""
        return not self.where

    @property
    def where(self) -> dict[str, Any]:
        """The filter, as GraphQL and every other door have it."""
        where: dict[str, Any] = {}
        if self.words:
            where["text"] = self.words
        for facet, keys in self.values:
            relation = FACETS[facet][0]
            where[relation] = (
                {"is": f"{facet}/{keys[0]}"} if len(keys) == 1 else {"any": [f"{facet}/{k}" for k in keys]}
            )
        if self.code:
            where["codeStatus"] = {"eq": self.code[0]} if len(self.code) == 1 else {"in": [*self.code]}
        years = {"gte": self.since, "lte": self.until}
        if years := {k: v for k, v in years.items() if v is not None}:
            where["year"] = years
        return where

    @property
    def order_by(self) -> list[dict[str, str]]:
        """The order: the chosen one, else relevance for words and newest first without."""
        return ORDERS[self.order or ("relevance" if self.words else "newest")][1]

    def address(self, **changes: Any) -> str:
        """The address of this state, or of a changed one; a change starts at page 1 again."""
        state = replace(self, **({"page": 1} | changes)) if changes else self
        pairs: list[tuple[str, str]] = [("q", state.words)] if state.words else []
        pairs += [(f, k) for f, keys in state.values for k in keys]
        pairs += [("code", c) for c in state.code]
        pairs += [(n, str(v)) for n, v in (("since", state.since), ("until", state.until)) if v is not None]
        pairs += [("order", state.order)] if state.order else []
        pairs += [("page", str(state.page))] if state.page > 1 else []
        return "/?" + urlencode(pairs) if pairs else "/"

    def toggled(self, facet: str, key: str) -> str:
        """The address with one value of a facet added or taken away."""
        if facet == "code":
            chosen = tuple(c for c in CODE if (c in self.code) != (c == key))
            return self.address(code=chosen)
        keys = self.facets.get(facet, ())
        changed = tuple(k for k in keys if k != key) if key in keys else (*keys, key)
        values = {**self.facets, facet: changed}
        return self.address(values=tuple((f, values[f]) for f in FACETS if values.get(f)))

    def without(self, facet: str) -> str:
        """The address without one facet."""
        return self.address(values=tuple((f, keys) for f, keys in self.values if f != facet))


def graphql_literal(value: Any) -> str:
    """A JSON value as a GraphQL literal: object keys without quotes.

    >>> graphql_literal({"year": {"gte": 2020}, "or": [{"id": {"eq": "a"}}]})
    '{year: {gte: 2020}, or: [{id: {eq: "a"}}]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {graphql_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(graphql_literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _year(text: str | None) -> int | None:
    number = _number(text)
    return number if number is not None and 1000 <= number <= 2999 else None
