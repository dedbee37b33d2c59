"""Fixtures that the tests share: the graph of the bundled sample, programs that may be absent, golden files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile(
    "default", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def require_or_skip(present: object, what: str) -> None:
    """Skip with a reason where an outside program is absent; fail where everything must be there."""
    if present:
        return
    if os.environ.get("PAPERATLAS_REQUIRE_ALL"):
        pytest.fail(f"{what} is required here and absent")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def program() -> object:
    """`program("chromium")` is the path of a program, or the test is skipped."""

    def find(name: str) -> str:
        path = shutil.which(name)
        require_or_skip(path, name)
        return str(path)

    return find


@pytest.fixture(scope="session")
def sample() -> Path:
    """The bundled sample: the 119 papers of the listing with summaries in our own words."""
    return Path(str(resources.files("loaders").joinpath("samples", "hf-papers.jsonl")))


@pytest.fixture(scope="session")
def listing() -> Path:
    """The real copied listing, where it lies beside the checkout."""
    path = SHARED / "corpus" / "hf-papers-clinically-relevant.txt"
    require_or_skip(path.exists(), "the real listing (../shared)")
    return path


@pytest.fixture(scope="session")
def listing_atlas(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """The folder of the graph of the bundled sample, built once through the real pipeline. Never write to it."""
    import loaders
    from kg.load import load

    folder = tmp_path_factory.mktemp("atlas") / "kg-data"
    load(loaders.read(str(sample)), folder, workers=1)
    return folder


@pytest.fixture(scope="session")
def small_atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a published graph of ten nodes that can be checked by eye. Never write to it."""
    from kg.index import IndexBuilder
    from kg.statements import statements_for
    from kg.store import embedded, snapshots
    from schema import Edge, Evidence, Node, Support
    from schema.ids import DEFAULT_BASE

    def drawn(relation: str, target: str, quote: str, start: int) -> Edge:
        evidence = Evidence(quote, "abstract", start, start + len(quote))
        return Edge(relation, target, (Support(evidence, 0.9, "default@1", ("cue word",)),))

    abstract = "We train on LIDC-IDRI. Code is at https://github.com/a/b."
    nodes = (
        Node("paper/a", "Paper", "Nodules in CT",
             {"title": "Nodules in CT", "abstract": abstract, "year": 2021, "codeStatus": "released",
              "sources": ("sample",)},
             (drawn("releasesCode", "repository/github.com-a-b", "Code is at https://github.com/a/b.", 23),
              drawn("targetsModality", "modality/ct", "CT", 11),
              drawn("usesDataset", "dataset/lidc", "train on LIDC-IDRI", 3))),
        Node("paper/b", "Paper", 'Low doses, "quoted"\nand split',
             {"title": 'Low doses, "quoted"\nand split', "abstract": "CT at low dose, é ü 漢字.", "year": 2023,
              "codeStatus": "none", "sources": ("sample",)},
             (drawn("targetsModality", "modality/ldct", "CT at low dose", 0),
              drawn("usesDataset", "dataset/lidc", "CT at low dose", 0))),
        Node("paper/c", "Paper", "Tumours in MRI", {"title": "Tumours in MRI", "year": 2023, "codeStatus": "none"},
             (Edge("cites", "paper/a"), drawn("targetsModality", "modality/mri", "MRI", 11))),
        Node("dataset/lidc", "Dataset", "LIDC-IDRI", {"aliases": ("LIDC",)}),
        Node("repository/github.com-a-b", "Repository", "github.com/a/b", {"repositoryUrl": "https://github.com/a/b"}),
        Node("modality/ct", "Modality", "computed tomography", {"aliases": ("CT", "CT scan")},
             (Edge("broaderModality", "modality/imaging"),)),
        Node("modality/imaging", "Modality", "medical imaging"),
        Node("modality/ldct", "Modality", "low-dose CT", {}, (Edge("broaderModality", "modality/ct"),)),
        Node("modality/mri", "Modality", "magnetic resonance imaging", {},
             (Edge("broaderModality", "modality/imaging"),)),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("small") / "kg-data"
    building = snapshots.begin(folder)
    index = IndexBuilder(building / "index")
    counts: dict[str, int] = {}
    for node in nodes:
        index.add(node)
        for name in (node.cls, *(e.relation for e in node.edges)):
            counts[name] = counts.get(name, 0) + 1
    index.finish()
    lines = (s.nquad().encode() for node in nodes for s in statements_for(node, DEFAULT_BASE))
    embedded.build(building / "rdf", lines)
    manifest = {"base": DEFAULT_BASE, "digest": "0" * 12, "counts": counts, "published": "2026-01-01T00:00:00+00:00"}
    snapshots.publish(folder, building, manifest, keep=1)
    return folder


def run_kg(*arguments: str, cwd: Path | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as a user does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [sys.executable, "-m", "kg", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        timeout=300,
        **options,
    )


@pytest.fixture(scope="session")
def kg() -> object:
    """`kg("stats", "--json")` runs the command line and returns the finished process."""
    return run_kg
