"""GraphML by streaming text: what Gephi, igraph, networkx, Cytoscape and yEd read.

Sources: the GraphML 1.0 schema (http://graphml.graphdrawing.org/xmlns) and how
Gephi reads keys: `label`, `size`, `r g b`, `x y` and `weight` by these very
names, each under `for="node"` or `for="edge"`. Ids are XML name tokens there,
so the slash of an id is written as a colon: "dataset:mimic-cxr".

Gephi gives parallel edges of one pair a single edge. They are merged here
unless `parallel` is "keep": relations joined by "|", weights summed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from kg.export.columns import COLOURS, cell, columns, columns_of, hex_colour, size, write_blocks, xml
from kg.export.subgraph import Subgraph
from schema.ids import entity_iri

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
_NODE_KEYS: Final = (
    ("label", "string"), ("type", "string"), ("size", "double"), ("r", "int"), ("g", "int"), ("b", "int"),
    ("color", "string"), ("iri", "string"), ("degree", "int"),
)  # fmt: skip
_EDGE_KEYS: Final = (("relation", "string"), ("weight", "double"), ("confidence", "double"))


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write the part of the graph as one GraphML document, UTF-8."""
    write_blocks(_lines(sub), out)


def graphml_id(id_: str) -> str:
    """An id as an XML name token, which the schema asks for.

    >>> graphml_id("paper/arxiv-2401.00001")
    'paper:arxiv-2401.00001'
    """
    token = id_.replace("/", ":", 1)
    return token.replace("~", ":7E") if "~" in token else token


def entity_id_of_graphml(token: str) -> str:
    """The id that `graphml_id` wrote."""
    return token.replace(":", "/", 1).replace(":7E", "~")


def _lines(sub: Subgraph) -> Iterator[str]:
    yield _HEAD
    yield from _keys(sub)
    yield f'<graph id="{xml(sub.version)}" edgedefault="{"directed" if sub.directed else "undirected"}">\n'
    yield from _nodes(sub)
    yield from _edges(sub)
    yield "</graph>\n</graphml>\n"


def _keys(sub: Subgraph) -> Iterator[str]:
    places = (("x", "double"), ("y", "double")) if sub.positions else ()
    fields = ((c.name, c.type) for c in columns(sub.classes, sub.options.abstracts))
    for name, type_ in (*_NODE_KEYS, *places, *fields):
        yield f'<key id="{name}" for="node" attr.name="{name}" attr.type="{type_}"/>\n'
    for name, type_ in _EDGE_KEYS if sub.directed else (*_EDGE_KEYS, ("association", "double")):
        yield f'<key id="{name}" for="edge" attr.name="{name}" attr.type="{type_}"/>\n'


def _nodes(sub: Subgraph) -> Iterator[str]:
    base, positions = sub.base, sub.positions
    looks = {cls: _look(cls) for cls in sub.classes}
    fields = {cls: _field_tags(cls, sub.options.abstracts) for cls in sub.classes}
    for node, degree in sub.nodes_with_degrees():
        id_, properties = node.id, node.properties
        row = (
            f'<node id="{graphml_id(id_)}"><data key="label">{xml(node.label)}</data>{looks[node.cls]}'
            f'<data key="size">{size(degree)}</data><data key="degree">{degree}</data>'
            f'<data key="iri">{xml(entity_iri(base, id_))}</data>'
        )
        for name, tag in fields[node.cls]:
            if name in properties and (text := cell(properties[name])) is not None:
                row += f"{tag}{xml(text)}</data>"
        if id_ in positions:
            x, y = positions[id_]
            row += f'<data key="x">{x}</data><data key="y">{y}</data>'
        yield row + "</node>\n"


def _look(cls: str) -> str:
    red, green, blue = COLOURS[cls]
    return (
        f'<data key="type">{cls}</data><data key="r">{red}</data><data key="g">{green}</data>'
        f'<data key="b">{blue}</data><data key="color">{hex_colour(cls)}</data>'
    )


def _field_tags(cls: str, abstracts: bool) -> tuple[tuple[str, str], ...]:
    return tuple((c.name, f'<data key="{c.name}">') for c in columns_of(cls, abstracts))


def _edges(sub: Subgraph) -> Iterator[str]:
    links = sub.links() if sub.options.parallel == "keep" else sub.merged_links()
    for number, (source, target, relation, weight, confidence, association) in enumerate(links):
        extra = "" if association is None else f'<data key="association">{association}</data>'
        yield (
            f'<edge id="e{number}" source="{graphml_id(source)}" target="{graphml_id(target)}">'
            f'<data key="relation">{relation}</data><data key="weight">{weight}</data>'
            f'<data key="confidence">{confidence:.4g}</data>{extra}</edge>\n'
        )
