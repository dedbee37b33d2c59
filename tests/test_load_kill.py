"""Killing `kg load` at any moment loses nothing that was published and leaves no half-loaded graph."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT

import loaders
from kg.load import load
from kg.stats import count
from kg.store import current, embedded

KILLS = 50
PAPERS = 30


def _write(path: Path, start: int, stop: int) -> Path:
    rows = (
        {"title": f"Paper {n} on segmentation", "abstract": f"We segment CT scans of organ {n}. Code is available at "
         f"https://github.com/a/r{n}.", "year": 2000 + n % 25}
        for n in range(start, stop)
    )  # fmt: skip
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


def _start(source: Path, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "kg", "load", str(source), "--store", str(folder), "--workers", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of both files, loaded without a kill."""
    folder = tmp_path_factory.mktemp("whole")
    for name, start, stop in (("first.jsonl", 0, PAPERS), ("second.jsonl", PAPERS, 2 * PAPERS)):
        load(loaders.read(str(_write(folder / name, start, stop))), folder / "kg-data", workers=1)
    return folder / "kg-data"


def test_fifty_kills_lose_nothing_and_the_next_run_finishes_the_work(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "kg-data"
    load(loaders.read(str(_write(tmp_path / "first.jsonl", 0, PAPERS))), folder, workers=1)
    second = _write(tmp_path / "second.jsonl", PAPERS, 2 * PAPERS)
    before = current(folder).name
    begun = time.perf_counter()
    _start(second, tmp_path / "measure").wait()
    usual_s = time.perf_counter() - begun
    chance = random.Random(7)

    for _ in range(KILLS):
        process = _start(second, folder)
        time.sleep(chance.uniform(0.3, 1.0) * usual_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        snapshot = current(folder)
        papers = count(folder)["classes"]["Paper"]
        assert papers == (PAPERS if snapshot.name == before else 2 * PAPERS)
        assert len(embedded.open_read_only(snapshot.rdf_path)) > 0

    assert _start(second, folder).wait() == 0
    assert current(folder).manifest["digest"] == current(whole).manifest["digest"]
