"""A part of a graph ready to be written: its nodes, its links, degrees and positions.

Without a projection, a backbone or a component, nodes and links are streamed
from the graph and only ids are held in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter

from kg.export import layout, project
from kg.export._graph import GraphLike, Link
from kg.export.options import WHOLE, ExportOptions
from schema.errors import NotFound
from schema.node import Edge, Node
from schema.vocabulary import CLASS, CLASSES, EDGE, class_of

_CHUNK = 1000


class Subgraph:
    """What an export writes; can be iterated any number of times, always in the same order."""

    def __init__(self, graph: GraphLike, options: ExportOptions = WHOLE) -> None:
        """Choose the part of `graph` that `options` describe.

        Raises `NotFound` for an unknown ego, `BadFilter` for a wrong `where`,
        `LimitExceeded` where a projection or a layout would not fit in memory.
        """
        self.graph = graph
        self.options = options
        self._relations = frozenset(options.relations)
        self._classes = frozenset(options.classes) or _joined_by(options.relations)
        self._kept = _kept(graph, options)
        self._links: list[Link] | None = None
        if options.in_memory:
            self._links, self._kept = _shaped(self, options)

    @property
    def version(self) -> str:
        """The snapshot's name."""
        return self.graph.version

    @property
    def base(self) -> str:
        """The start of every entity's IRI."""
        return self.graph.base

    @property
    def _is_all(self) -> bool:
        return self.options.whole and not self.options.min_confidence

    @property
    def directed(self) -> bool:
        """False for a projection."""
        return self.options.project is None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that nodes may have, in the vocabulary's order."""
        ends = project.classes_of(self.options.project)
        return tuple(c.name for c in CLASSES if c.name in (ends or self._classes or CLASS))

    def nodes(self, full: bool = False) -> Iterator[Node]:
        """The nodes; unless `full` perhaps without their edges and, if not asked for, their abstracts.

        Edges that lead out of the part, or are not sure enough, are left out.
        """
        if self._kept is not None and len(self._kept) < _CHUNK * 10:
            yield from self._nodes_by_id(self._kept)
            return
        for node in _all_nodes(self.graph, self._classes, full or self.options.abstracts):
            if self._kept is None or node.id in self._kept:
                yield self._trimmed(node)

    def nodes_with_degrees(self) -> Iterator[tuple[Node, int]]:
        """The nodes as `nodes()` gives them, each with the number of its links."""
        if self._is_all:
            return zip(self.nodes(), self.graph.degree_of().tolist(), strict=True)
        return ((node, self.degrees.get(node.id, 0)) for node in self.nodes())

    def papers(self) -> Iterator[Node]:
        """The papers, complete, with edges that lead out of the part too: a reference needs its authors."""
        for node in self.graph.all_nodes(["Paper"], supports=True):
            if self._has(node.id):
                yield node

    def labels_of(self, *classes: str) -> dict[str, str]:
        """The labels of all members of some classes, in this part or not."""
        return {n.id: n.label for n in self.graph.all_nodes(classes, supports=False)}

    def links(self) -> Iterator[Link]:
        """The edges with both ends inside, grouped by source."""
        if self._links is not None:
            return iter(self._links)
        return self._streamed()

    def merged_links(self) -> Iterator[Link]:
        """The links with parallel ones made one: relations joined by "|", weights summed, the surest confidence."""
        for _, group in groupby(self.links(), key=itemgetter(0)):
            yield from _merge(list(group))

    @cached_property
    def degrees(self) -> Mapping[str, int]:
        """The number of links at each node; nodes without a link are absent."""
        counts: Counter[str] = Counter()
        for link in self.links():
            counts[link.source] += 1
            counts[link.target] += 1
        return counts

    @cached_property
    def positions(self) -> Mapping[str, tuple[float, float]]:
        """Where each node stands, if a layout was asked for."""
        if self.options.layout is None:
            return {}
        ids, links = [n.id for n in self.nodes()], list(self.links())
        return layout.positions(ids, links, self.options.layout, self.options.layout_nodes)

    @cached_property
    def years(self) -> Mapping[str, int]:
        """The year of each paper that has one."""
        return {n.id: n.properties["year"] for n in self.nodes() if "year" in n.properties}

    def _nodes_by_id(self, kept: frozenset[str]) -> Iterator[Node]:
        order = {c.type: i for i, c in enumerate(CLASSES)}
        ids = iter(sorted(kept, key=lambda id_: (order[id_.partition("/")[0]], id_)))
        while chunk := list(islice(ids, _CHUNK)):
            for node in self.graph.nodes(chunk):
                yield self._trimmed(node)

    def _trimmed(self, node: Node) -> Node:
        if self._is_all:
            return node
        kept = tuple(trimmed for edge in node.edges if (trimmed := self._trimmed_edge(edge)) is not None)
        return replace(node, edges=kept)

    def _trimmed_edge(self, edge: Edge) -> Edge | None:
        least = self.options.min_confidence
        if not self._holds(edge.relation, edge.target, edge.confidence):
            return None
        if least and any(s.confidence < least for s in edge.supports):
            return replace(edge, supports=tuple(s for s in edge.supports if s.confidence >= least))
        return edge

    def _holds(self, relation: str, target: str, confidence: float) -> bool:
        return (
            confidence >= self.options.min_confidence
            and (not self._relations or relation in self._relations)
            and self._has(target)
        )

    def _has(self, id_: str) -> bool:
        if self._kept is not None:
            return id_ in self._kept
        return not self._classes or class_of(id_).name in self._classes

    def _streamed(self) -> Iterator[Link]:
        if self._is_all:
            for source, relation, target, confidence in self.graph.all_edges():
                yield Link(source, target, relation, 1.0, confidence)
            return
        for source, relation, target, confidence in self.graph.all_edges():
            if self._holds(relation, target, confidence) and self._has(source):
                yield Link(source, target, relation, 1.0, confidence)


