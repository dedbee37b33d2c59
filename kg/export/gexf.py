"""GEXF 1.3 by streaming text: Gephi's own format, with relations kept apart and time from years.

Sources: the GEXF 1.3 schema (https://gexf.net/schema.html) and Gephi's
importer. Each relation is a `kind`, so that parallel edges of different
relations stay apart. A paper is there from the first day of its year on and
so are its edges: Gephi's timeline shows the field grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from kg.export.columns import COLOURS, Column, cell, columns, columns_of, size, write_blocks, xml
from kg.export.subgraph import Subgraph
from schema.ids import entity_iri

_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
"""
_TYPES: Final = {"int": "integer"}
_OWN: Final = (Column("type", "string"), Column("iri", "string"), Column("degree", "int"))


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write the part of the graph as one GEXF 1.3 document, UTF-8."""
    write_blocks(_lines(sub), out)


def _lines(sub: Subgraph) -> Iterator[str]:
    kind = "directed" if sub.directed else "undirected"
    time = ' mode="dynamic" timeformat="date" timerepresentation="interval"' if sub.years else ' mode="static"'
    yield _HEAD
    yield f"<meta><creator>Paper Atlas</creator><description>Snapshot {xml(sub.version)}</description></meta>\n"
    yield f'<graph defaultedgetype="{kind}"{time}>\n'
    yield from _attributes(sub)
    yield "<nodes>\n"
    yield from _nodes(sub)
    yield "</nodes>\n<edges>\n"
    yield from _edges(sub)
    yield "</edges>\n</graph>\n</gexf>\n"


def _attributes(sub: Subgraph) -> Iterator[str]:
    edge = [Column("confidence", "double"), *([] if sub.directed else [Column("association", "double")])]
    for cls, fields in (("node", (*_OWN, *columns(sub.classes, sub.options.abstracts))), ("edge", edge)):
        yield f'<attributes class="{cls}">\n'
        for column in fields:
            type_ = _TYPES.get(column.type, column.type)
            yield f'<attribute id="{column.name}" title="{column.name}" type="{type_}"/>\n'
        yield "</attributes>\n"


def _nodes(sub: Subgraph) -> Iterator[str]:
    base, positions = sub.base, sub.positions
    for node, degree in sub.nodes_with_degrees():
        properties = node.properties
        values = (
            f'<attvalue for="type" value="{node.cls}"/><attvalue for="iri" value="{xml(entity_iri(base, node.id))}"/>'
            f'<attvalue for="degree" value="{degree}"/>'
        )
        for column in columns_of(node.cls, sub.options.abstracts):
            if column.name in properties and (text := cell(properties[column.name])) is not None:
                values += f'<attvalue for="{column.name}" value="{xml(text)}"/>'
        red, green, blue = COLOURS[node.cls]
        place = '<viz:position x="{}" y="{}" z="0.0"/>'.format(*positions[node.id]) if node.id in positions else ""
        yield (
            f'<node id="{node.id}" label="{xml(node.label)}"{_start(sub.years.get(node.id))}>'
            f"<attvalues>{values}</attvalues>"
            f'<viz:color r="{red}" g="{green}" b="{blue}"/>{place}<viz:size value="{size(degree)}"/></node>\n'
        )


def _edges(sub: Subgraph) -> Iterator[str]:
    years = sub.years
    links = sub.merged_links() if sub.options.parallel == "merge" else sub.links()
    for number, (source, target, relation, weight, confidence, association) in enumerate(links):
        extra = "" if association is None else f'<attvalue for="association" value="{association}"/>'
        yield (
            f'<edge id="e{number}" source="{source}" target="{target}" kind="{relation}" weight="{weight}"'
            f'{_start(years.get(source))}><attvalues><attvalue for="confidence" value="{confidence:.4g}"/>{extra}'
            "</attvalues></edge>\n"
        )


def _start(year: int | None) -> str:
    return f' start="{year:04d}-01-01"' if year else ""
