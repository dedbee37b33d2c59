"""Pairs of tables, one of nodes and one of edges: CSV for Gephi and for Neo4j, TSV for KGX, Parquet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from kg.export._archive import Archive
from kg.export._graph import Link
from kg.export.columns import Column, cell, columns, size
from kg.export.subgraph import Subgraph
from schema.errors import Unavailable
from schema.ids import entity_iri
from schema.node import Node
from schema.vocabulary import EDGE

_BATCH: Final = 20_000
_NEO4J_TYPES: Final = {"int": ":int", "double": ":double", "boolean": ":boolean", "string": ""}
_NEO4J_README: Final = """Two files for neo4j-admin:

    neo4j-admin database import full --nodes=nodes.csv --relationships=edges.csv \\
        --array-delimiter="|" --multiline-fields=true neo4j

A bar inside a value of a list is written as a broken bar.
"""
_CATEGORIES: Final = {
    "Paper": "biolink:Article", "Dataset": "biolink:Dataset", "Method": "biolink:InformationContentEntity",
    "Task": "biolink:InformationContentEntity", "Modality": "biolink:InformationContentEntity",
    "Condition": "biolink:Disease", "Repository": "biolink:InformationResource",
    "Result": "biolink:InformationContentEntity", "Person": "biolink:Agent", "Venue": "biolink:Serial",
}  # fmt: skip
"""The nearest Biolink category of each class."""


NODE_COLUMNS: Final = (
    Column("Id", "string"), Column("Label", "string"), Column("type", "string"), Column("iri", "string"),
    Column("degree", "int"), Column("size", "double"),
)  # fmt: skip
EDGE_COLUMNS: Final = (
    Column("Source", "string"), Column("Target", "string"), Column("Type", "string"), Column("Id", "string"),
    Column("Label", "string"), Column("Weight", "double"), Column("confidence", "double"),
)  # fmt: skip
"""The columns of Gephi's tables, capitals as it knows them; literals of nodes and an association may follow."""


def write_gephi(sub: Subgraph, out: BinaryIO) -> None:
    """Write nodes.csv and edges.csv with the headers that Gephi's import of spreadsheets knows."""
    with Archive(out) as archive:
        write_pair(sub, archive)


def write_pair(sub: Subgraph, archive: Archive) -> None:
    """Write Gephi's two tables into an archive."""
    fields = columns(sub.classes, sub.options.abstracts)
    kind = "Directed" if sub.directed else "Undirected"
    with archive.file("nodes.csv") as file:
        head = [c.name for c in (*NODE_COLUMNS, *fields)]
        _csv(file, head, (_gephi_node(sub.base, n, degree, fields) for n, degree in sub.nodes_with_degrees()))
    with archive.file("edges.csv") as file:
        rows = ([x.source, x.target, kind, f"e{i}", x.relation, x.weight, x.confidence, *_extra(x)]
                for i, x in enumerate(_links(sub)))  # fmt: skip
        _csv(file, [c.name for c in EDGE_COLUMNS] + ([] if sub.directed else ["association"]), rows)


def write_neo4j(sub: Subgraph, out: BinaryIO) -> None:
    """Write nodes.csv and edges.csv with the headers of `neo4j-admin database import`."""
    fields = columns(sub.classes, sub.options.abstracts)
    with Archive(out) as archive:
        archive.text("README.txt", _NEO4J_README)
        with archive.file("nodes.csv") as file:
            head = ["id:ID", ":LABEL", "label", "iri", *(_neo4j_name(c) for c in fields)]
            rows = ([n.id, n.cls, n.label, entity_iri(sub.base, n.id)] + [_neo4j_cell(n, c) for c in fields]
                    for n in sub.nodes())  # fmt: skip
            _csv(file, head, rows)
        with archive.file("edges.csv") as file:
            head = [":START_ID", ":END_ID", ":TYPE", "weight:double", "confidence:double"]
            links = ([x.source, x.target, x.relation, x.weight, x.confidence, *_extra(x)] for x in _links(sub))
            _csv(file, head + ([] if sub.directed else ["association:double"]), links)


def write_kgx(sub: Subgraph, out: BinaryIO) -> None:
    """Write nodes.tsv and edges.tsv in the KGX form: CURIEs, Biolink categories, our relation beside the predicate.

    Source: https://github.com/biolink/kgx/blob/master/specification/kgx-format.md
    """
    with Archive(out) as archive:
        with archive.file("nodes.tsv") as file:
            head = ["id", "category", "name", "iri", "xref", "synonym", "provided_by"]
            _tsv(file, head, (_kgx_node(sub, n) for n in sub.nodes()))
        with archive.file("edges.tsv") as file:
            head = ["id", "subject", "predicate", "object", "relation", "confidence", "primary_knowledge_source",
                    "knowledge_level", "agent_type"]  # fmt: skip
            _tsv(file, head, (_kgx_edge(i, x) for i, x in enumerate(_links(sub))))


