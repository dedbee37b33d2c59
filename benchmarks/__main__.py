"""The table of measurements: `python -m benchmarks NAME [OPTIONS...]` runs one, without a name all of them.

Each is a module that runs by itself (`python -m benchmarks.query --help`) and
prints its own table.
"""

from __future__ import annotations

import argparse
import runpy
import sys

BENCHES = {
    "extract": (
        "benchmarks.bench_extract",
        "abstracts a second and memory of the readers against spaCy and the bare matcher",
    ),
    "query": ("benchmarks.query", "contract queries over the index against SPARQL on the same snapshot"),
    "graphql": (
        "benchmarks.bench_graphql",
        "contract queries in GraphQL against SPARQL, and our server against strawberry",
    ),
    "sparql": ("benchmarks.bench_sparql", "/sparql against oxigraph serve on the same store, over HTTP"),
    "export": ("benchmarks.bench_export", "GraphML from the store to the closed file against networkx and igraph"),
    "load": (
        "benchmarks.bench_load",
        "loading end to end: papers a second, memory, bytes on disk, shares of the stages",
    ),
    "identity": ("benchmarks.bench_identity", "which records are one paper, on records spoilt by rule"),
}
"""Name: (module, what it measures)."""


def main() -> None:
    """Run one measurement with its options, or all with their defaults."""
    listed = "\n".join(f"  {name:10} {what}" for name, (_, what) in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", epilog=listed, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", choices=BENCHES, help="which to run; all if none is named")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="its options")
    chosen = parser.parse_args()
    for name in [chosen.name] if chosen.name else BENCHES:
        print(f"# {name}: {BENCHES[name][1]}", flush=True)
        sys.argv = [BENCHES[name][0], *chosen.options]
        runpy.run_module(BENCHES[name][0], run_name="__main__")


if __name__ == "__main__":
    main()
