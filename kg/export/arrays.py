"""Arrays for graph learning: an .npz that PyTorch Geometric, DGL or plain numpy can take as it is."""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from typing import Any, BinaryIO, Final

from kg.export._archive import Archive
from kg.export.subgraph import Subgraph
from schema.vocabulary import class_of, literals_of

CODE_STATUS: Final = ("none", "promised", "released")


def write(sub: Subgraph, out: BinaryIO) -> None:
    """Write one array for each fact of nodes and edges, and `manifest.json` that names them.

    `{class}/id` are the ids by row (ASCII bytes); `{class}/{field}` numbers of
    the nodes, -1 or NaN where there is none; `edge_index/{source}/{relation}/{target}`
    the two rows of ends as int64, with `edge_weight/…` and `edge_confidence/…` beside it.
    Labels, one a line, stand in `{class}/label.txt`.
    """
    rows: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, list[str]] = defaultdict(list)
    fields: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for node in sub.nodes():
        rows[node.cls].append(node.id)
        labels[node.cls].append(" ".join(node.label.split()))
        for name, default in _numeric(node.cls):
            fields[node.cls][name].append(_number(name, node.properties.get(name, default)))
    with Archive(out) as archive:
        for cls, ids in rows.items():
            archive.text(f"{cls}/label.txt", "".join(f"{label}\n" for label in labels[cls]))
            _array(archive, f"{cls}/id", _bytes(ids))
            for name, values in fields[cls].items():
                _array(archive, f"{cls}/{name}", _floats(values) if name == "number" else _ints(values))
        edges = _edges(archive, sub, {id_: i for ids in rows.values() for i, id_ in enumerate(ids)})
        archive.text("manifest.json", json.dumps(_manifest(sub, rows, fields, edges), indent=1) + "\n")


def _edges(archive: Archive, sub: Subgraph, row_of: dict[str, int]) -> list[dict[str, Any]]:
    kinds: dict[tuple[str, str, str], tuple[array[int], array[int], array[float], array[float]]] = {}
    for link in sub.links():
        kind = class_of(link.source).name, link.relation, class_of(link.target).name
        if kind not in kinds:
            kinds[kind] = array("q"), array("q"), array("f"), array("f")
        sources, targets, weights, sure = kinds[kind]
        sources.append(row_of[link.source])
        targets.append(row_of[link.target])
        weights.append(link.weight)
        sure.append(link.confidence)
    for kind, (sources, targets, weights, sure) in sorted(kinds.items()):
        name = "/".join(kind)
        _array(archive, f"edge_index/{name}", _ints([sources, targets]))
        _array(archive, f"edge_weight/{name}", _floats(weights))
        _array(archive, f"edge_confidence/{name}", _floats(sure))
    return [
        {"type": list(kind), "edge_index": "edge_index/" + "/".join(kind), "count": len(columns[0])}
        for kind, columns in sorted(kinds.items())
    ]


def _manifest(sub: Subgraph, rows: Any, fields: Any, edges: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": sub.version,
        "base": sub.base,
        "directed": sub.directed,
        "nodes": [
            {"type": cls, "count": len(ids), "id": f"{cls}/id", "fields": [f"{cls}/{n}" for n in fields[cls]]}
            for cls, ids in rows.items()
        ],
        "edges": edges,
        "codeStatus": list(CODE_STATUS),
    }


def _numeric(cls: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for term in literals_of(cls):
        if term.datatype == "double":
            found.append((term.field, float("nan")))
        elif term.datatype in {"integer", "boolean"} or term.field == "codeStatus":
            found.append((term.field, -1))
    return found


def _number(name: str, value: Any) -> Any:
    return CODE_STATUS.index(value) if name == "codeStatus" and value != -1 else value


def _array(archive: Archive, name: str, values: Any) -> None:
    import numpy as np

    with archive.file(f"{name}.npy") as member:
        np.lib.format.write_array(member, values, version=(1, 0), allow_pickle=False)


def _ints(values: Any) -> Any:
    import numpy as np

    return np.asarray(values, dtype=np.int64)


def _floats(values: Any) -> Any:
    import numpy as np

    return np.asarray(values, dtype=np.float32)


def _bytes(values: list[str]) -> Any:
    import numpy as np

    return np.array([v.encode() for v in values])
