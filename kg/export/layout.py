"""Positions of nodes, so that a file opens already laid out; the same graph gives the same positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kg.export._graph import Link
from schema.errors import LimitExceeded, Unavailable

_SEED: Final = 7
_SPAN: Final = 1000.0
"""Positions lie between -1000 and 1000, the scale at which node sizes of 5 to 60 read well in Gephi."""
MOST_NODES: Final = {"forceatlas2": 2000, "circular": 1_000_000, "fr": 100_000, "drl": 20_000}
"""The largest graph for each layout: forceatlas2 takes time and memory by the square of the nodes (400 MB here)."""

Places = Mapping[str, tuple[float, float]]


def positions(ids: Sequence[str], links: Sequence[Link], name: str, most: int = 0) -> Places:
    """Lay out the nodes, at most `most`, with `forceatlas2`, `circular` (networkx), `fr` or `drl` (igraph, an extra).

    Raises `LimitExceeded` for a graph too large for the layout and
    `Unavailable` where igraph is not installed.
    """
    most = min(most or MOST_NODES[name], MOST_NODES[name])
    if len(ids) > most:
        raise LimitExceeded(
            f"{name} lays out at most {most:,} nodes here and this graph has {len(ids):,}. "
            "Cut it (where, ego, project, backbone, largest_component), or use `kg export` with fr."
        )
    if not ids:
        return {}
    return _spread((_IGRAPH if name in _IGRAPH else _NETWORKX)[name](ids, links))


def _forceatlas2(ids: Sequence[str], links: Sequence[Link]) -> dict[str, Any]:
    import networkx as nx

    graph = _networkx(ids, links)
    start = nx.circular_layout(graph)
    return dict(
        nx.forceatlas2_layout(
            graph, pos=start, max_iter=300, scaling_ratio=2.0, gravity=1.0, strong_gravity=True, seed=_SEED
        )
    )


def _circular(ids: Sequence[str], links: Sequence[Link]) -> dict[str, Any]:
    import networkx as nx

    return dict(nx.circular_layout(_networkx(ids, links)))


def _networkx(ids: Sequence[str], links: Sequence[Link]) -> Any:
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(ids)
    for link in links:
        graph.add_edge(link.source, link.target, weight=link.weight)
    return graph


def _with_igraph(method: str) -> Callable[[Sequence[str], Sequence[Link]], dict[str, Any]]:
    def laid_out(ids: Sequence[str], links: Sequence[Link]) -> dict[str, Any]:
        try:
            import igraph
        except ImportError as err:
            raise Unavailable(f"the layout {method} needs igraph: pip install 'paperatlas[igraph]'.") from err
        import random

        number = {id_: i for i, id_ in enumerate(ids)}
        graph = igraph.Graph(n=len(ids), edges=[(number[x.source], number[x.target]) for x in links])
        graph.es["weight"] = [x.weight for x in links]
        igraph.set_random_number_generator(random.Random(_SEED))
        return dict(zip(ids, graph.layout(method, weights="weight").coords, strict=True))

    return laid_out


_NETWORKX: Final = {"forceatlas2": _forceatlas2, "circular": _circular}
_IGRAPH: Final = {"fr": _with_igraph("fr"), "drl": _with_igraph("drl")}


def _spread(raw: Mapping[str, Sequence[float]]) -> Places:
    """Centre and scale, rounded so that the last bits of arithmetic do not reach the file."""
    middle = [sum(p[axis] for p in raw.values()) / len(raw) for axis in (0, 1)]
    far = max((abs(p[axis] - middle[axis]) for p in raw.values() for axis in (0, 1)), default=0.0) or 1.0
    return {
        id_: (round((p[0] - middle[0]) / far * _SPAN, 2), round((p[1] - middle[1]) / far * _SPAN, 2))
        for id_, p in raw.items()
    }
