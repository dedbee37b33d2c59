"""Edges with what supports them: of a paper, and of each place on a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql_api.batch import Context, Ref, Rows, argument, batched, each, run_lists, run_refs
from graphql_api.connections import Item, check_size
from graphql_api.definitions import Argument, Float, Int, InterfaceType, ListOf, NonNull, ObjectType, String
from graphql_api.examples import described
from graphql_api.plan import Call
from schema.errors import BadFilter, did_you_mean
from schema.node import Support
from schema.vocabulary import CLASS, EDGE, edges_from

RELATIONS_OF_PAPERS: Final = tuple(e.name for e in edges_from("Paper"))

EVIDENCE: Final = ObjectType(
    "Evidence",
    {
        "quote": batched(
            NonNull(String),
            "The passage, word for word.",
            '"We evaluate on MIMIC-CXR."',
            each(lambda s: s.evidence.quote),
        ),
        "section": batched(
            NonNull(String),
            'Where it stands: "title", "abstract", or "source" for what a source states.',
            '"abstract"',
            each(lambda s: s.evidence.section),
        ),
        "start": batched(
            NonNull(Int),
            "Offset of its first character in the section, from 0.",
            "120",
            each(lambda s: s.evidence.start),
        ),
        "end": batched(
            NonNull(Int),
            "Offset behind its last character in the section.",
            "145",
            each(lambda s: s.evidence.end),
        ),
        "confidence": batched(
            NonNull(Float),
            "How sure the edge is by this passage, 0 to 1.",
            "0.93",
            each(lambda s: s.confidence),
        ),
        "source": batched(
            NonNull(String),
            "Who or what drew the edge from it: an extractor with its version, or a source.",
            '"rules 1"',
            each(lambda s: s.maker),
        ),
        "cues": batched(
            NonNull(ListOf(NonNull(String))),
            "The reasons that weighed most, in words.",
            '["verb: evaluate"]',
            each(lambda s: list(s.cues)),
        ),
    },
    description=described(
        "A passage that supports an edge, with its place and who drew the edge.", "evidence { quote section start end }"
    ),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """An edge by its far class and row, with what supports it, the surest first."""

    relation: str
    far: Ref
    supports: tuple[Support, ...]

    @property
    def confidence(self) -> float:
        """How sure it is: its surest support; 1 for what goes without saying."""
        return self.supports[0].confidence if self.supports else 1.0

    @property
    def source(self) -> str | None:
        """Who drew it: the maker of its surest support; None for what goes without saying."""
        return self.supports[0].maker if self.supports else None


def facts_of(context: Context, cls: str, row: int) -> list[Fact]:
    """The edges of an entity; read once a request."""
    known = context.facts.get((cls, row))
    if known is None:
        found = context.index.edges(cls, row)
        known = context.facts[cls, row] = [Fact(name, (far_cls, far), why) for name, far_cls, far, why in found]
    return known


def _target_column(context: Context, facts: Sequence[Fact], call: Call) -> list[Any]:
    return run_refs(context, call, [f.far for f in facts])


def _supports_column(context: Context, facts: Sequence[Fact], call: Call) -> list[Any]:
    return run_lists(context, call, [f.supports for f in facts], EVIDENCE)


def assertion_type(entity: InterfaceType) -> ObjectType:
    """The type of a paper's edges, each with its target and evidence."""
    return ObjectType(
        "Assertion",
        lambda: {
            "relation": batched(
                NonNull(String),
                "The relation, by the name of its predicate.",
                '"usesDataset"',
                each(lambda f: f.relation),
            ),
            "target": batched(
                NonNull(entity),
                "The entity at the other end, of any class.",
                "target { __typename name }",
                _target_column,
            ),
            "confidence": batched(
                NonNull(Float),
                "How sure the edge is, 0 to 1: the probability that a careful reader agrees.",
                "0.93",
                each(lambda f: f.confidence),
            ),
            "source": batched(
                String,
                "Who or what drew the edge; null for what goes without saying.",
                '"rules 1"',
                each(lambda f: f.source),
            ),
            "evidence": batched(
                NonNull(ListOf(NonNull(EVIDENCE))),
                "The passages that support it, the surest first.",
                "evidence { quote section }",
                _supports_column,
                size=2,
            ),
        },
        description=described(
            "An edge of a paper: what it says about which entity, and why.",
            "edges { relation target { name } confidence }",
        ),
    )


def assertion_arguments() -> dict[str, Argument]:
    """The arguments of a paper's edges."""
    return {
        "relation": argument(
            ListOf(NonNull(String)),
            "Only these relations; all where not given.",
            'relation: ["usesDataset"]',
        ),
        "minConfidence": argument(Float, "Only edges at least this sure, 0 to 1.", "minConfidence: 0.8"),
        "first": argument(Int, "At most so many; all where not given.", "first: 10"),
    }


def assertions_column(assertion: ObjectType) -> Any:
    """The edges of each paper, by relation and target."""

    def column(context: Context, parents: Rows, call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        relations, first = arguments.get("relation"), arguments.get("first")
        check_size("first", first, context.max_page)
        wanted = frozenset(_known(r) for r in relations) if relations is not None else None
        at_least = arguments.get("minConfidence")
        sure = context.min_confidence if at_least is None else at_least
        lists = [
            [f for f in facts_of(context, parents.cls, row)
             if (wanted is None or f.relation in wanted) and f.confidence >= sure][:first]
            for row in parents.rows.tolist()
        ]  # fmt: skip
        return run_lists(context, call, lists, assertion)

    return column


def _known(relation: str) -> str:
    if relation not in EDGE:
        raise BadFilter(f"there is no relation {relation!r}.{did_you_mean(relation, RELATIONS_OF_PAPERS)}")
    return relation


def why(context: Context, item: Item) -> Fact | None:
    """The edge from a paper on a connection to the entity whose list it is; None in a root list.

    A list into a concept has papers of narrower concepts too: their own edges
    lead to those, so the surest edge of the same relation to one of them is meant.
    """
    if item.page.anchor is None or not item.page.anchor[1]:
        return None
    relation, _, row = item.page.anchor
    facts = [f for f in facts_of(context, item.page.cls, item.row) if f.relation == relation]
    direct = [f for f in facts if f.far[1] == row]
    if not direct and (far := EDGE[relation].range) and CLASS[far].concept:
        direct = [f for f in facts if context.is_narrower(far, f.far[1], row)]
    return max(direct, key=lambda f: f.confidence, default=None)


def _confidences(context: Context, items: list[Item], _call: Call) -> list[Any]:
    return [f.confidence if (f := why(context, i)) else None for i in items]


def _sources(context: Context, items: list[Item], _call: Call) -> list[Any]:
    return [f.source if (f := why(context, i)) else None for i in items]


def _passages(context: Context, items: list[Item], call: Call) -> list[Any]:
    return run_lists(context, call, [f.supports if (f := why(context, i)) else () for i in items], EVIDENCE)


def item_fields() -> dict[str, Any]:
    """What a place on a connection says of its edge: confidence, source, evidence."""
    return {
        "confidence": batched(
            Float,
            "How sure the edge to the entity of this list is, 0 to 1; null in a root list.",
            "0.93",
            _confidences,
        ),
        "source": batched(String, "Who or what drew that edge; null in a root list.", '"rules 1"', _sources),
        "evidence": batched(
            NonNull(ListOf(NonNull(EVIDENCE))),
            "What supports that edge; empty in a root list.",
            "evidence { quote }",
            _passages,
            size=2,
        ),
    }
