"""`/sparql` of `kg serve` against `oxigraph serve-read-only`, over HTTP.

    python -m benchmarks sparql --papers 10000 --folder bench-data

The same statements in each, the same queries, the same client, the servers
asked in turn so that a busy machine is busy for all. Small lookups, the thirty
examples, and a large dump. The table gives medians in milliseconds and ratios
to Oxigraph's; the last line is the median ratio.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from benchmarks.generate import write_snapshot
from kg.sparql.library import examples
from kg.store import current, current_name

_PAPER = "<https://w3id.org/paperatlas/paper/id-7>"
SMALL = {
    "ask": "ASK { ?s a <https://w3id.org/paperatlas/ns#Paper> }",
    "one paper": f"SELECT ?p ?o {{ {_PAPER} ?p ?o }}",
    "its datasets": f"SELECT ?d {{ {_PAPER} <https://w3id.org/paperatlas/ns#usesDataset> ?d }}",
    "describe": "DESCRIBE <https://w3id.org/paperatlas/modality/ct>",
}
DUMP = {"dump of all facts": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks sparql", description=__doc__)
    parser.add_argument("--papers", type=int, default=2000, help="size of the graph, in papers")
    parser.add_argument("--folder", type=Path, default=Path("bench-data"), help="where graphs are kept")
    parser.add_argument("--repeats", type=int, default=7, help="times that each query is asked")
    chosen = parser.parse_args(arguments)
    folder = chosen.folder / str(chosen.papers)
    if current_name(folder) is None:
        write_snapshot(chosen.papers, folder)
    queries = SMALL | {e.name: e.with_prefixes() for e in examples()} | DUMP
    with ExitStack() as stack:
        servers = {"oxigraph": stack.enter_context(oxigraph(folder)), "ours": stack.enter_context(ours(folder))}
        print(f"{'query':36} {'oxigraph ms':>12} {'ours ms':>10} {'ratio':>7} {'rows agree':>11}")
        ratios = []
        for name, text in queries.items():
            repeats = max(3, chosen.repeats // 3) if name in DUMP else chosen.repeats
            times, sizes = ask_in_turn(servers, text, repeats)
            ratio = times["ours"] / times["oxigraph"]
            ratios.append(ratio)
            same = "yes" if sizes["ours"] == sizes["oxigraph"] else f"{sizes['oxigraph']}/{sizes['ours']}"
            print(f"{name:36} {times['oxigraph']:12.2f} {times['ours']:10.2f} {ratio:7.2f} {same:>11}", flush=True)
    print(f"median ratio to Oxigraph over {len(ratios)} queries: {statistics.median(ratios):.2f}")


def ask_in_turn(servers: dict[str, str], text: str, repeats: int) -> tuple[dict[str, float], dict[str, int]]:
    """Median milliseconds and lines of the answer by server."""
    times: dict[str, list[float]] = {name: [] for name in servers}
    sizes: dict[str, int] = {}
    headers = {
        "accept": "text/tab-separated-values, application/n-triples;q=0.9, application/sparql-results+json;q=0.5",
        "content-type": "application/sparql-query",
    }
    with httpx.Client(timeout=120) as http:
        for turn in range(repeats + 1):
            for name, url in servers.items():
                began = time.perf_counter()
                response = http.post(url, content=text, headers=headers)
                took = time.perf_counter() - began
                response.raise_for_status()
                sizes[name] = response.content.count(b"\n")
                if turn:  # the first is to warm up
                    times[name].append(took * 1000)
    return {name: statistics.median(found) for name, found in times.items()}, sizes


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """`oxigraph serve-read-only` on the snapshot's own store."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if program is None:
        raise SystemExit("oxigraph is not installed: pip install oxigraph")
    port = _free_port()
    location = str(current(folder).rdf_path)
    command = [program, "serve-read-only", "--location", location, "--bind", f"127.0.0.1:{port}"]
    with _running(command, f"http://127.0.0.1:{port}/"):
        yield f"http://127.0.0.1:{port}/query"


@contextmanager
def ours(folder: Path) -> Iterator[str]:
    """`kg serve` on the same snapshot, without a limit of rows."""
    port = _free_port()
    command = [sys.executable, "-m", "kg", "serve", "--store", str(folder), "--port", str(port)]
    with _running(command, f"http://127.0.0.1:{port}/ns"):
        yield f"http://127.0.0.1:{port}/sparql"


@contextmanager
def _running(command: list[str], url: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(url, timeout=2)
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"{command[0]} did not start") from None
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
