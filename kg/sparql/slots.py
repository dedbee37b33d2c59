"""Places for queries: a counter that waiting coroutines, also of different event loops, take turns at."""

from __future__ import annotations

import asyncio
import threading
from collections import deque

from schema.errors import Overloaded


class Slots:
    """A number of places and a bounded queue for them, first come, first served."""

    def __init__(self, places: int, queue: int) -> None:
        self._free, self._queue = places, queue
        self._lock = threading.Lock()
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return self._free

    def try_acquire(self) -> bool:
        """Take a place if one is free and nobody waits for it."""
        with self._lock:
            if self._free > 0 and not self._waiting:
                self._free -= 1
                return True
            return False

    async def acquire(self, wait_s: float) -> None:
        """Take a place, waiting for one if need be.

        Raises `Overloaded` where the queue is full or the wait too long.
        """
        if self.try_acquire():
            return
        with self._lock:
            if len(self._waiting) >= self._queue:
                raise Overloaded(f"{self._queue} queries are waiting already; try again in a few seconds.")
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
        try:
            await asyncio.wait_for(asyncio.shield(turn), wait_s)
        except TimeoutError:
            self._give_up(turn)
            raise Overloaded(f"no place came free in {wait_s:g} seconds; try again in a few seconds.") from None
        except asyncio.CancelledError:
            self._give_up(turn)
            raise

    def release(self) -> None:
        """Give a place back: to the first who waits, or else to whoever comes."""
        with self._lock:
            while self._waiting:
                turn = self._waiting.popleft()
                try:
                    turn.get_loop().call_soon_threadsafe(self._grant, turn)
                    return
                except RuntimeError:  # its event loop has closed: nobody waits there any more
                    continue
            self._free += 1

    def _grant(self, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self.release()
        else:
            turn.set_result(None)

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return
        if turn.done() and not turn.cancelled():
            self.release()
        else:
            turn.cancel()
