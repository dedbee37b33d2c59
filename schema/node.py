"""The resolved graph as plain values: a node with its outgoing edges and what supports them.

Between the records of sources and the statements of RDF stands this form:
names are resolved to entities, facts drawn from text and facts stated by a
source stand side by side. Statements, the query index and the exports are all
made from it, and it can be read back from either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schema.annotation import Evidence
from schema.ids import EntityId


@dataclass(frozen=True, slots=True)
class Support:
    """Why an edge is there: the passage, who drew it, how sure (0 to 1), the cues that weighed most."""

    evidence: Evidence
    confidence: float
    maker: str
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A typed edge to another node; `supports` is sorted, surest first, and empty only for structural edges."""

    relation: str
    target: EntityId
    supports: tuple[Support, ...] = ()

    @property
    def confidence(self) -> float:
        """How sure the edge is: its surest support; 1 for a structural edge."""
        return max((s.confidence for s in self.supports), default=1.0)


@dataclass(frozen=True, slots=True)
class Node:
    """One entity: its id, class, label, literal properties and outgoing edges.

    `properties` maps a predicate's local name (see `schema.vocabulary`) to its
    value: a str, int, float, bool, or a tuple of str where it repeats.
    Edges are sorted by relation and target.
    """

    id: EntityId
    cls: str
    label: str
    properties: dict[str, Any] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()

    def targets(self, relation: str) -> tuple[EntityId, ...]:
        """The ids at the other end of one relation."""
        return tuple(e.target for e in self.edges if e.relation == relation)
