"""Parts of a corpus, read and stated apart on any engine, make the graph of one load."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

import loaders
from kg.cli import app
from kg.load import load
from kg.partition import ENGINES, Outcome, Reading, partition, reading
from kg.store import embedded
from schema.errors import BadRequest, NotFound

PARTS = 3
READING = Reading("fast")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """Forty papers in three files; some stand in two of them, one line is broken, one file is no list."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = sample.read_bytes().splitlines(keepends=True)[:40]
    for part in range(PARTS):
        own = [*lines[part::PARTS], *lines[:3], b"{broken\n" if part == 1 else b""]
        (folder / f"part-{part}.jsonl").write_bytes(b"".join(own))
    (folder / "photo.jpg").write_bytes(bytes([0xFF, 0xD8, 0xFF, 0xE0, *range(64)]))
    return folder


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> list[bytes]:
    """The sorted N-Quads that one load writes to its store."""
    written: list[bytes] = []

    def record(path: Path, chunks: Iterator[bytes]) -> None:
        build(path, (written.append(chunk) or chunk for chunk in chunks))

    build = embedded.build
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "build", record)
        load(loaders.read(corpus), tmp_path_factory.mktemp("loaded"), extractor="fast", workers=1)
    return sorted(set(b"".join(written).splitlines(keepends=True)))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Outcome:
    folder = tmp_path_factory.mktemp("parts")
    return partition([str(corpus)], folder, reading=READING, workers=2)


def _quads(folder: Path) -> list[bytes]:
    parts = [gzip.decompress(p.read_bytes()).splitlines(keepends=True) for p in sorted(folder.glob("nquads/*.gz"))]
    assert all(part == sorted(part) for part in parts)
    return sorted(set(chain.from_iterable(parts)))


def test_parts_read_in_two_processes_hold_the_quads_of_one_load(here: Outcome, loaded: list[bytes]) -> None:
    assert len(loaded) > 1000
    assert _quads(here.folder) == loaded


@pytest.mark.parametrize("engine", ["dask", "spark"])
def test_parts_read_on_a_cluster_are_the_same_bytes(engine: str, tmp_path: Path, corpus: Path, here: Outcome) -> None:
    if engine == "spark":
        # Half a gigabyte and a Java beside it: never required.
        pytest.importorskip("pyspark", reason="pyspark is not installed")
        if shutil.which("java") is None:
            pytest.skip("java is not installed")

    done = partition([str(corpus)], tmp_path, reading=READING, engine=engine, workers=2)

    assert [p.read_bytes() for p in sorted(tmp_path.glob("nquads/*"))] == [
        p.read_bytes() for p in sorted(here.folder.glob("nquads/*"))
    ]
    assert done.parts == here.parts


def test_what_cannot_be_read_is_kept_and_the_rest_is_there(here: Outcome) -> None:
    kept = [orjson.loads(line)["code"] for line in (here.folder / "rejected.jsonl").read_bytes().splitlines()]

    assert sorted(kept) == ["bad-json", "unknown-format"]
    assert here.nodes["Paper"] == 40


def test_a_part_that_is_done_is_not_read_again(corpus: Path, here: Outcome, tmp_path: Path) -> None:
    shutil.copytree(here.folder / "records", tmp_path / "records")
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "records").iterdir()}

    again = partition([str(corpus)], tmp_path, reading=READING, workers=1)

    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "records").iterdir()} == before
    assert again.parts == here.parts


def test_many_parts_are_merged_in_steps_and_the_last_of_a_key_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FAN_IN", 2)
    for number in range(5):
        source = tmp_path / f"{number}.jsonl"
        own = f"arxiv-2401.0000{number}"
        source.write_text(f'{{"id": "same", "title": "Version {number}"}}\n{{"id": "{own}", "title": "Own"}}\n')
        reading.read_part(READING, str(source), str(tmp_path / str(number)))

    few = reading.few([tmp_path / f"{n}.json.gz" for n in range(5)], tmp_path)

    assert len(few) == 2
    assert [r.paper.title for r in reading.merged(few) if r.paper.id == "same"] == ["Version 4"]
    assert len([*reading.merged(few)]) == 6


def test_an_unknown_engine_names_the_nearest_and_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="Did you mean 'dask'"):
        partition([str(tmp_path)], tmp_path / "out", reading=READING, engine="dusk")
    with pytest.raises(NotFound, match="There is no file"):
        partition([str(tmp_path / "none.jsonl")], tmp_path / "out", reading=READING)
    assert [*ENGINES] == ["processes", "dask", "spark"]


def test_the_command_says_where_the_parts_are(corpus: Path, tmp_path: Path, here: Outcome) -> None:
    shutil.copytree(here.folder / "records", tmp_path / "records")
    arguments = ["partition", str(corpus), "--out", str(tmp_path), "--extractor", "fast", "--workers", "1"]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.stderr
    assert "40 papers" in result.stderr
    assert "2 rejected" in result.stderr
    assert (tmp_path / "manifest.json").exists()
