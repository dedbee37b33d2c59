"""Snapshots: the published states of a graph, each immutable in a folder of its own.

    kg-data/
      ledger.sqlite      what was loaded (kg.ledger)
      lock               one writer at a time
      current            the name of the snapshot that readers open
      snapshots/000002-1f0c…/
        manifest.json    version, base, counts, digest of the statements
        rdf/             the RDF, read by pyoxigraph
        index/           the query index

A snapshot is built in a hidden folder, renamed when it is whole, and only then
named in `current`, which is replaced atomically: a process killed at any moment
leaves the last published graph as it was. Readers never open what is written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from schema.errors import NotFound, StoreError

FORMAT = 1
"""The version of the folder's layout; a snapshot of another one is refused."""

_BUILDING = ".building-"


@dataclass(frozen=True)
class Snapshot:
    """One published state: its folder and what the manifest says."""

    path: Path

    @property
    def name(self) -> str:
        """Its name: a running number and the start of the digest."""
        return self.path.name

    @property
    def rdf_path(self) -> Path:
        """The folder of the RDF store."""
        return self.path / "rdf"

    @property
    def index_path(self) -> Path:
        """The folder of the query index."""
        return self.path / "index"

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What the snapshot says of itself; raises `StoreError` where it cannot be read."""
        file = self.path / "manifest.json"
        try:
            manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as err:
            raise StoreError(f"{file} cannot be read ({err}). Load the papers again, or `kg rollback`.") from err
        if manifest.get("format") != FORMAT:
            raise StoreError(
                f"{self.path} was written by another version of Paper Atlas (format {manifest.get('format')}, "
                f"this one reads {FORMAT}). Run `kg load` without sources to publish it anew."
            )
        return manifest

    @property
    def base(self) -> str:
        """What the IRIs of entities start with."""
        return str(self.manifest["base"])


def current(folder: Path) -> Snapshot:
    """The snapshot that readers should open; raises `NotFound` where nothing is published."""
    name = current_name(folder)
    if name is None:
        raise NotFound(f"There is no graph in {folder}. Build one with `kg load SOURCE` or `kg demo`.")
    snapshot = Snapshot(folder / "snapshots" / name)
    if not snapshot.path.is_dir():
        raise StoreError(f"{folder / 'current'} names {name}, which is not there. `kg load` publishes it anew.")
    return snapshot


def current_name(folder: Path) -> str | None:
    """The name in the pointer file, or None where nothing is published. One small read: fit for polling."""
    try:
        return (folder / "current").read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def find_snapshots(folder: Path) -> Iterator[Snapshot]:
    """Every published snapshot that is still kept, oldest first."""
    root = folder / "snapshots"
    if root.is_dir():
        yield from (Snapshot(p) for p in sorted(root.iterdir()) if p.is_dir() and not p.name.startswith("."))


def find_snapshot(folder: Path, name: str) -> Snapshot:
    """The one kept snapshot whose name starts with `name`; raises `NotFound` that lists the kept ones."""
    kept = [*find_snapshots(folder)]
    found = [s for s in kept if s.name.startswith(name)]
    if len(found) != 1:
        known = ", ".join(s.name for s in kept) or "none"
        raise NotFound(f"{len(found)} snapshots in {folder} start with {name!r}. Kept: {known}.")
    return found[0]


def begin(folder: Path) -> Path:
    """An empty hidden folder to build a snapshot in; removes what killed builds left. Call under the lock."""
    root = folder / "snapshots"
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)
    building = root / f"{_BUILDING}{os.getpid()}"
    building.mkdir()
    return building


def publish(folder: Path, building: Path, manifest: Mapping[str, Any], keep: int) -> Snapshot:
    """Give a built snapshot its name, make it the current one, and drop the oldest beyond `keep`.

    `manifest` must hold "digest"; its running number follows the newest
    snapshot's. Call under the lock.
    """
    published = [*find_snapshots(folder)]
    number = 1 + max((int(s.name.partition("-")[0]) for s in published), default=0)
    name = f"{number:06d}-{str(manifest['digest'])[:12]}"
    whole = {**manifest, "format": FORMAT, "version": name}
    _write_durably(building / "manifest.json", json.dumps(whole, indent=2, sort_keys=True) + "\n")
    snapshot = Snapshot(folder / "snapshots" / name)
    building.rename(snapshot.path)
    point_to(folder, snapshot)
    for old in published[: max(0, len(published) + 1 - keep)]:
        shutil.rmtree(old.path, ignore_errors=True)
    return snapshot


def point_to(folder: Path, snapshot: Snapshot) -> None:
    """Make a snapshot the current one, atomically."""
    temporary = folder / f"current.{os.getpid()}"
    _write_durably(temporary, snapshot.name + "\n")
    temporary.replace(folder / "current")


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
