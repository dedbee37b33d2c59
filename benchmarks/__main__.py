"""The table of measurements; each is a module with `main(arguments)` and prints its own table."""

from __future__ import annotations

import argparse
import importlib

BENCHES = {
    "query": ("benchmarks.query", "contract queries over the index against SPARQL on the same snapshot"),
}
"""Name: (module, what it measures)."""


def main() -> None:
    """Run the named measurements, or all."""
    listed = "\n".join(f"  {name:10} {what}" for name, (_, what) in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", epilog=listed, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all if none is named")
    chosen, rest = parser.parse_known_args()
    for name in chosen.names or BENCHES:
        if name not in BENCHES:
            parser.error(f"there is no measurement {name!r}; there are {', '.join(BENCHES)}")
        print(f"# {name}: {BENCHES[name][1]}")
        importlib.import_module(BENCHES[name][0]).main(rest)


if __name__ == "__main__":
    main()
