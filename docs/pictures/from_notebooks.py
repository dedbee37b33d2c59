"""Run the notebooks over a graph and save their plots for the gallery.

KG_STORE=kg-data python docs/pictures/from_notebooks.py
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parent.parent / "notebooks"
COLOURS = 255


def run(path: Path) -> nbformat.NotebookNode:
    """Run a notebook from its first to its last cell; raises where one fails."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook


def plots(notebook: nbformat.NotebookNode) -> list[bytes]:
    """The pictures that a notebook shows, as PNG, in order."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return [base64.b64decode(o.data["image/png"]) for o in outputs if "image/png" in o.get("data", {})]


def save_small(png: bytes, target: Path) -> None:
    """Save a picture with few colours: a third of the size, the same look."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for number, png in enumerate(plots(run(path)), start=1):
            save_small(png, HERE / f"{path.stem}-{number}.png")