def _all_nodes(graph: GraphLike, classes: frozenset[str], full: bool) -> Iterator[Node]:
    names = [c.name for c in CLASSES if c.name in classes] or None
    return graph.all_nodes(names, supports=full)


def _joined_by(relations: Iterable[str]) -> frozenset[str]:
    return frozenset(end for name in relations for end in (EDGE[name].domain, EDGE[name].range))


def _kept(graph: GraphLike, options: ExportOptions) -> frozenset[str] | None:
    """The ids of the nodes to keep, or None where the class alone decides."""
    if options.where is None and not options.ego:
        return None
    kept: set[str] | None = None
    if options.where is not None:
        papers = graph.find("Paper", options.where, min_confidence=options.min_confidence).ids()
        kept = _pointed_to(graph, papers, options.min_confidence)
    if options.ego:
        kept = _around(graph, options, kept)
    classes = frozenset(options.classes) or _joined_by(options.relations)
    return frozenset(id_ for id_ in kept or () if not classes or class_of(id_).name in classes)


def _pointed_to(graph: GraphLike, papers: Iterable[str], least: float) -> set[str]:
    """The papers and everything that can be reached from them along edges, other papers excepted."""
    kept: set[str] = set(papers)
    frontier = list(kept)
    while frontier:
        found: set[str] = set()
        for start in range(0, len(frontier), _CHUNK):
            for node in graph.nodes(frontier[start : start + _CHUNK]):
                found.update(e.target for e in node.edges if e.relation != "cites" and e.confidence >= least)
        frontier = sorted(found - kept)
        kept |= found
    return kept


def _around(graph: GraphLike, options: ExportOptions, within: set[str] | None) -> set[str]:
    """Everything within `hops` edges of the ego entities, in either direction."""
    near = set(_known(graph, options.ego))
    relations = frozenset(options.relations)
    for _ in range(options.hops):
        reached = set(near)
        for source, relation, target, confidence in graph.all_edges():
            if confidence < options.min_confidence or (relations and relation not in relations):
                continue
            if within is not None and (source not in within or target not in within):
                continue
            if source in near:
                reached.add(target)
            elif target in near:
                reached.add(source)
        if len(reached) == len(near):
            break
        near = reached
    return near


def _known(graph: GraphLike, ids: tuple[str, ...]) -> tuple[str, ...]:
    found = {n.id for n in graph.nodes(ids)}
    if missing := [i for i in ids if i not in found]:
        raise NotFound(f"{missing[0]!r} is not in the graph; look it up with `kg stats` or the search page.")
    return ids


def _merge(links: list[Link]) -> Iterable[Link]:
    """One link for each target of one source, in the order in which they first stand."""
    if len({link.target for link in links}) == len(links):
        return links
    first: dict[str, Link] = {}
    for link in links:
        other = first.get(link.target)
        first[link.target] = link if other is None else _joined(other, link)
    return first.values()


def _joined(one: Link, two: Link) -> Link:
    return one._replace(
        relation=f"{one.relation}|{two.relation}",
        weight=one.weight + two.weight,
        confidence=max(one.confidence, two.confidence),
    )


def _shaped(sub: Subgraph, options: ExportOptions) -> tuple[list[Link], frozenset[str]]:
    """Project, thin out and cut down: the links and the nodes that are left."""
    if options.project is not None:
        links = project.projected(sub.links(), options.project, options.min_weight)
        nodes = {end for link in links for end in link[:2]}
    else:
        links, nodes = list(sub.links()), {n.id for n in sub.nodes()}
    if options.backbone is not None:
        links = project.backbone(links, options.backbone)
        nodes = {end for link in links for end in link[:2]}
    if options.largest_component:
        nodes = project.largest_component(nodes, links)
        links = [link for link in links if link.source in nodes]
    return links, frozenset(nodes)
