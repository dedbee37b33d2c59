"""A graph in Python: what `kg.open` gives. The same names as in GraphQL and on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

from kg.export import ExportOptions, Subgraph, objects, write_export_file
from kg.query import Graph
from schema.errors import BadRequest, StoreError, Unavailable
from schema.ids import EntityId
from schema.node import Node
from schema.vocabulary import edges_from, literals_of

if TYPE_CHECKING:
    import igraph
    import networkx as nx
    import pandas as pd
    import polars as pl
    import rdflib

    from kg.export.objects import Tables
    from kg.query.facets import FacetValue
    from kg.query.search import Hit

Where = Mapping[str, Any]
"""A GraphQL filter as plain JSON, e.g. {"targetsModality": {"is": "CT"}, "releasesCode": True}."""


def open(where: str | Path = "kg-data") -> Atlas:
    """Open a graph's folder at its current snapshot, or one snapshot's folder; raises `NotFound`.

    What is opened never changes: open again to see what was loaded since.
    """
    return Atlas(Graph.open(where))


class Entities(Sequence[Node]):
    """The entities of one class that a filter describes: lazy, in a stable order, as long as they are many.

    Iterating gives whole nodes (`schema.Node`) with edges and their evidence.
    """

    def __init__(self, atlas: Atlas, cls: str, where: Where | None, order_by: Any, min_confidence: float) -> None:
        self.cls = cls
        self._atlas = atlas
        self._where = where
        self._min_confidence = min_confidence
        self._found = atlas.graph.find(cls, where, order_by, min_confidence)

    def __len__(self) -> int:
        return self._found.total

    def __iter__(self) -> Iterator[Node]:
        for start in range(0, len(self), 1000):
            yield from self._atlas.graph.nodes(self._found.ids(1000, start))

    @overload
    def __getitem__(self, place: int) -> Node: ...
    @overload
    def __getitem__(self, place: slice) -> list[Node]: ...
    def __getitem__(self, place: int | slice) -> Node | list[Node]:
        if isinstance(place, slice):
            return list(self._atlas.graph.nodes(self.ids[place]))
        return self._atlas.graph.node(self.ids[place])

    def __repr__(self) -> str:
        return f"<{len(self):,} {self.cls} of {self._atlas.version}>"

    @cached_property
    def ids(self) -> list[EntityId]:
        """The ids, in order."""
        return self._found.ids()

    @property
    def labels(self) -> list[str]:
        """The labels, in order."""
        return [self._atlas.graph.label(id_) for id_ in self.ids]

    def facet(self, name: str, first: int | None = None) -> list[FacetValue]:
        """Counts by value of a relation or literal, most frequent first; raises `BadFilter` for an unknown name."""
        return self._found.facet(name, first)

    def rows(self) -> list[dict[str, Any]]:
        """One dict for each entity: id, label, its literals, and for each relation the list of ids at its end."""
        return [_row(node, self._min_confidence) for node in self]

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas frame by id; raises `Unavailable` without pandas."""
        try:
            import pandas as pd
        except ImportError as err:
            raise Unavailable("pandas is not installed: pip install 'paperatlas[frames]'.") from err
        return pd.DataFrame(self.rows(), columns=_row_names(self.cls)).set_index("id")

    def to_polars(self) -> pl.DataFrame:
        """The rows as a polars frame; raises `Unavailable` without polars."""
        try:
            import polars as pl
        except ImportError as err:
            raise Unavailable("polars is not installed: pip install 'paperatlas[frames]'.") from err
        return pl.DataFrame(self.rows(), infer_schema_length=None)

    def to_networkx(self, **options: Any) -> nx.MultiDiGraph | nx.Graph:
        """These papers and all that they point to as a networkx graph; options as in `Atlas.export`."""
        return self._atlas.to_networkx(**self._part(options))

    def export(self, path: str | Path, **options: Any) -> list[Path]:
        """Write these papers and all that they point to; the format goes by the file's ending."""
        return self._atlas.export(path, **self._part(options))

    def _part(self, options: dict[str, Any]) -> dict[str, Any]:
        if self.cls != "Paper":
            raise BadRequest(f"a part of the graph is chosen by papers, not by {self.cls}; use papers(where=...).")
        return {"where": self._where or {}, "min_confidence": self._min_confidence} | options


