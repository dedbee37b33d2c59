"""A part of the graph as objects of other libraries: networkx, igraph, pandas, polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kg.export.columns import columns
from kg.export.nodelink import link_row, node_row
from kg.export.subgraph import Subgraph
from schema.errors import Unavailable

if TYPE_CHECKING:
    import igraph
    import networkx as nx


class Tables(NamedTuple):
    """Two tables: one row for each node, one for each edge."""

    nodes: Any
    edges: Any


def to_networkx(sub: Subgraph) -> nx.MultiDiGraph | nx.Graph:
    """A networkx graph: a MultiDiGraph with a key for each relation, or a Graph where `sub` is a projection.

    Nodes are ids; attributes are those of the exports, lists as lists.
    """
    import networkx as nx

    graph = nx.MultiDiGraph() if sub.directed else nx.Graph()
    graph.graph.update(version=sub.version, base=sub.base)
    for node, degree in sub.nodes_with_degrees():
        graph.add_node(node.id, **{k: v for k, v in node_row(sub, node, degree).items() if k != "id"})
    for link in sub.links():
        row: dict[str, Any] = {"relation": link.relation, "weight": link.weight, "confidence": link.confidence}
        if sub.directed:
            graph.add_edge(link.source, link.target, key=link.relation, **row)
        else:
            graph.add_edge(link.source, link.target, **row, association=link.association)
    return graph


def to_igraph(sub: Subgraph) -> igraph.Graph:
    """An igraph graph with the ids as vertex attribute `name`; raises `Unavailable` without igraph."""
    try:
        import igraph
    except ImportError as err:
        raise Unavailable("igraph is not installed: pip install 'paperatlas[igraph]'.") from err
    names = [c.name for c in columns(sub.classes, sub.options.abstracts)]
    rows = [node_row(sub, node, degree) for node, degree in sub.nodes_with_degrees()]
    number = {row["id"]: i for i, row in enumerate(rows)}
    links = list(sub.links())
    graph = igraph.Graph(
        n=len(rows), edges=[(number[x.source], number[x.target]) for x in links], directed=sub.directed
    )
    graph.vs["name"] = [row["id"] for row in rows]
    for name in ("label", "type", "iri", "degree", *names):
        graph.vs[name] = [row.get(name) for row in rows]
    for name in ("relation", "weight", "confidence", *(() if sub.directed else ("association",))):
        graph.es[name] = [getattr(link, name) for link in links]
    return graph


def to_pandas(sub: Subgraph) -> Tables:
    """Two pandas frames, nodes by id and edges; raises `Unavailable` without pandas."""
    try:
        import pandas as pd
    except ImportError as err:
        raise Unavailable("pandas is not installed: pip install 'paperatlas[frames]'.") from err
    nodes, edges = _rows(sub)
    return Tables(pd.DataFrame(nodes, columns=_node_names(sub)).set_index("id"), pd.DataFrame(edges, columns=_LINK))


def to_polars(sub: Subgraph) -> Tables:
    """Two polars frames, nodes and edges; raises `Unavailable` without polars."""
    try:
        import polars as pl
    except ImportError as err:
        raise Unavailable("polars is not installed: pip install 'paperatlas[frames]'.") from err
    nodes, edges = _rows(sub)
    types = {"string": pl.String, "int": pl.Int64, "double": pl.Float64, "boolean": pl.Boolean}
    schema: dict[str, Any] = dict.fromkeys(_node_names(sub), pl.String) | {"degree": pl.Int64}
    for column in columns(sub.classes, sub.options.abstracts):
        schema[column.name] = pl.List(types[column.type]) if column.many else types[column.type]
    link_schema: dict[str, Any] = dict.fromkeys(_LINK[:4], pl.String) | dict.fromkeys(_LINK[4:], pl.Float64)
    return Tables(pl.DataFrame(nodes, schema=schema), pl.DataFrame(edges, schema=link_schema))


_LINK = ["id", "source", "target", "relation", "weight", "confidence", "association"]


def _node_names(sub: Subgraph) -> list[str]:
    names = [c.name for c in columns(sub.classes, sub.options.abstracts)]
    return ["id", "label", "type", "iri", "degree", *names]


def _rows(sub: Subgraph) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    names = _node_names(sub)
    nodes = [node_row(sub, node, degree) for node, degree in sub.nodes_with_degrees()]
    whole = [{n: list(v) if isinstance(v := row.get(n), tuple) else v for n in names} for row in nodes]
    return whole, [{"association": None} | link_row(i, link) for i, link in enumerate(sub.links())]
