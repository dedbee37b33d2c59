"""One answer on its way from a worker: collected while it is small, streamed where it is large, cut at the limits."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable

from kg.sparql.frames import DATA, END, ERROR, HEAD, HEADER, QUESTION, json_frame
from kg.sparql.host import Worker
from kg.sparql.question import SparqlLimits, SparqlQuery
from kg.sparql.slots import Slots
from kg.store.formats import BY_NAME, FORMATS, Format, names
from schema.errors import KgError, LimitExceeded, Overloaded, StoreError

_UNACCEPTABLE = {
    kind: f"this query answers with {'rows' if kind == 'solutions' else 'triples'}; they come as {names(formats)}."
    for kind, formats in FORMATS.items()
}
_BUFFER = 1 << 20
"""Bytes of an answer that are collected before it is streamed."""
_GLANCE_S = 0.1
"""Seconds between two looks at how much processor time a long query has used."""


class Run:
    """What one query holds: its worker, its place, its time."""

    def __init__(self, quick: Slots, slow: Slots, limits: SparqlLimits) -> None:
        self.quick, self.slow, self.limits = quick, slow, limits
        self.worker: Worker | None = None
        self.used_s = 0.0
        self.place: Slots | None = quick
        self.is_slow = self.gives_way = False

    def give_way(self) -> None:
        """Go on at a lower priority, so that the server and shorter queries come first."""
        if self.worker and not self.gives_way:
            self.gives_way = True
            self.worker.yield_to_others()

    async def slow_down(self) -> None:
        """Leave the quick lane; pause while the slow one is full. Raises `Overloaded` where that takes too long."""
        assert self.worker is not None
        self.is_slow = True
        self.give_way()
        self.leave()
        if not self.slow.try_acquire():
            self.worker.pause()
            try:
                await self.slow.acquire(self.limits.queue_wait_s)
            except Overloaded as err:
                raise Overloaded("too many long queries run at once; try again later, or ask for less.") from err
            self.worker.resume()
        self.place = self.slow

    def leave(self) -> None:
        """Give the place back."""
        place, self.place = self.place, None
        if place:
            place.release()

    def stop(self, kill: bool) -> None:
        """Give back place and worker; a worker in the middle of something is killed."""
        worker, self.worker = self.worker, None
        if worker:
            if kill:
                worker.kill()
            else:
                worker.close()
        self.leave()


class SparqlStream:
    """An answer on its way: `format` is known, `parts` gives its bytes. Close it if you do not read it to its end."""

    def __init__(self, query: SparqlQuery, run: Run, limits: SparqlLimits, take_back: Callable[[Worker], None]) -> None:
        self._query, self._run, self._limits, self._take_back = query, run, limits, take_back
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._ready: list[bytes] = []
        self._failure: KgError | None = None
        self.format: Format = BY_NAME["json"]
        self.whole: bytes | None = None
        """The whole answer, where it is small; else None, and `parts` streams it."""

    async def send(self) -> bool:
        """Send the question to the worker; False where the worker is not there any more."""
        query, worker = self._query, self._run.worker
        assert worker is not None
        question = {
            "text": query.text,
            "dataset": {"default_graphs": query.default_graphs, "named_graphs": query.named_graphs},
            "base_iri": query.base_iri,
            "formats": {"solutions": query.solutions, "graph": query.graph},
            "unacceptable": _UNACCEPTABLE,
        }
        try:
            await self._loop.sock_sendall(worker.link, json_frame(QUESTION, question))
        except OSError:
            worker.close()
            return False
        return True

    async def begin(self) -> None:
        """Collect the answer until it is whole, large or slow."""
        size, ended = 0, False
        while not ended and (size < _BUFFER or not self._run.is_slow):
            if size >= _BUFFER:
                await self._run.slow_down()
                break
            ended = await self._next()
            size = sum(map(len, self._ready))
            if self._failure:
                raise self._failure
        if ended:
            self.whole = b"".join(self._ready)

    async def parts(self) -> AsyncIterator[bytes]:
        """The answer, piece by piece; an error on the way ends it with a line that says so, and is raised."""
        try:
            ended = self.whole is not None
            while True:
                ready, self._ready = self._ready, []
                for part in ready:
                    watch = self._loop.call_later(self._limits.stall_s, self._run.stop, True)
                    yield part
                    watch.cancel()
                if self._failure:
                    yield f"\n\n# Cut off. {self._failure}\n".encode()
                    raise self._failure
                if ended:
                    return
                ended = await self._next_or_failure()
        finally:
            self.close()

    def close(self) -> None:
        """Stop whatever still runs for this answer."""
        self._run.stop(kill=True)

    async def _next_or_failure(self) -> bool:
        try:
            return await self._next()
        except KgError as err:
            self._failure = err
            return False

    async def _next(self) -> bool:
        """Read the next frames; True once the answer has ended."""
        run = self._run
        try:
            data = await self._receive()
        except OSError:
            data = b""
        if not data:
            raise self._death()
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if len(self._buffer) < HEADER.size + length:
                break
            body = bytes(self._buffer[HEADER.size : HEADER.size + length])
            del self._buffer[: HEADER.size + length]
            if kind == HEAD:
                self.format = BY_NAME[json.loads(body)["format"]]
            elif kind == DATA:
                self._ready.append(body)
            else:
                self._end(kind, json.loads(body))
                return True
        if run.worker is None:
            raise LimitExceeded(f"the client did not read for {self._limits.stall_s:g} seconds.")
        return False

    def _end(self, kind: bytes, body: dict[str, object]) -> None:
        run = self._run
        worker, run.worker = run.worker, None
        if worker:
            if run.gives_way or body.get("last"):  # a priority that was given up does not come back
                worker.close()
            else:
                self._take_back(worker)
        run.leave()
        if kind == ERROR:
            self._failure = _error(str(body["code"]), str(body["message"]))
        else:
            assert kind == END

    async def _receive(self) -> bytes:
        run = self._run
        if run.worker is None:
            raise LimitExceeded(f"the client did not read for {self._limits.stall_s:g} seconds.")
        worker = run.worker
        # A timeout around the reading could lose what was read in the same moment; so the reading goes on meanwhile.
        reading = asyncio.ensure_future(self._loop.sock_recv(worker.link, 1 << 18))
        try:
            while not await self._look(reading):
                await self._judge(worker)
        finally:
            reading.cancel()
        return reading.result()

    async def _look(self, reading: asyncio.Future[bytes]) -> bool:
        run = self._run
        glance_s = _GLANCE_S if run.is_slow else min(_GLANCE_S / 4, self._limits.quick_s)
        began = time.monotonic()
        done, _ = await asyncio.wait({reading}, timeout=glance_s)
        run.used_s += time.monotonic() - began
        return bool(done)

    async def _judge(self, worker: Worker) -> None:
        """End, slow down or leave alone a query that has not answered yet."""
        run, limits = self._run, self._limits
        # On a busy machine a short query may take long by the clock: its processor time tells.
        used_s = min(worker.used_s(), run.used_s)
        if used_s >= limits.timeout_s or run.used_s >= 2 * limits.timeout_s:
            raise LimitExceeded(
                f"the query ran for {limits.timeout_s:g} seconds, the limit here; docs/sparql.md tells what makes"
                " queries fast."
            )
        if used_s >= 0.5 * limits.quick_s:
            run.give_way()
        if used_s >= limits.quick_s and not run.is_slow:
            await run.slow_down()

    def _death(self) -> KgError:
        memory = self._limits.memory_bytes >> 20
        return LimitExceeded(
            f"the query ended its process: most likely it needed more than {memory} MB, the limit here;"
            " add a LIMIT, or sort and group less."
        )


def _error(code: str, message: str) -> KgError:
    with contextlib.suppress(StopIteration):
        kinds = [KgError]
        for kind in kinds:
            kinds.extend(kind.__subclasses__())
        return next(k for k in kinds if k.code == code)(message)
    return StoreError(message)