class Atlas:
    """A graph, open for reading; made by `kg.open`."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        """The query layer, for questions that are not here."""

    @property
    def version(self) -> str:
        """The snapshot's name: the same name is the same graph."""
        return self.graph.version

    @property
    def base(self) -> str:
        """The start of every entity's IRI."""
        return self.graph.base

    def __repr__(self) -> str:
        return f"<Atlas {self.version}: {len(self.papers()):,} papers>"

    def stats(self) -> dict[str, dict[str, int]]:
        """Counts by class and by edge."""
        return self.graph.stats()

    def papers(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Papers that match a GraphQL filter; raises `BadFilter` naming the nearest known name."""
        return Entities(self, "Paper", where, order_by, min_confidence)

    def datasets(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Datasets that match a GraphQL filter."""
        return Entities(self, "Dataset", where, order_by, min_confidence)

    def methods(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Methods that match a GraphQL filter."""
        return Entities(self, "Method", where, order_by, min_confidence)

    def tasks(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Tasks that match a GraphQL filter."""
        return Entities(self, "Task", where, order_by, min_confidence)

    def modalities(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Modalities that match a GraphQL filter."""
        return Entities(self, "Modality", where, order_by, min_confidence)

    def conditions(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Conditions that match a GraphQL filter."""
        return Entities(self, "Condition", where, order_by, min_confidence)

    def repositories(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Code repositories that match a GraphQL filter."""
        return Entities(self, "Repository", where, order_by, min_confidence)

    def results(self, where: Where | None = None, order_by: Any = None, min_confidence: float = 0.0) -> Entities:
        """Reported results that match a GraphQL filter."""
        return Entities(self, "Result", where, order_by, min_confidence)

    def node(self, id: str) -> Node:
        """One entity by its id, e.g. "modality/ct", with its edges and their evidence; raises `NotFound`."""
        return self.graph.node(id)

    def search(self, text: str, classes: Sequence[str] | None = None, first: int = 20) -> list[Hit]:
        """Entities whose names are nearest to a text, best first; typing errors are forgiven."""
        return self.graph.search(text, classes, first)

    def sparql(self, query: str) -> list[dict[str, Any]] | bool | rdflib.Graph:
        """Run SPARQL: rows for SELECT (numbers and booleans as such), a bool for ASK, else an rdflib graph.

        Prefixes such as kg:, dcterms: and skos: need no declaration. Raises `BadQuery`.
        """
        import pyoxigraph as ox

        from kg.store.answers import Question, ask

        result = ask(self._rdf, Question(query, self.base)).result
        if isinstance(result, ox.QuerySolutions):
            names = [v.value for v in result.variables]
            return [{n: _plain(term) for n, term in zip(names, row, strict=True)} for row in result]
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        import rdflib

        data = ox.serialize(cast(Any, result), format=ox.RdfFormat.N_TRIPLES)
        return rdflib.Graph().parse(data=cast(bytes, data), format="nt")

    def as_rdflib(self) -> rdflib.Dataset:
        """The snapshot as an rdflib Dataset, read-only and without a copy: facts, evidence, provenance."""
        import rdflib
        from oxrdflib import OxigraphStore

        return rdflib.Dataset(store=OxigraphStore(store=self._rdf))

    def to_networkx(self, **options: Any) -> nx.MultiDiGraph | nx.Graph:
        """The graph, or the part that options as in `export` describe, for networkx."""
        return objects.to_networkx(self.part(**options))

    def to_igraph(self, **options: Any) -> igraph.Graph:
        """The graph or a part of it for igraph (extra "igraph"); raises `Unavailable` without it."""
        return objects.to_igraph(self.part(**options))

    def to_pandas(self, **options: Any) -> Tables:
        """The graph or a part of it as two pandas frames, `nodes` and `edges` (extra "frames")."""
        return objects.to_pandas(self.part(**options))

    def to_polars(self, **options: Any) -> Tables:
        """The graph or a part of it as two polars frames, `nodes` and `edges` (extra "frames")."""
        return objects.to_polars(self.part(**options))

    def export(self, path: str | Path, format: str | None = None, **options: Any) -> list[Path]:
        """Write the graph or a part of it to a file; the format goes by the file's ending.

        Options are the fields of `ExportOptions`: where, classes, relations,
        min_confidence, ego, hops, project, min_weight, backbone,
        largest_component, layout, parallel, abstracts, evidence, published.
        Returns the files written.
        """
        return write_export_file(self.graph, Path(path), ExportOptions(**options), format=format)

    def part(self, **options: Any) -> Subgraph:
        """The part of the graph that options as in `export` describe, to iterate nodes and links."""
        return Subgraph(self.graph, ExportOptions(**options))

    @cached_property
    def _rdf(self) -> Any:
        from kg.store.embedded import open_read_only

        path = self.graph.index.path.parent / "rdf"
        if not path.is_dir():
            raise StoreError(f"{path} is not there: SPARQL needs a whole snapshot, not an index alone.")
        return open_read_only(path)


def _row_names(cls: str) -> list[str]:
    names = ["id", "label", *(t.field for t in literals_of(cls)), *(t.field for t in edges_from(cls))]
    return list(dict.fromkeys(names))


def _row(node: Node, min_confidence: float) -> dict[str, Any]:
    row: dict[str, Any] = {"id": node.id, "label": node.label}
    for literal in literals_of(node.cls):
        value = node.properties.get(literal.field)
        row[literal.field] = list(value or ()) if literal.many else value
    for term in edges_from(node.cls):
        row[term.field] = [e.target for e in node.edges if e.relation == term.name and e.confidence >= min_confidence]
    return row


def _plain(term: Any) -> Any:
    """A SPARQL term as a Python value."""
    value = getattr(term, "value", None)
    kind = getattr(getattr(term, "datatype", None), "value", "").rpartition("#")[2]
    if value is None or not kind:
        return value
    if kind in {"integer", "int", "long"}:
        return int(value)
    if kind in {"decimal", "double", "float"}:
        return float(value)
    return value == "true" if kind == "boolean" else value
