"""The query index beside the RDF: built once from the stream of nodes, memory-mapped by every reader."""

from kg.index.builder import FORMAT, IndexBuilder
from kg.index.columns import StringColumn
from kg.index.csr import Csr
from kg.index.reader import Index, bitmap, relation_ends, row_numbers

__all__ = ["FORMAT", "Csr", "Index", "IndexBuilder", "StringColumn", "bitmap", "relation_ends", "row_numbers"]
