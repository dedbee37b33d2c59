"""The wheel holds what it should, runs in an empty environment, and knows when somebody else took its names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from conftest import ROOT, require_or_skip

OURS = ("kg", "schema", "loaders", "graphql_api")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.mark.parametrize("name", OURS)
def test_no_other_installed_distribution_owns_one_of_our_names(name: str) -> None:
    owners = set(packages_distributions().get(name, []))

    assert owners <= {"paperatlas"}, f"pip uninstall {' '.join(owners - {'paperatlas'})}"


def test_the_constraints_file_refuses_the_distributions_with_our_names() -> None:
    text = (ROOT / "constraints.txt").read_text()

    assert "schema<0" in text
    assert "graphql-api<0" in text


def test_the_wheel_holds_the_four_packages_with_their_tables_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    tops = {n.split("/")[0] for n in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == set(OURS)
    for needed in ("schema/tables/modalities.tsv", "loaders/samples/hf-papers.jsonl", "kg/py.typed"):
        assert needed in names
    assert wheel.stat().st_size < 40_000_000


def test_the_installed_wheel_builds_the_demo_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / "bin" / "python"
    installing = [python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--disable-pip-version-check", wheel]
    subprocess.run(installing, check=True, capture_output=True)
    # The dependencies come from this environment by a path file; Paper Atlas itself only from the wheel.
    site = next((home / "lib").glob("python*/site-packages"))
    here = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONSAFEPATH": "1"}
    (site / "zz-dependencies.pth").write_text(f"{here}\n")
    done = subprocess.run(
        [home / "bin" / "kg", "demo", "--build-only"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    counted = subprocess.run(
        [python, "-m", "kg", "stats", "--store", "kg-demo", "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    where = subprocess.run(
        [python, "-c", "import schema; print(schema.__file__)"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(counted.stdout)["classes"]["Paper"] == 119
    assert str(site) in where.stdout


def test_a_package_of_the_same_name_is_refused_with_a_clear_message(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "__init__.py").write_text("")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}

    done = subprocess.run(
        [sys.executable, "-m", "kg", "stats"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert "shadowed-package" in done.stderr
    assert "pip uninstall schema" in done.stderr


def test_the_installed_command_answers_from_another_folder(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "kg"
    require_or_skip(command.exists(), "the command kg")

    done = subprocess.run([command, "--help"], cwd=tmp_path, capture_output=True, text=True, env=os.environ)

    assert done.returncode == 0
    assert "load" in done.stdout
