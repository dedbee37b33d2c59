"""Edges with what supports them: of a paper, and of each place on a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLFloat,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from graphql_api.batch import Context, Rows, argument, batched, each, run_lists, run_refs
from graphql_api.connections import Item, check_size
from graphql_api.examples import described
from graphql_api.plan import Call
from schema.errors import BadFilter, did_you_mean
from schema.node import Edge, Support
from schema.vocabulary import CLASS, EDGE, edges_from

RELATIONS_OF_PAPERS: Final = tuple(e.name for e in edges_from("Paper"))

EVIDENCE: Final = GraphQLObjectType(
    "Evidence",
    {
        "quote": batched(
            GraphQLNonNull(GraphQLString),
            "The passage, word for word.",
            '"We evaluate on MIMIC-CXR."',
            each(lambda s: s.evidence.quote),
        ),
        "section": batched(
            GraphQLNonNull(GraphQLString),
            'Where it stands: "title", "abstract", or "source" for what a source states.',
            '"abstract"',
            each(lambda s: s.evidence.section),
        ),
        "start": batched(
            GraphQLNonNull(GraphQLInt),
            "Offset of its first character in the section, from 0.",
            "120",
            each(lambda s: s.evidence.start),
        ),
        "end": batched(
            GraphQLNonNull(GraphQLInt),
            "Offset behind its last character in the section.",
            "145",
            each(lambda s: s.evidence.end),
        ),
        "confidence": batched(
            GraphQLNonNull(GraphQLFloat),
            "How sure the edge is by this passage, 0 to 1.",
            "0.93",
            each(lambda s: s.confidence),
        ),
        "source": batched(
            GraphQLNonNull(GraphQLString),
            "Who or what drew the edge from it: an extractor with its version, or a source.",
            '"rules 1"',
            each(lambda s: s.maker),
        ),
        "cues": batched(
            GraphQLNonNull(GraphQLList(GraphQLNonNull(GraphQLString))),
            "The reasons that weighed most, in words.",
            '["verb: evaluate"]',
            each(lambda s: list(s.cues)),
        ),
    },
    description=described(
        "A passage that supports an edge, with its place and who drew the edge.", "evidence { quote section start end }"
    ),
)


def _target_column(context: Context, edges: Sequence[Edge], call: Call) -> list[Any]:
    return run_refs(context, call, [context.index.find(e.target) for e in edges])


def _supports_column(context: Context, edges: Sequence[Edge], call: Call) -> list[Any]:
    return run_lists(context, call, [e.supports for e in edges], EVIDENCE)


def source_of(edge: Edge) -> str | None:
    """Who drew an edge: the maker of its surest support; None for a structural edge."""
    return edge.supports[0].maker if edge.supports else None


def assertion_type(entity: GraphQLInterfaceType) -> GraphQLObjectType:
    """The type of a paper's edges, each with its target and evidence."""
    return GraphQLObjectType(
        "Assertion",
        lambda: {
            "relation": batched(
                GraphQLNonNull(GraphQLString),
                "The relation, by the name of its predicate.",
                '"usesDataset"',
                each(lambda e: e.relation),
            ),
            "target": batched(
                GraphQLNonNull(entity),
                "The entity at the other end, of any class.",
                "target { __typename name }",
                _target_column,
            ),
            "confidence": batched(
                GraphQLNonNull(GraphQLFloat),
                "How sure the edge is, 0 to 1: the probability that a careful reader agrees.",
                "0.93",
                each(lambda e: e.confidence),
            ),
            "source": batched(
                GraphQLString,
                "Who or what drew the edge; null for what goes without saying.",
                '"rules 1"',
                each(source_of),
            ),
            "evidence": batched(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(EVIDENCE))),
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


def assertion_arguments() -> dict[str, GraphQLArgument]:
    """The arguments of a paper's edges."""
    return {
        "relation": argument(
            GraphQLList(GraphQLNonNull(GraphQLString)),
            "Only these relations; all where not given.",
            'relation: ["usesDataset"]',
        ),
        "minConfidence": argument(GraphQLFloat, "Only edges at least this sure, 0 to 1.", "minConfidence: 0.8"),
        "first": argument(GraphQLInt, "At most so many; all where not given.", "first: 10"),
    }


def assertions_column(assertion: GraphQLObjectType) -> Any:
    """The edges of each paper, by relation and target."""

    def column(context: Context, parents: Rows, call: Call) -> list[Any]:
        arguments = call.arguments(context.variables)
        relations, first = arguments.get("relation"), arguments.get("first")
        check_size("first", first, context.max_page)
        wanted = frozenset(_known(r) for r in relations) if relations is not None else None
        at_least = arguments.get("minConfidence")
        sure = context.min_confidence if at_least is None else at_least
        lists = [
            [e for e in context.node(parents.cls, row).edges
             if (wanted is None or e.relation in wanted) and e.confidence >= sure][:first]
            for row in parents.rows.tolist()
        ]  # fmt: skip
        return run_lists(context, call, lists, assertion)

    return column


def _known(relation: str) -> str:
    if relation not in EDGE:
        raise BadFilter(f"there is no relation {relation!r}.{did_you_mean(relation, RELATIONS_OF_PAPERS)}")
    return relation


@dataclass(frozen=True, slots=True)
class _Why:
    """The edge behind a place on a connection, where there is one."""

    edge: Edge | None

    @property
    def supports(self) -> tuple[Support, ...]:
        return self.edge.supports if self.edge else ()


def why(context: Context, item: Item) -> _Why:
    """The edge from a paper on a connection to the entity whose list it is.

    A list into a concept has papers of narrower concepts too: their own edges
    lead to those, so the surest edge of the same relation to one of them is meant.
    """
    if item.page.anchor is None or not item.page.anchor[1]:
        return _Why(None)
    relation, _, row = item.page.anchor
    far = EDGE[relation].range
    own = context.index.id(far, row)
    edges = [e for e in context.node(item.page.cls, item.row).edges if e.relation == relation]
    direct = [e for e in edges if e.target == own]
    if not direct and CLASS[far].concept:
        direct = [e for e in edges if context.is_narrower(far, context.row(e.target), row)]
    return _Why(max(direct, key=lambda e: e.confidence, default=None))


def item_fields() -> dict[str, Any]:
    """What a place on a connection says of its edge: confidence, source, evidence."""
    return {
        "confidence": batched(GraphQLFloat, "How sure the edge to the entity of this list is, 0 to 1; null in a root list.", "0.93",
                              lambda c, items, _: [w.edge.confidence if (w := why(c, i)).edge else None for i in items]),
        "source": batched(GraphQLString, "Who or what drew that edge; null in a root list.", '"rules 1"',
                          lambda c, items, _: [source_of(w.edge) if (w := why(c, i)).edge else None for i in items]),
        "evidence": batched(GraphQLNonNull(GraphQLList(GraphQLNonNull(EVIDENCE))), "What supports that edge; empty in a root list.", "evidence { quote }",
                            lambda c, items, call: run_lists(c, call, [why(c, i).supports for i in items], EVIDENCE), size=2),
    }  # fmt: skip
