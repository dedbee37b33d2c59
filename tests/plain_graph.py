"""A graph of a few nodes held in a list, with what exports ask of a graph; and hypothesis strategies of such graphs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from schema.annotation import Evidence
from schema.ids import DEFAULT_BASE, entity_id
from schema.node import Edge, Node, Support
from schema.vocabulary import CLASS, CLASSES, EDGES, LITERALS, class_of

_ORDER = {c.name: i for i, c in enumerate(CLASSES)}


@dataclass
class Ids:
    found: list[str]

    def ids(self, first=None, offset=0):
        return self.found[offset : None if first is None else offset + first]


@dataclass
class PlainGraph:
    """Nodes in a list; `find` takes {"year": n} or {"releasesCode": true} alone."""

    all: list[Node]
    version: str = "000001-0123456789ab"
    base: str = DEFAULT_BASE
    by_id: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self):
        self.all = sorted(self.all, key=lambda n: (_ORDER[n.cls], n.id))
        self.by_id = {n.id: n for n in self.all}

    def all_nodes(self, classes=None, supports=True):
        return iter([n for n in self.all if classes is None or n.cls in classes])

    def degree_of(self):
        counts = Counter(end for source, _, target, _ in self.all_edges() for end in (source, target))
        return np.array([counts[n.id] for n in self.all])

    def all_edges(self):
        for node in self.all:
            for edge in node.edges:
                yield node.id, edge.relation, edge.target, edge.confidence

    def nodes(self, ids):
        return [self.by_id[i] for i in ids if i in self.by_id]

    def find(self, cls, where=None, order_by=None, min_confidence=0.0):
        def fits(node):
            if "releasesCode" in where:
                return bool(node.targets("releasesCode")) == where["releasesCode"]
            return node.properties.get("year") == where["year"]

        return Ids([n.id for n in self.all if n.cls == cls and (not where or fits(n))])


def support(quote: str, confidence: float, maker: str = "rules-1", section: str = "abstract") -> Support:
    return Support(Evidence(quote, section, 3, 3 + len(quote)), confidence, maker)


def edge(relation: str, target: str, confidence: float = 0.9, quote: str = "we use it") -> Edge:
    return Edge(relation, target, (support(quote, confidence),))


def small_graph() -> PlainGraph:
    """Four papers, of which two share two datasets, with awkward text in labels and names."""

    def paper(key, title, *edges, **properties):
        return Node(
            f"paper/{key}",
            "Paper",
            title,
            {"title": title, **properties},
            tuple(sorted(edges, key=lambda e: (e.relation, e.target))),
        )

    def node(id_, label, *edges, **properties):
        return Node(id_, class_of(id_).name, label, properties, edges)

    return PlainGraph(
        [
            paper("arxiv-2001.00001", 'A <deep> "model" & more', edge("usesDataset", "dataset/mimic-cxr"),
                  edge("usesDataset", "dataset/chexpert", 0.4), edge("usesMethod", "method/u-net"),
                  edge("addressesTask", "task/segmentation"), edge("targetsModality", "modality/ct"),
                  edge("releasesCode", "repository/github.com-a-b"), edge("reportsResult", "result/r1"),
                  Edge("creator", "person/ann-lee"), Edge("publishedIn", "venue/j"),
                  year=2020, date="2020-01-05", abstract="We do it.\nINFO & more", codeStatus="released",
                  doi="10.1000/x", arxivId="2001.00001", keywords=("CT", "a|b"), url="https://arxiv.org/abs/2001.00001"),
            paper("arxiv-2101.00002", "Ünïcode ∑ title", edge("usesDataset", "dataset/mimic-cxr"),
                  edge("usesDataset", "dataset/chexpert"), edge("introducesDataset", "dataset/mimic-cxr", 0.7),
                  edge("addressesTask", "task/segmentation"), Edge("cites", "paper/arxiv-2001.00001"),
                  year=2021, codeStatus="none", retracted=True),
            paper("no-year", "No year given", edge("usesMethod", "method/u-net"),
                  edge("proposesMethod", "method/x-net"), edge("addressesTask", "task/segmentation"),
                  codeStatus="none"),
            paper("alone", "Alone", codeStatus="none"),
            node("dataset/mimic-cxr", "MIMIC-CXR", aliases=("MIMIC CXR", "mimic|cxr \\ x")),
            node("dataset/chexpert", "CheXpert"),
            node("method/u-net", "U-Net", exactMatch=("http://www.wikidata.org/entity/Q1",)),
            node("method/x-net", "X-Net"),
            node("task/segmentation", "segmentation"),
            node("modality/ct", "CT", Edge("broaderModality", "modality/imaging")),
            node("modality/imaging", "imaging"),
            node("repository/github.com-a-b", "a/b", repositoryUrl="https://github.com/a/b"),
            node("result/r1", "Dice 0.93", Edge("onDataset", "dataset/mimic-cxr"),
                 metric="Dice", value="0.93", number=0.93, isChange=False),
            node("person/ann-lee", "Ann Lee", orcid="0000-0001"),
            node("venue/j", "Journal of J"),
        ]
    )  # fmt: skip


_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("&<>\"'|\\\n\t;,{}%"), min_size=1, max_size=12
)
_VALUES = {
    "string": _TEXT,
    "integer": st.integers(1400, 2200),
    "double": st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 4) + 0.0),
    "boolean": st.booleans(),
    "iri": st.sampled_from(["https://example.org/a", "https://example.org/b?q=1&r=2", "http://example.org/%C3%A9"]),
}


_STATUS = st.sampled_from(["released", "promised", "none"])


@st.composite
def graphs(draw):
    """Small graphs of any classes, relations, literals and supports, sorted as real ones are."""
    names = draw(st.lists(st.sampled_from(["a", "b", "c-1", "d.2", "e~x"]), min_size=1, max_size=4, unique=True))
    ids = {c: [entity_id(CLASS[c].type, n) for n in names] for c in CLASS}
    nodes = []
    for cls in CLASS:
        for id_ in ids[cls]:
            label = draw(_TEXT)
            properties = {"title": label} if cls == "Paper" else {}
            for term in draw(
                st.lists(st.sampled_from([t for t in LITERALS if cls in t.domains]), max_size=3, unique=True)
            ):
                if term.field != "title":
                    value = _STATUS if term.field == "codeStatus" else _VALUES[term.datatype]
                    many = st.lists(value, min_size=1, max_size=3, unique=True).map(lambda v: tuple(sorted(v)))
                    properties[term.field] = draw(many if term.many else value)
            nodes.append(Node(id_, cls, label, dict(sorted(properties.items())), draw(_edges(cls, ids))))
    return PlainGraph(nodes)


@st.composite
def _edges(draw, cls, ids):
    fitting = [(e, t) for e in EDGES if e.domain == cls for t in ids[e.range]]
    chosen = (
        draw(st.lists(st.sampled_from(fitting), max_size=4, unique_by=lambda p: (p[0].name, p[1]))) if fitting else []
    )
    made = []
    for term, target in chosen:
        confidence = draw(st.integers(1, 100)) / 100
        supports = (support("we use it", confidence),) if term.drawn else ()
        made.append(Edge(term.name, target, supports))
    return tuple(sorted(made, key=lambda e: (e.relation, e.target)))
