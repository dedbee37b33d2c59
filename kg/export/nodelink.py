"""Graphs as JSON: node-link for networkx and D3, elements for Cytoscape; streamed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from kg.export._graph import Link
from kg.export.columns import hex_colour, size, write_blocks
from kg.export.subgraph import Subgraph
from schema.ids import entity_iri
from schema.node import Node

NodeRow = Callable[[Subgraph, Node, int], dict[str, Any]]
LinkRow = Callable[[int, Link], dict[str, Any]]


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write the node-link form that `networkx.node_link_graph(data)` reads; `source` and `target` are ids."""
    head = {"directed": sub.directed, "multigraph": True, "graph": {"version": sub.version, "base": sub.base}}
    write_blocks(_document(json.dumps(head)[:-1] + ", ", sub, node_row, _link_row, "}\n"), out)


def write_cytoscape(sub: Subgraph, out: BinaryIO) -> None:
    """Write the JSON of Cytoscape and cytoscape.js; `interaction` is the relation."""
    name = json.dumps({"name": f"Paper Atlas {sub.version}", "shared_name": "Paper Atlas"})
    head = f'{{"format_version": "1.0", "target_cytoscapejs_version": "~3", "data": {name}, "elements": {{'
    write_blocks(_document(head, sub, _element, _link_element, "}}\n"), out)


def node_row(sub: Subgraph, node: Node, degree: int) -> dict[str, Any]:
    """A node as one flat object: id, label, type, iri, degree, its literals, and its place where there is one."""
    row: dict[str, Any] = {
        "id": node.id, "label": node.label, "type": node.cls, "iri": entity_iri(sub.base, node.id),
        "degree": degree,
    }  # fmt: skip
    row |= {k: v for k, v in sorted(node.properties.items()) if _fits(k, v, sub.options.abstracts)}
    if node.id in sub.positions:
        row["x"], row["y"] = sub.positions[node.id]
    return row


def link_row(number: int, link: Link) -> dict[str, Any]:
    """A link as one flat object; its `association` where it is projected."""
    row = {
        "id": f"e{number}", "source": link.source, "target": link.target, "relation": link.relation,
        "weight": link.weight, "confidence": link.confidence,
    }  # fmt: skip
    return row if link.association is None else row | {"association": link.association}


def _document(head: str, sub: Subgraph, node_of: NodeRow, link_of: LinkRow, tail: str) -> Iterator[str]:
    yield f'{head}"nodes": [\n'
    yield from _rows(node_of(sub, node, degree) for node, degree in sub.nodes_with_degrees())
    yield '],\n"edges": [\n'
    found = sub.merged_links() if sub.options.parallel == "merge" else sub.links()
    yield from _rows(link_of(number, link) for number, link in enumerate(found))
    yield f"]{tail}"


def _rows(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield (",\n" if number else "") + json.dumps(row, ensure_ascii=False)


def _fits(name: str, value: Any, abstracts: bool) -> bool:
    if name == "sources" or name == "title" or (name == "abstract" and not abstracts):
        return False
    # JSON has no infinite or undefined numbers.
    return not isinstance(value, float) or math.isfinite(value)


def _link_row(number: int, link: Link) -> dict[str, Any]:
    return link_row(number, link) | {"key": link.relation}


def _element(sub: Subgraph, node: Node, degree: int) -> dict[str, Any]:
    row = node_row(sub, node, degree)
    x, y = row.pop("x", None), row.pop("y", None)
    row |= {"name": node.label, "color": hex_colour(node.cls), "size": size(degree)}
    return {"data": row} | ({} if x is None else {"position": {"x": x, "y": y}})


def _link_element(number: int, link: Link) -> dict[str, Any]:
    return {"data": link_row(number, link) | {"interaction": link.relation}}
