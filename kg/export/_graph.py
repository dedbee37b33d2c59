"""What an export needs of a graph, so that this folder knows neither the index nor the query layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from schema.node import Node


class Found(Protocol):
    """The answer to a filter: ids in order."""

    def ids(self, first: int | None = None, offset: int = 0) -> Sequence[str]:
        """The ids of the entities found."""
        ...


class GraphLike(Protocol):
    """A published graph, as `kg.query.Graph` gives it; `version` names the snapshot, `base` starts every IRI."""

    @property
    def version(self) -> str:
        """The snapshot's name."""
        ...

    @property
    def base(self) -> str:
        """The start of every entity's IRI."""
        ...

    def all_nodes(self, classes: Sequence[str] | None = None, supports: bool = True) -> Iterator[Node]:
        """Every node, class after class, in constant memory; without `supports` faster, without edges and abstracts."""
        ...

    def degree_of(self) -> Any:
        """The number of edges at each node, as a numpy array in the order of `all_nodes`."""
        ...

    def all_edges(self) -> Iterable[tuple[str, str, str, float]]:
        """Every edge as source id, relation, target id, confidence, grouped by source in the order of `all_nodes`."""
        ...

    def find(
        self,
        cls: str,
        where: Mapping[str, Any] | None = None,
        order_by: Any = None,
        min_confidence: float = 0.0,
    ) -> Found:
        """The entities of a class that a filter describes."""
        ...

    def nodes(self, ids: Sequence[str]) -> Sequence[Node]:
        """Full nodes by id."""
        ...


class Link(NamedTuple):
    """An edge as exports write it: ids at both ends, relation, weight (> 0), confidence (0 to 1).

    `association` is set in projections: how much more often the two stand
    together than chance would have it (1 is chance).
    """

    source: str
    target: str
    relation: str
    weight: float = 1.0
    confidence: float = 1.0
    association: float | None = None
