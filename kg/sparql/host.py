"""The server's end of a host process: starting it, having workers forked, signalling them."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path

from kg.sparql.question import SparqlLimits
from schema.errors import StoreError

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, eq=False)
class Worker:
    """A process that answers one question at a time over `link`."""

    host: Host
    pid: int
    link: socket.socket
    used_before_s: float = 0.0
    """Processor time that earlier questions took, in seconds."""

    def used_s(self) -> float:
        """Processor time since the last call of `begin`, in seconds; infinite where the system does not tell."""
        return self._used_s() - self.used_before_s

    def begin(self) -> None:
        """Start the clock of a question."""
        used = self._used_s()
        self.used_before_s = used if used != math.inf else 0.0

    def _used_s(self) -> float:
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return math.inf
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self.host.signal(self, signal.SIGKILL)
        self.close()

    def pause(self) -> None:
        """Stop the process until `resume`."""
        self.host.signal(self, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self.host.signal(self, signal.SIGCONT)

    def yield_to_others(self) -> None:
        """Give the process a lower priority, for good."""
        self.host.signal(self, 0)

    def close(self) -> None:
        """Hang up; an idle worker ends by itself."""
        if self.link.fileno() >= 0:
            self.link.close()
            self.host.let_go()


class Host:
    """A process that holds one snapshot and forks workers; it ends with its last worker after `retire`."""

    def __init__(self, path: Path, base: str, limits: SparqlLimits, federation: tuple[str, ...], memory: bool) -> None:
        self.path, self.memory = path, memory
        self._lock = threading.Lock()
        self._workers, self._retired = 0, False
        self._forks, forks = socket.socketpair()
        self._signals, signals = socket.socketpair()
        settings = {
            "path": str(path),
            "base": base,
            "memory": memory,
            "federation": federation,
            "memory_bytes": limits.memory_bytes,
            "limit_rows": limits.rows,
            "limit_bytes": limits.bytes,
        }
        command = [sys.executable, "-m", "kg.sparql.worker", str(forks.fileno()), str(signals.fileno())]
        self._process = subprocess.Popen(
            [*command, json.dumps(settings)],
            pass_fds=(forks.fileno(), signals.fileno()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        forks.close()
        signals.close()
        self._finish = weakref.finalize(self, _end, self._process, self._forks, self._signals)
        self.ready = False

    def wait_until_ready(self) -> None:
        """Wait for the snapshot to be opened; raises `StoreError` where it cannot be."""
        with self._lock:
            if not self.ready and self._line() != "ready":
                raise StoreError(f"the SPARQL process could not open {self.path}; see the messages above.")
            self.ready = True

    def fork(self) -> Worker:
        """A new worker; raises `StoreError` where the host has died."""
        self.wait_until_ready()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with self._lock, theirs:
            self._workers += 1  # before there is one, so that a host which retires now waits for it
            try:
                socket.send_fds(self._forks, [b"F"], [theirs.fileno()])
                line = self._line()
            except OSError:
                line = ""
            if not line:
                self._workers -= 1
                ours.close()
                raise StoreError("the SPARQL process has ended unexpectedly; it is started anew, try again.")
        return Worker(self, int(line), ours)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def signal(self, worker: Worker, number: int) -> None:
        """Have a worker signalled; 0 stands for a lower priority."""
        with contextlib.suppress(OSError):
            self._signals.sendall(f"{number}:{worker.pid}\n".encode())

    def let_go(self) -> None:
        """One worker fewer."""
        with self._lock:
            self._workers -= 1
        self._end_if_unused()

    def retire(self) -> None:
        """Take no more questions; end once the last worker is gone."""
        self._retired = True
        self._end_if_unused()

    def end(self) -> None:
        """End the process and all its workers now."""
        self._finish()

    def _end_if_unused(self) -> None:
        if self._retired and self._workers <= 0:
            threading.Thread(target=self.end, daemon=True).start()

    def _line(self) -> str:
        line = b""
        while not line.endswith(b"\n"):
            try:
                part = self._forks.recv(1)
            except OSError:  # closed on our side: another snapshot is served by now
                part = b""
            if not part:
                return ""
            line += part
        return line.decode().strip()


def _end(process: subprocess.Popen[bytes], *links: socket.socket) -> None:
    """Hang up, on which the host kills its workers and ends; at the latest when nobody refers to the host any more."""
    for link in links:
        link.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
