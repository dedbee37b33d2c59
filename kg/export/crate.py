"""A dump that can be deposited: data files with RO-Crate 1.1 and Croissant 1.0 metadata in one zip.

Sources: https://www.researchobject.org/ro-crate/specification/1.1/ and
https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from __future__ import annotations

import json
from typing import Any, BinaryIO, Final

from kg.export import graphml, rdf, references, tables
from kg.export._archive import Archive
from kg.export.columns import Column, columns
from kg.export.subgraph import Subgraph
from schema.errors import BadRequest

_NAME: Final = "Paper Atlas"
_RIGHTS: Final = (
    "Facts and identifiers may be reused freely. Titles and abstracts stay under the licences of the sources "
    "that the papers were read from."
)
_ABOUT: Final = (
    "A knowledge graph of papers, methods, datasets, tasks and data modalities, with the passage behind every edge."
)
_FILES: Final = {
    "atlas.nq": ("application/n-quads", "All facts, with evidence and provenance in named graphs."),
    "atlas.graphml": ("application/graphml+xml", "Nodes and edges for Gephi, igraph and networkx."),
    "papers.bib": ("application/x-bibtex", "The papers as references."),
    "nodes.csv": ("text/csv", "One row for each node."),
    "edges.csv": ("text/csv", "One row for each edge."),
}
_TYPES: Final = {"string": "sc:Text", "int": "sc:Integer", "double": "sc:Float", "boolean": "sc:Boolean"}
_CONTEXT: Final = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/", "citeAs": "cr:citeAs", "column": "cr:column", "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "samplingRate": "cr:samplingRate", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
"""The context that the Croissant specification gives."""


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write the crate.

    Raises `BadRequest` without `published`, which RO-Crate asks for and no
    clock may fill, and for a projection.
    """
    if sub.options.published is None:
        raise BadRequest("a crate states its day of publication; give published (--published 2026-01-31).")
    with Archive(out) as archive:
        with archive.file("atlas.nq") as file:
            rdf.nquads(sub, file)
        with archive.file("atlas.graphml") as file:
            graphml.write(sub, file)
        with archive.file("papers.bib") as file:
            references.write_bibtex(sub, file)
        tables.write_pair(sub, archive)
        archive.text("ro-crate-metadata.json", _json(ro_crate(sub, archive.digests)))
        archive.text("croissant.json", _json(croissant(sub, archive.digests)))


def ro_crate(sub: Subgraph, digests: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """The metadata of an RO-Crate 1.1 over files of the given sizes and digests."""
    files = [
        {
            "@id": name, "@type": "File", "name": name, "description": about, "encodingFormat": media_type,
            "contentSize": str(digests[name][0]), "sha256": digests[name][1],
        }
        for name, (media_type, about) in _FILES.items()
    ]  # fmt: skip
    return {
        "@context": ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}],
        "@graph": [
            {
                "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./", "@type": "Dataset", "name": f"{_NAME}, snapshot {sub.version}", "description": _ABOUT,
                "datePublished": sub.options.published, "version": sub.version,
                "license": {"@id": sub.options.license or "#rights"},
                "identifier": f"{sub.base}snapshot/{sub.version}", "hasPart": [{"@id": name} for name in _FILES],
            },
            {"@id": "#rights", "@type": "CreativeWork", "name": "Rights", "description": _RIGHTS},
            *files,
        ],
    }  # fmt: skip


def croissant(sub: Subgraph, digests: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """The Croissant 1.0 description: the files and the columns of the two tables."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "paper-atlas",
        "description": _ABOUT,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "url": sub.base,
        "license": sub.options.license or _RIGHTS,
        "version": sub.version,
        "datePublished": sub.options.published,
        "citeAs": f"{_NAME}, snapshot {sub.version}, {sub.options.published}. {sub.base}",
        "distribution": [
            {
                "@type": "cr:FileObject", "@id": name, "name": name, "description": about, "contentUrl": name,
                "encodingFormat": media_type, "contentSize": f"{digests[name][0]} B", "sha256": digests[name][1],
            }
            for name, (media_type, about) in _FILES.items()
        ],
        "recordSet": [
            _record_set("nodes", [*tables.NODE_COLUMNS, *columns(sub.classes, sub.options.abstracts)]),
            _record_set("edges", tables.EDGE_COLUMNS),
        ],
    }  # fmt: skip


def _record_set(name: str, fields: list[Column] | tuple[Column, ...]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "field": [
            {
                "@type": "cr:Field", "@id": f"{name}/{c.name}", "name": c.name, "dataType": _TYPES[c.type],
                "source": {"fileObject": {"@id": f"{name}.csv"}, "extract": {"column": c.name}},
            }
            for c in fields
        ],
    }  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
