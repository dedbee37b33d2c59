"""A graph of a few papers with everything that GraphQL can show, published like a real one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kg.index import IndexBuilder
from kg.statements import statements_for
from kg.store import embedded, snapshots
from schema import DEFAULT_BASE, Edge, Evidence, Node, Support


def edge(relation: str, target: str, quote: str = "as stated", confidence: float = 0.9, start: int = 0) -> Edge:
    """An edge with one passage of the abstract behind it."""
    evidence = Evidence(quote, "abstract", start, start + len(quote))
    return Edge(relation, target, (Support(evidence, confidence, "rules@1", ("verb: use",)),))


def paper(
    key: str, title: str, year: int | None, abstract: str, *edges: Edge, status: str = "none", **more: Any
) -> Node:
    """A paper; edges whose quote stands in the abstract get its place."""
    placed = [
        edge(
            e.relation,
            e.target,
            e.supports[0].evidence.quote,
            e.confidence,
            abstract.index(e.supports[0].evidence.quote),
        )
        if e.supports and e.supports[0].evidence.quote in abstract
        else e
        for e in edges
    ]
    properties: dict[str, Any] = {"title": title, "codeStatus": status, "abstract": abstract, **more}
    if year is not None:
        properties["year"] = year
    return Node(
        f"paper/{key}",
        "Paper",
        title,
        properties,
        tuple(sorted(placed, key=lambda e: (e.relation, e.relation != "creator" and e.target))),
    )


NODES = (
    Node("modality/imaging", "Modality", "medical imaging"),
    Node("modality/ct", "Modality", "computed tomography",
         {"aliases": ("CT", "CT scan"), "exactMatch": ("http://id.nlm.nih.gov/mesh/D014057",)},
         (Edge("broaderModality", "modality/imaging"),)),
    Node("modality/ldct", "Modality", "low-dose CT", {"aliases": ("LDCT",)}, (Edge("broaderModality", "modality/ct"),)),
    Node("modality/mri", "Modality", "magnetic resonance imaging", {"aliases": ("MRI",)},
         (Edge("broaderModality", "modality/imaging"),)),
    Node("task/segmentation", "Task", "image segmentation", {"aliases": ("segmentation",)}),
    Node("task/denoising", "Task", "image denoising"),
    Node("task/report-generation", "Task", "report generation"),
    Node("condition/lung-cancer", "Condition", "lung cancer"),
    Node("dataset/lidc-idri", "Dataset", "LIDC-IDRI", {"aliases": ("LIDC",)}),
    Node("dataset/brats", "Dataset", "BraTS"),
    Node("dataset/mimic-cxr", "Dataset", "MIMIC-CXR"),
    Node("method/u-net", "Method", "U-Net"),
    Node("method/nodulenet", "Method", "NoduleNet"),
    Node("repository/github.com-a-nodulenet", "Repository", "github.com/a/nodulenet",
         {"repositoryUrl": "https://github.com/a/nodulenet"}),
    Node("repository/unnamed", "Repository", "code of Denoising"),
    Node("person/ada", "Person", "Ada Lovelace", {"orcid": "0000-0002-1825-0097"}),
    Node("person/mary", "Person", "Mary Somerville"),
    Node("venue/miccai", "Venue", "MICCAI"),
    Node("result/a-dice", "Result", "Dice 0.91", {"metric": "Dice", "value": "0.91", "number": 0.91, "isChange": False},
         (Edge("onDataset", "dataset/lidc-idri"), Edge("ofMethod", "method/nodulenet"))),
    paper("a", "Nodules in CT", 2021, "NoduleNet segments CT on LIDC-IDRI.",
          edge("targetsModality", "modality/ct", "CT"), edge("usesDataset", "dataset/lidc-idri", "LIDC-IDRI", 0.95),
          edge("proposesMethod", "method/nodulenet", "NoduleNet"), edge("usesMethod", "method/u-net", confidence=0.5),
          edge("addressesTask", "task/segmentation"), edge("studiesCondition", "condition/lung-cancer"),
          edge("releasesCode", "repository/github.com-a-nodulenet"), edge("reportsResult", "result/a-dice"),
          Edge("creator", "person/mary"), Edge("creator", "person/ada"), Edge("publishedIn", "venue/miccai"),
          status="released", doi="10.1000/a"),
    paper("b", "Denoising of low-dose scans", 2023, "We denoise LDCT of LIDC-IDRI; code follows.",
          edge("targetsModality", "modality/ldct", "LDCT", 0.6),
          edge("usesDataset", "dataset/lidc-idri", "LIDC-IDRI", 0.4),
          edge("addressesTask", "task/denoising"), edge("promisesCode", "repository/unnamed", "code follows"),
          edge("usesMethod", "method/u-net"), Edge("creator", "person/ada"), Edge("cites", "paper/a"),
          status="promised"),
    paper("c", "Tumours in MRI", 2023, "U-Net on BraTS.", edge("targetsModality", "modality/mri"),
          edge("usesDataset", "dataset/brats", "BraTS"), edge("usesMethod", "method/u-net", "U-Net"),
          edge("addressesTask", "task/segmentation"), Edge("cites", "paper/a")),
    paper("d", "A dataset of reports", 2019, "We present MIMIC-CXR.",
          edge("introducesDataset", "dataset/mimic-cxr", "MIMIC-CXR"), edge("addressesTask", "task/report-generation")),
    paper("e", "A survey", None, "Nothing is used here."),
)  # fmt: skip


def publish(folder: Path, nodes: Iterable[Node] = NODES) -> Path:
    """Publish nodes as the next snapshot of a graph's folder."""
    listed = list(nodes)
    building = snapshots.begin(folder)
    builder = IndexBuilder(building / "index")
    lines = []
    for node in listed:
        builder.add(node)
        lines += [s.nquad() for s in statements_for(node, DEFAULT_BASE)]
    builder.finish()
    data = "".join(lines).encode()
    embedded.build(building / "rdf", iter([data]))
    manifest = {"base": DEFAULT_BASE, "digest": hashlib.sha256(data).hexdigest(), "counts": {}, "published": ""}
    snapshots.publish(folder, building, manifest, keep=5)
    return folder
