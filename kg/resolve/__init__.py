"""Who is who: records to papers, names to entities, both to the nodes of the graph."""

from kg.resolve.decisions import Decision, decision
from kg.resolve.graph import nodes
from kg.resolve.records import LoadedRecord, Records

__all__ = ["Decision", "LoadedRecord", "Records", "decision", "nodes"]