def write_parquet(sub: Subgraph, out: BinaryIO) -> None:
    """Write nodes.parquet and edges.parquet into one zip; raises `Unavailable` without pyarrow."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as err:
        raise Unavailable("Parquet needs pyarrow: pip install 'paperatlas[parquet]'.") from err
    fields = columns(sub.classes, sub.options.abstracts)
    own = [Column("id", "string"), Column("label", "string"), Column("type", "string"), Column("iri", "string"),
           Column("degree", "int")]  # fmt: skip
    ends = [Column("source", "string"), Column("target", "string"), Column("relation", "string"),
            Column("weight", "double"), Column("confidence", "double"), Column("association", "double")]  # fmt: skip
    nodes = ([n.id, n.label, n.cls, entity_iri(sub.base, n.id), degree]
             + [n.properties.get(c.name) for c in fields] for n, degree in sub.nodes_with_degrees())  # fmt: skip
    links = ([x.source, x.target, x.relation, x.weight, x.confidence, x.association] for x in _links(sub))
    with Archive(out) as archive:
        _parquet(archive, "nodes.parquet", [*own, *fields], nodes)
        _parquet(archive, "edges.parquet", ends, links)


def _links(sub: Subgraph) -> Iterator[Link]:
    return sub.merged_links() if sub.options.parallel == "merge" else sub.links()


def _extra(link: Link) -> list[Any]:
    return [] if link.association is None else [link.association]


def _csv(file: BinaryIO, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    everything = iter(rows)
    part: list[Sequence[Any]] = [head]
    while part:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(part)
        file.write(text.getvalue().encode("utf-8", "replace"))
        part = list(islice(everything, _BATCH))


def _tsv(file: BinaryIO, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    file.write(("\t".join(head) + "\n").encode())
    everything = iter(rows)
    while part := list(islice(everything, _BATCH)):
        file.write("".join("\t".join(map(_plain, row)) + "\n" for row in part).encode("utf-8", "replace"))


def _plain(value: Any) -> str:
    """A cell without tabs and line ends, for which KGX has no quoting."""
    return " ".join(str(value).split()) if value not in (None, "") else ""


def _gephi_node(base: str, node: Node, degree: int, fields: tuple[Column, ...]) -> list[Any]:
    row: list[Any] = [node.id, node.label, node.cls, entity_iri(base, node.id), degree, size(degree)]
    return row + [_text(node, c) for c in fields]


def _text(node: Node, column: Column) -> str:
    value = node.properties.get(column.name)
    return "" if value is None else cell(value) or ""


def _neo4j_name(column: Column) -> str:
    return f"{column.name}:string[]" if column.many else column.name + _NEO4J_TYPES[column.type]


def _neo4j_cell(node: Node, column: Column) -> str:
    if column.many:
        return "|".join(v.replace("|", "¦") for v in node.properties.get(column.name, ()))
    return _text(node, column)


def _kgx_node(sub: Subgraph, node: Node) -> list[Any]:
    aliases = "|".join(a.replace("|", " ") for a in node.properties.get("aliases", ()))
    matches = "|".join(node.properties.get("exactMatch", ()))
    return [
        f"atlas:{node.id}", _CATEGORIES[node.cls], node.label, entity_iri(sub.base, node.id), matches, aliases,
        "infores:paper-atlas",
    ]  # fmt: skip


def _kgx_edge(number: int, link: Link) -> list[Any]:
    drawn = link.relation in EDGE and EDGE[link.relation].drawn
    return [
        f"e{number}", f"atlas:{link.source}", "biolink:related_to", f"atlas:{link.target}", f"kg:{link.relation}",
        link.confidence, "infores:paper-atlas", "prediction" if drawn else "knowledge_assertion",
        "text_mining_agent" if drawn else "not_provided",
    ]  # fmt: skip


def _parquet(archive: Archive, name: str, fields: Sequence[Column], rows: Iterator[list[Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = {"string": pa.string(), "int": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
    types = [pa.list_(plain[c.type]) if c.many else plain[c.type] for c in fields]
    table = pa.schema([pa.field(c.name, t) for c, t in zip(fields, types, strict=True)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with pq.ParquetWriter(path, table, compression="zstd") as writer:
            while part := list(islice(rows, _BATCH)):
                arrays = [pa.array(values, t) for values, t in zip(zip(*part, strict=True), types, strict=True)]
                writer.write_table(pa.Table.from_arrays(arrays, schema=table))
        with path.open("rb") as made, archive.file(name, packed=False) as member:
            while block := made.read(1 << 20):
                member.write(block)
