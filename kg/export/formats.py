"""The table of formats: names, file endings, media types and what each holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from kg.export.subgraph import Subgraph
from schema.errors import BadRequest, did_you_mean

Holds = Literal["graph", "facts", "everything", "papers"]


@dataclass(frozen=True, slots=True)
class Format:
    """One way out of the graph.

    `holds` says what survives: "everything" (facts, evidence, provenance),
    "facts" (nodes, literals, edges), "graph" (nodes, edges and their
    attributes, without passages), "papers" (references alone).
    """

    name: str
    suffix: str
    media_type: str
    title: str
    holds: Holds
    module: str
    function: str = "write"
    aliases: tuple[str, ...] = ()
    lines: bool = False
    """True where the file can be split between lines."""

    extra: str = ""
    """The module that must be installed besides, "" for none."""

    def write(self, sub: Subgraph, out: BinaryIO) -> None:
        """Write a part of the graph; imports the writer at its first use."""
        writer = cast("Callable[[Subgraph, BinaryIO], None]", getattr(import_module(self.module), self.function))
        writer(sub, out)


_HERE: Final = "kg.export."
FORMATS: Final = {
    f.name: f
    for f in (
        Format("graphml", ".graphml", "application/graphml+xml", "GraphML for Gephi, igraph, networkx, Cytoscape, yEd",
               "graph", _HERE + "graphml"),
        Format("gexf", ".gexf", "application/gexf+xml", "GEXF 1.3 for Gephi: a kind per relation, time from years",
               "graph", _HERE + "gexf"),
        Format("turtle", ".ttl", "text/turtle", "RDF facts as Turtle", "facts", _HERE + "rdf", "turtle", ("ttl",)),
        Format("ntriples", ".nt", "application/n-triples", "RDF facts, one a line", "facts", _HERE + "rdf", "ntriples",
               ("nt", "n-triples"), lines=True),
        Format("nquads", ".nq", "application/n-quads", "RDF with evidence and provenance graphs, one a line",
               "everything", _HERE + "rdf", "nquads", ("nq", "n-quads"), lines=True),
        Format("trig", ".trig", "application/trig", "RDF with evidence and provenance graphs, grouped", "everything",
               _HERE + "rdf", "trig"),
        Format("rdfxml", ".rdf", "application/rdf+xml", "RDF facts as RDF/XML", "facts", _HERE + "rdf", "rdfxml",
               ("rdf", "rdf-xml", "xml")),
        Format("jsonld", ".jsonld", "application/ld+json", "RDF as JSON-LD with its context inside", "everything",
               _HERE + "jsonld", aliases=("json-ld",)),
        Format("json", ".json", "application/json", "Node-link JSON for networkx and D3", "graph", _HERE + "nodelink",
               aliases=("node-link",)),
        Format("cytoscape", ".cyjs", "application/json", "JSON of Cytoscape and cytoscape.js", "graph",
               _HERE + "nodelink", "write_cytoscape", ("cytoscapejs",)),
        Format("csv", ".csv.zip", "application/zip", "Two CSV files, nodes and edges, as Gephi imports them", "graph",
               _HERE + "tables", "write_gephi"),
        Format("neo4j", ".neo4j.zip", "application/zip", "Two CSV files for neo4j-admin database import", "graph",
               _HERE + "tables", "write_neo4j"),
        Format("kgx", ".kgx.zip", "application/zip", "KGX: two TSV files in Biolink terms", "graph", _HERE + "tables",
               "write_kgx"),
        Format("parquet", ".parquet.zip", "application/zip", "Two Parquet files, nodes and edges (extra: parquet)",
               "graph", _HERE + "tables", "write_parquet", extra="pyarrow"),
        Format("npz", ".npz", "application/zip", "Arrays for PyTorch Geometric and numpy, with a manifest", "graph",
               _HERE + "arrays"),
        Format("bibtex", ".bib", "application/x-bibtex", "Papers as BibTeX", "papers", _HERE + "references",
               "write_bibtex", ("bib",)),
        Format("ris", ".ris", "application/x-research-info-systems", "Papers as RIS for EndNote, Zotero, Mendeley",
               "papers", _HERE + "references", "write_ris"),
        Format("csl", ".csl.json", "application/vnd.citationstyles.csl+json", "Papers as CSL-JSON", "papers",
               _HERE + "references", "write_csl", ("csl-json",)),
        Format("nanopub", ".nanopub.trig", "application/trig", "A nanopublication for every assertion", "everything",
               _HERE + "nanopub", aliases=("nanopublications",)),
        Format("crate", ".crate.zip", "application/zip", "A dump to deposit, with RO-Crate and Croissant metadata",
               "everything", _HERE + "crate", aliases=("ro-crate", "rocrate", "croissant")),
    )
}  # fmt: skip
"""Every format by its name, in the order of listings."""


def format_of(name: str) -> Format:
    """A format by its name, another name or its file ending; raises `BadRequest` naming the nearest.

    >>> format_of("ttl").name
    'turtle'
    """
    folded = name.casefold().lstrip(".")
    for entry in FORMATS.values():
        if folded in {entry.name, entry.suffix.lstrip("."), *entry.aliases}:
            return entry
    raise BadRequest(f"{name!r} is not an export format.{did_you_mean(folded, FORMATS)} Known: {', '.join(FORMATS)}.")


def format_of_file(path: Path) -> Format:
    """The format that a file's ending names, the longest ending first; ".gz" at the end is no part of it.

    >>> format_of_file(Path("atlas.graphml.gz")).name
    'graphml'
    """
    name = path.name.casefold().removesuffix(".gz")
    for entry in sorted(FORMATS.values(), key=lambda f: -len(f.suffix)):
        if name.endswith(entry.suffix):
            return entry
    endings = ", ".join(f.suffix for f in FORMATS.values())
    raise BadRequest(f"the ending of {path.name!r} names no export format; known endings: {endings} (and .gz).")
