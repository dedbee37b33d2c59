"""Snapshots: published whole or not at all, kept by a policy, opened read only."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.store import current, current_name, embedded, find_snapshots, snapshots
from schema.errors import NotFound, StoreError

QUAD = b'<http://a/s> <http://a/p> "o" .\n'


def _publish(folder: Path, digest: str, keep: int = 5) -> snapshots.Snapshot:
    building = snapshots.begin(folder)
    embedded.build(building / "rdf", iter([QUAD]))
    return snapshots.publish(folder, building, {"base": "http://a/", "digest": digest}, keep)


def test_a_folder_without_a_graph_says_how_to_build_one(tmp_path: Path) -> None:
    assert current_name(tmp_path) is None
    with pytest.raises(NotFound, match="kg load"):
        current(tmp_path)


def test_a_published_snapshot_is_the_current_one_and_can_be_read(tmp_path: Path) -> None:
    published = _publish(tmp_path, "ab" * 32)

    assert current(tmp_path).name == published.name == "000001-abababababab"
    store = embedded.open_read_only(published.rdf_path)
    assert [q.object for q in store] == [ox.Literal("o")]


def test_only_the_newest_snapshots_are_kept(tmp_path: Path) -> None:
    for digest in ("a", "b", "c", "d"):
        _publish(tmp_path, digest * 64, keep=2)

    assert [s.name for s in find_snapshots(tmp_path)] == ["000003-cccccccccccc", "000004-dddddddddddd"]
    assert current(tmp_path).name.startswith("000004")


def test_a_build_that_was_killed_is_swept_away_and_never_seen(tmp_path: Path) -> None:
    published = _publish(tmp_path, "a" * 64)
    left = tmp_path / "snapshots" / ".building-999999"
    left.mkdir()

    assert [s.name for s in find_snapshots(tmp_path)] == [published.name]
    snapshots.begin(tmp_path)
    assert not left.exists()


def test_a_reader_keeps_its_snapshot_while_another_is_published(tmp_path: Path) -> None:
    store = embedded.open_read_only(_publish(tmp_path, "a" * 64, keep=1).rdf_path)
    _publish(tmp_path, "b" * 64, keep=1)

    assert len(store) == 1


def test_broken_statements_are_an_error_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        embedded.build(tmp_path / "rdf", iter([b"<http://a> nonsense"]))


def test_a_snapshot_of_another_format_is_refused(tmp_path: Path) -> None:
    published = _publish(tmp_path, "a" * 64)
    (published.path / "manifest.json").write_text('{"format": 0}')

    with pytest.raises(StoreError, match="another version"):
        _ = snapshots.Snapshot(published.path).manifest
