"""Write an export to a stream, to a file or as chunks for HTTP: the same bytes on each way."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from queue import Full, Queue
from typing import BinaryIO, Final, cast

from kg.export._graph import GraphLike
from kg.export.formats import Format, format_of, format_of_file
from kg.export.options import WHOLE, ExportOptions
from kg.export.subgraph import Subgraph
from schema.errors import BadRequest

Progress = Callable[[int], None]
"""Told the number of bytes written so far."""

_CHUNK: Final = 1 << 16
_WAITING: Final = 16


def write_export(
    graph: GraphLike,
    format: str,
    out: BinaryIO,
    options: ExportOptions = WHOLE,
    *,
    progress: Progress | None = None,
) -> None:
    """Write a part of a graph in a format: the same snapshot and options give the same bytes.

    Raises `BadRequest` for an unknown format or a part that it cannot hold.
    """
    entry = format_of(format)
    entry.write(Subgraph(graph, options), cast(BinaryIO, _Counting(out, progress)) if progress else out)


def write_export_file(
    graph: GraphLike,
    path: Path,
    options: ExportOptions = WHOLE,
    *,
    format: str | None = None,
    split_bytes: int | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write a file in the format of its ending; it appears under its name when it is whole.

    With ".gz" at the end it is compressed. With `split_bytes` a format of
    lines goes to numbered parts (atlas-0001.nt, ...), none larger unless one line is.
    Returns the files written. Raises `BadRequest` for an unknown ending.
    """
    entry = format_of(format) if format else format_of_file(path)
    if split_bytes is not None:
        return _split(graph, entry, path, options, split_bytes, progress)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as raw:
            if path.suffix == ".gz":
                # No name and no time in the header: they would change the bytes.
                with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
                    write_export(graph, entry.name, cast(BinaryIO, packed), options, progress=progress)
            else:
                write_export(graph, entry.name, raw, options, progress=progress)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return [path]


def export_chunks(graph: GraphLike, format: str, options: ExportOptions = WHOLE) -> Iterator[bytes]:
    """The bytes of `write_export` in chunks of about 64 KB, made by a thread as they are taken.

    The first chunk is made at once, so that what is wrong with a request is
    raised here. A reader that stops early ends the thread.
    """
    entry = format_of(format)
    sub = Subgraph(graph, options)
    chunks = _from_thread(lambda out: entry.write(sub, out))
    return _resumed(next(chunks, b""), chunks)


class _Counting:
    """A stream that tells how much went through it."""

    def __init__(self, out: BinaryIO, told: Progress) -> None:
        self._out, self._told, self._bytes = out, told, 0

    def write(self, data: bytes) -> int:
        self._out.write(data)
        self._bytes += len(data)
        self._told(self._bytes)
        return len(data)

    def flush(self) -> None:
        self._out.flush()


class _Stopped(Exception):
    """The reader went away."""


class _Pipe:
    """A stream whose writes wait until a reader takes them."""

    def __init__(self) -> None:
        self.queue: Queue[bytes | BaseException | None] = Queue(_WAITING)
        self.stopped = threading.Event()
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._held:
            self.put(bytes(self._held))
            self._held.clear()

    def put(self, item: bytes | BaseException | None) -> None:
        while not self.stopped.is_set():
            try:
                self.queue.put(item, timeout=0.2)
                return
            except Full:
                continue
        raise _Stopped


def _resumed(first: bytes, rest: Generator[bytes, None, None]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    finally:
        rest.close()


def _from_thread(write: Callable[[BinaryIO], None]) -> Generator[bytes, None, None]:
    pipe = _Pipe()

    def work() -> None:
        try:
            write(cast(BinaryIO, pipe))
            pipe.flush()
            pipe.put(None)
        except _Stopped:
            pass
        except BaseException as err:  # noqa: BLE001 - raised again in the reader's thread
            pipe.put(err)

    return _taken(pipe, threading.Thread(target=work, name="export", daemon=True))


def _taken(pipe: _Pipe, thread: threading.Thread) -> Generator[bytes, None, None]:
    thread.start()
    try:
        while (item := pipe.queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        pipe.stopped.set()
        thread.join()


def _split(
    graph: GraphLike, entry: Format, path: Path, options: ExportOptions, most: int, progress: Progress | None
) -> list[Path]:
    if not entry.lines:
        raise BadRequest(f"{entry.name} is one document and cannot be split; ntriples and nquads can.")
    if most < 1:
        raise BadRequest(f"split must be at least one byte, not {most}.")
    parts = _Parts(path, most)
    try:
        write_export(graph, entry.name, cast(BinaryIO, parts), options, progress=progress)
        return parts.finish()
    finally:
        parts.discard()


class _Parts:
    """A stream that goes on in the next numbered file between two lines."""

    def __init__(self, path: Path, most: int) -> None:
        self._path, self._most = path, most
        self._done: list[Path] = []
        self._open: BinaryIO | None = None
        self._room = 0

    def write(self, data: bytes) -> int:
        for line in data.splitlines(keepends=True):
            if self._open is None or len(line) > self._room:
                self._next()
            assert self._open is not None
            self._open.write(line)
            self._room -= len(line)
        return len(data)

    def flush(self) -> None:
        if self._open is not None:
            self._open.flush()

    def finish(self) -> list[Path]:
        if self._open is None:
            self._next()
        self._close()
        self._done = [p.replace(p.with_name(p.name.removeprefix(".").removesuffix(".part"))) for p in self._done]
        finished, self._done = self._done, []
        return finished

    def discard(self) -> None:
        self._close()
        for part in self._done:
            part.unlink(missing_ok=True)

    def _next(self) -> None:
        self._close()
        stem, ending = self._path.name.split(".", 1)
        part = self._path.with_name(f".{stem}-{len(self._done) + 1:04d}.{ending}.part")
        self._done.append(part)
        self._raw = part.open("wb")
        packed = ending.endswith(".gz")
        self._open = cast(BinaryIO, gzip.GzipFile("", "wb", 6, self._raw, mtime=0)) if packed else self._raw
        self._room = self._most

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._raw.close()
            self._open = None
