"""GraphML of a whole graph, from the store to the closed file: ours against networkx and igraph.

    python -m benchmarks export --papers 100000 --folder bench-data

Each writer runs in a process of its own, so that peak memory is its own. The
others get their graph from the same store in the fastest way that we know:
nodes and edges streamed into their objects, then their own writer. CPU seconds
are comparable on a busy machine; wall seconds are not.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.generate import write_snapshot
from kg.store import snapshots

Writer = Callable[[Path, Path], None]


def ours(snapshot: Path, out: Path) -> None:
    """`kg export atlas.graphml --parallel keep`."""
    from kg.export import ExportOptions, write_export_file
    from kg.query import Graph

    write_export_file(Graph.open(snapshot), out, ExportOptions(parallel="keep"))


def ours_merged(snapshot: Path, out: Path) -> None:
    """`kg export atlas.graphml`: parallel edges merged, as Gephi wants them."""
    from kg.export import write_export_file
    from kg.query import Graph

    write_export_file(Graph.open(snapshot), out)


def networkx_lxml(snapshot: Path, out: Path) -> None:
    """networkx.write_graphml_lxml, which write_graphml is where lxml is installed."""
    import networkx as nx

    nx.write_graphml_lxml(_networkx(snapshot), out)


def networkx_xml(snapshot: Path, out: Path) -> None:
    """networkx.write_graphml_xml, which write_graphml is without lxml."""
    import networkx as nx

    nx.write_graphml_xml(_networkx(snapshot), out)


def igraph(snapshot: Path, out: Path) -> None:
    """igraph's writer in C."""
    import igraph as ig

    from kg.query import Graph

    graph = Graph.open(snapshot)
    nodes = list(graph.all_nodes(supports=False))
    number = {n.id: i for i, n in enumerate(nodes)}
    edges = list(graph.all_edges())
    made = ig.Graph(n=len(nodes), edges=[(number[s], number[t]) for s, _, t, _ in edges], directed=True)
    made.vs["label"] = [n.label for n in nodes]
    made.vs["type"] = [n.cls for n in nodes]
    for name in sorted({k for n in nodes for k, v in n.properties.items() if not isinstance(v, tuple)} - {"title"}):
        values = [n.properties.get(name) for n in nodes]
        # igraph writes a column of mixed kinds as text; a number for what is absent keeps it numeric.
        absent: object = "" if any(isinstance(v, str) for v in values) else float("nan")
        made.vs[name] = [absent if v is None else v for v in values]
    made.es["relation"] = [r for _, r, _, _ in edges]
    made.es["weight"] = [1.0] * len(edges)
    made.es["confidence"] = [c for *_, c in edges]
    made.write_graphml(str(out))


def _networkx(snapshot: Path) -> object:
    import networkx as nx

    from kg.query import Graph

    graph, made = Graph.open(snapshot), nx.MultiDiGraph()
    for node in graph.all_nodes(supports=False):
        plain = {k: v for k, v in node.properties.items() if not isinstance(v, tuple) and k != "title"}
        made.add_node(node.id, label=node.label, type=node.cls, **plain)
    for source, relation, target, confidence in graph.all_edges():
        made.add_edge(source, target, relation=relation, weight=1.0, confidence=confidence)
    return made


WRITERS: dict[str, Writer] = {
    "kg export": ours_merged,
    "kg export, all edges": ours,
    "igraph": igraph,
    "networkx with lxml": networkx_lxml,
    "networkx": networkx_xml,
}


def measure(name: str, snapshot: Path, out: Path) -> dict[str, float]:
    """Run one writer in a process of its own: wall and CPU seconds, peak memory and file size in MB."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.bench_export",
        "--run",
        name,
        "--folder",
        str(snapshot),
        "--out",
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks export", description=__doc__)
    parser.add_argument("--papers", type=int, default=10_000, help="size of the graph, in papers")
    parser.add_argument("--folder", type=Path, default=Path("bench-data/export"), help="where the graph is kept")
    parser.add_argument("--only", nargs="+", choices=WRITERS, default=list(WRITERS), help="which writers")
    parser.add_argument("--run", choices=WRITERS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.run:
        _run(WRITERS[chosen.run], chosen.folder, chosen.out)
        return
    if snapshots.current_name(chosen.folder) is None:
        write_snapshot(chosen.papers, chosen.folder)
    snapshot = snapshots.current(chosen.folder)
    counts = snapshot.manifest["counts"]
    print(f"{snapshot.name}: {json.dumps(counts)[:200]}")
    print(f"{'writer':22} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'file MB':>8} {'CPU ratio':>10}")
    first: float | None = None
    for name in chosen.only:
        with tempfile.TemporaryDirectory() as folder:
            row = measure(name, snapshot.path, Path(folder) / "atlas.graphml")
        first = first or row["cpu"]
        print(
            f"{name:22} {row['wall']:8.1f} {row['cpu']:8.1f} {row['peak']:8.0f} {row['size']:8.0f} "
            f"{row['cpu'] / first:10.1f}",
            flush=True,
        )


def _run(writer: Writer, snapshot: Path, out: Path) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    writer(snapshot, out)
    row = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "size": out.stat().st_size / 1e6,
    }
    print(json.dumps(row))


if __name__ == "__main__":
    main()
