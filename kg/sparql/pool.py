"""Evaluating SPARQL from outside so that no query can hurt another.

A query waits for a place, runs for a short while at normal priority, then at
a lower one, and is moved to a second, smaller lane if it is still running then.
What counts is processor time. It is killed at the time limit, and stopped by
the worker itself at the limits of rows, bytes and memory.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from types import TracebackType

from kg.sparql.host import Host, Worker
from kg.sparql.question import SparqlLimits, SparqlQuery
from kg.sparql.slots import Slots
from kg.sparql.stream import Run, SparqlStream
from schema.errors import StoreError

_log = logging.getLogger(__name__)
_SMALL = 64 << 20
"""A snapshot of up to this many bytes is loaded into memory before the first answer, a larger one behind it."""


class SparqlPool:
    """Workers on one snapshot, replaced by those of another when `use` names it."""

    def __init__(self, base: str, limits: SparqlLimits | None = None, federation: tuple[str, ...] = ()) -> None:
        self.base, self.limits, self.federation = base, limits or SparqlLimits(), federation
        self._quick = Slots(self.limits.quick, self.limits.queue)
        self._slow = Slots(self.limits.slow, self.limits.slow * 4)
        self._lock = threading.Lock()
        self._host: Host | None = None
        self._idle: list[Worker] = []
        self._path: Path | None = None
        self._closed = False

    def use(self, path: Path) -> None:
        """Answer from the snapshot in this folder from now on; running queries end on the one they began with."""
        with self._lock:
            if path == self._path and self._host is not None and self._host.alive:
                return
            self._path = path
            size = sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
            fits = size <= self.limits.in_memory_bytes
            self._replace(self._new_host(path, memory=fits and size <= _SMALL))
        if fits and size > _SMALL:
            threading.Thread(target=self._load_into_memory, args=(path,), daemon=True).start()

    async def ask(self, query: SparqlQuery) -> SparqlStream:
        """Evaluate a query until its answer is whole or large; the caller reads the rest from the stream.

        Raises `BadQuery`, `NotAcceptable`, `LimitExceeded`, `Overloaded` or `StoreError`.
        """
        await self._wait_until_ready()
        await self._quick.acquire(self.limits.queue_wait_s)
        run = Run(self._quick, self._slow, self.limits)
        try:
            stream = SparqlStream(query, run, self.limits, self.take_back)
            run.worker = await self._worker()
            run.worker.begin()
            while not await stream.send():
                run.worker = await self._worker()  # that one had died while it was idle
                run.worker.begin()
            await stream.begin()
            return stream
        except BaseException:
            run.stop(kill=True)
            raise

    def take_back(self, worker: Worker) -> None:
        """Keep a worker that has answered for the next question."""
        with self._lock:
            if worker.host is self._host and not self._closed:
                self._idle.append(worker)
                return
        worker.close()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            host, self._host, self._path = self._host, None, None
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()
        if host:
            host.end()

    def __enter__(self) -> SparqlPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    async def _wait_until_ready(self) -> Host:
        host = self._current()
        while not host.ready:
            try:
                await asyncio.get_running_loop().run_in_executor(None, host.wait_until_ready)
            except StoreError:
                if host is self._host:
                    raise
                host = self._current()  # it was replaced meanwhile
        return host

    def _current(self) -> Host:
        with self._lock:
            if self._host is None:
                raise StoreError("no snapshot is open; load papers first with `kg load`.")
            if not self._idle and not self._host.alive:
                self._replace(self._new_host(self._host.path, self._host.memory))
            return self._host

    async def _worker(self) -> Worker:
        while True:
            with self._lock:
                if self._idle:
                    return self._idle.pop()
            host = await self._wait_until_ready()
            try:
                return await asyncio.get_running_loop().run_in_executor(None, host.fork)
            except StoreError:
                if host is self._host:
                    raise

    def _new_host(self, path: Path, memory: bool) -> Host:
        return Host(path, self.base, self.limits, self.federation, memory)

    def _replace(self, host: Host) -> None:
        old, self._host = self._host, host
        idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()
        if old:
            old.retire()

    def _load_into_memory(self, path: Path) -> None:
        host = self._new_host(path, memory=True)
        try:
            host.wait_until_ready()
        except StoreError:
            _log.warning("The snapshot does not load into memory; queries stay on disk.")
            host.end()
            return
        with self._lock:
            if self._path == path and not self._closed:
                self._replace(host)
                return
        host.end()
