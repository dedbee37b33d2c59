"""Draw the graph of the bundled sample from its exported GraphML, as it stands in the README.

    kg export atlas.graphml --classes Paper,Dataset,Method,Task,Modality,Condition \\
        --largest-component --layout forceatlas2
    python docs/pictures/draw_atlas.py atlas.graphml docs/pictures/atlas.png

Everything that is drawn stands in the file: places, sizes, colours, labels.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import networkx as nx
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from PIL import Image

NAMES = {"Paper": "papers", "Dataset": "datasets", "Method": "methods", "Task": "tasks", "Modality": "modalities",
         "Condition": "conditions"}  # fmt: skip
MOST_LABELS = 46
COLOURS = 255


def draw(graph: nx.Graph, ax: Axes) -> None:
    """Draw edges, nodes and as many labels as fit without touching, the most connected first."""
    place = {n: (d["x"], d["y"]) for n, d in graph.nodes(data=True)}
    lines = [(place[a], place[b]) for a, b in graph.edges()]
    ax.add_collection(LineCollection(lines, colors="#667085", linewidths=0.45, alpha=0.4, zorder=1))
    for kind, name in NAMES.items():
        rows = [(place[n], d) for n, d in graph.nodes(data=True) if d["type"] == kind]
        if rows:
            x, y = zip(*(at for at, _ in rows), strict=True)
            areas = [d["size"] ** 2 / 2.2 for _, d in rows]
            colours = [d["color"] for _, d in rows]
            ax.scatter(x, y, areas, colours, edgecolors="white", linewidths=0.4, label=f"{len(rows)} {name}", zorder=3)
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.axis("off")
    legend = ax.legend(loc="lower left", frameon=False, fontsize=11, handletextpad=0.3, labelspacing=0.5)
    for handle in legend.legend_handles:
        handle.set_sizes([70])
    ax.figure.tight_layout(pad=0.2)
    ax.figure.canvas.draw()  # only now the equal scales hold, by which labels are measured
    _label(graph, place, ax)


def _label(graph: nx.Graph, place: dict[str, tuple[float, float]], ax: Axes) -> None:
    """Name the most connected things, papers aside, where the name overlaps no earlier one."""
    taken = []
    halo = [withStroke(linewidth=2.6, foreground="white")]
    renderer = ax.figure.canvas.get_renderer()
    by_degree = sorted(graph.nodes(data=True), key=lambda row: (-row[1]["degree"], row[0]))
    for node, row in by_degree:
        if row["type"] == "Paper" or len(taken) >= MOST_LABELS:
            continue
        text = ax.text(*place[node], row["label"], fontsize=7 + min(row["degree"], 40) / 8, ha="center", va="center",
                       zorder=4, path_effects=halo)  # fmt: skip
        box = text.get_window_extent(renderer).expanded(1.04, 1.1)
        if any(box.overlaps(other) for other in taken):
            text.remove()
            continue
        taken.append(box)


def main() -> None:
    """Read the file, draw, save."""
    source, target = map(Path, sys.argv[1:3])
    figure, ax = plt.subplots(figsize=(12, 8.4), dpi=100)
    draw(nx.read_graphml(source), ax)
    raw = io.BytesIO()
    figure.savefig(raw, format="png")
    # Few colours: a third of the size, the same look.
    Image.open(raw).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    main()
