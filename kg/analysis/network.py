"""What is central and what travels together, on projections of the graph; by networkx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kg.export import ExportOptions, Subgraph
from kg.export.objects import to_networkx
from kg.query import Graph

_SEED: Final = 7
_EXACT_UP_TO: Final = 800
"""Betweenness is exact for graphs of so many nodes, and estimated from so many of them beyond."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entities that share papers: how many, and how much more often than chance (1 is chance)."""

    a: str
    a_label: str
    b: str
    b_label: str
    papers: int
    association: float


@dataclass(frozen=True, slots=True)
class Centrality:
    """How central a node is: links, their weight, paths through it (0 to 1), closeness (0 to 1), core number."""

    id: str
    label: str
    degree: int
    strength: float
    betweenness: float
    closeness: float
    core: int


@dataclass(frozen=True, slots=True)
class Community:
    """Nodes that hang together more than with others, the strongest first."""

    ids: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of nodes."""
        return len(self.ids)


def co_use(
    graph: Graph,
    project: str = "dataset-dataset:usesDataset",
    *,
    where: Mapping[str, Any] | None = None,
    min_weight: float = 1.0,
    min_confidence: float = 0.0,
) -> list[Pair]:
    """What stands in the same papers, the most frequent pairs first, then the strongest associations."""
    options = ExportOptions(project=project, where=where, min_weight=min_weight, min_confidence=min_confidence)
    pairs = [
        Pair(x.source, graph.label(x.source), x.target, graph.label(x.target), int(x.weight), x.association or 0.0)
        for x in Subgraph(graph, options).links()
    ]
    return sorted(pairs, key=lambda p: (-p.papers, -p.association, p.a, p.b))


def centralities(graph: Graph, project: str = "dataset-dataset:usesDataset", **options: Any) -> list[Centrality]:
    """How central the nodes of a projection are, by strength; options are those of exports."""
    import networkx as nx

    net = to_networkx(Subgraph(graph, ExportOptions(project=project, **options)))
    sample = None if len(net) <= _EXACT_UP_TO else _EXACT_UP_TO
    between = nx.betweenness_centrality(net, k=sample, seed=_SEED)
    close, core = nx.closeness_centrality(net), nx.core_number(net)
    rows = [
        Centrality(n, net.nodes[n]["label"], net.degree[n], float(strength), between[n], close[n], core[n])
        for n, strength in net.degree(weight="weight")
    ]
    return sorted(rows, key=lambda r: (-r.strength, -r.betweenness, r.id))


def communities(
    graph: Graph, project: str = "dataset-dataset:usesDataset", *, resolution: float = 1.0, **options: Any
) -> list[Community]:
    """The communities of a projection, the largest first; options are those of exports.

    Source: Louvain (Blondel et al. 2008) as networkx has it, with a fixed seed.
    """
    import networkx as nx

    net = to_networkx(Subgraph(graph, ExportOptions(project=project, **options)))
    strength = dict(net.degree(weight="weight"))
    found = nx.community.louvain_communities(net, weight="weight", resolution=resolution, seed=_SEED)
    ordered = [sorted(part, key=lambda n: (-strength[n], n)) for part in found]
    ordered.sort(key=lambda part: (-len(part), part[0]))
    return [Community(tuple(part), tuple(net.nodes[n]["label"] for n in part)) for part in ordered]
