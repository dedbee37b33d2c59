"""The notebooks run from top to bottom on the graph of the sample, and their plots are there."""

import pytest
from conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_runs_and_draws(path, listing_atlas, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.setenv("KG_STORE", str(listing_atlas))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(path, as_version=4)

    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()

    shown = [o for cell in notebook.cells for o in cell.get("outputs", ()) if "image/png" in o.get("data", {})]
    assert len(shown) >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_kept_without_outputs(path):
    nbformat = pytest.importorskip("nbformat")

    cells = nbformat.read(path, as_version=4).cells
    assert [c for c in cells if c.get("outputs") or c.get("execution_count")] == [], "clear the outputs before a commit"


def test_there_are_two_notebooks():
    assert [p.stem for p in NOTEBOOKS] == ["which-datasets-travel-together", "who-releases-code"]
