"""Ways out of the graph: one module for each format, all with the same signature, all streaming."""

from kg.export._graph import GraphLike, Link
from kg.export.formats import FORMATS, Format, format_of, format_of_file
from kg.export.options import WHOLE, ExportOptions, options_from_text, read_where
from kg.export.subgraph import Subgraph
from kg.export.write import export_chunks, write_export, write_export_file

__all__ = [
    "FORMATS",
    "WHOLE",
    "ExportOptions",
    "Format",
    "GraphLike",
    "Link",
    "Subgraph",
    "export_chunks",
    "format_of",
    "format_of_file",
    "options_from_text",
    "read_where",
    "write_export",
    "write_export_file",
]
