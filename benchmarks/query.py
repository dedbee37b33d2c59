"""Contract queries over the index against the same questions as SPARQL on the same snapshot.

    python -m benchmarks query --papers 10000 100000 --folder bench-data

Prints the median of each in milliseconds of processor time (which a busy machine
does not change) and the ratio. Index answers are
computed anew each time; only posting sets are kept between repetitions, as in
a server. Graphs are built on first use and kept in the folder.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.generate import write_snapshot
from kg.query import Graph
from kg.store import snapshots
from kg.store.embedded import open_read_only

QUERY_1: dict[str, Any] = {"targetsModality": {"is": "CT"}, "releasesCode": True}
QUERY_2: dict[str, Any] = {"usedBy": {"some": {"targetsModality": {"is": "CT"}, "releasesCode": True}}}


def query_3(graph: Graph) -> dict[str, Any]:
    """The third contract query with names that the generated graph has."""
    task, dataset = graph.label(graph.ids("Task", [3])[0]), graph.label(graph.ids("Dataset", [3])[0])
    either = [{"addressesTask": {"is": task}}, {"usesDataset": {"is": dataset}}]
    return {"or": either, "not": {"targetsModality": {"is": "MRI"}}}


def median_ms(ask: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time) -> float:
    """The median time of some repetitions after a first one, in milliseconds of the processor (or of another clock)."""
    ask()
    times = []
    for _ in range(repeats):
        began = clock()
        ask()
        times.append(clock() - began)
    return statistics.median(times) * 1000


def measure(folder: Path, papers: int) -> Iterator[tuple[str, float, float | None]]:
    """(question, milliseconds over the index, milliseconds in SPARQL or None) for one size."""
    if snapshots.current_name(folder) is None:
        write_snapshot(papers, folder)
    snapshot = snapshots.current(folder)
    graph, store = Graph.open(snapshot.path), open_read_only(snapshot.rdf_path)

    def page() -> object:
        found = graph.find("Paper", QUERY_1)
        return found.total, found.ids(20)

    def reuse() -> object:
        found = graph.find("Dataset", QUERY_2, [{"usedByCount": "DESC"}])
        return found.total, found.ids(10)

    def facets() -> object:
        found = graph.find("Paper", query_3(graph))
        return found.total, found.facet("modality", 10), found.facet("task", 10), found.facet("codeStatus")

    def sparql(cls: str, where: dict[str, Any], **options: Any) -> float:
        text = graph.sparql_for(cls, where, **options)
        return median_ms(lambda: list(store.query(text)), 3)

    yield "query 1: page of 20 with count", median_ms(page, 50), sparql("Paper", QUERY_1, limit=20)
    yield "query 2: reuse, nested", median_ms(reuse, 50), sparql("Dataset", QUERY_2, limit=10)
    yield "query 3: facets", median_ms(facets, 50), sparql("Paper", query_3(graph))
    yield "search", median_ms(lambda: graph.search("cofdi tor"), 20), None


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks query", description=__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=[10_000], help="sizes of graphs, in papers")
    parser.add_argument("--folder", type=Path, default=Path("bench-data"), help="where graphs are kept")
    chosen = parser.parse_args(arguments)
    print(f"{'papers':>8}  {'question':34} {'index ms':>9} {'SPARQL ms':>10} {'ratio':>8}")
    for papers in chosen.papers:
        for question, ours, theirs in measure(chosen.folder / str(papers), papers):
            other = "" if theirs is None else f"{theirs:10.1f} {theirs / ours:7.0f}x"
            print(f"{papers:8}  {question:34} {ours:9.3f} {other}", flush=True)


if __name__ == "__main__":
    main()
