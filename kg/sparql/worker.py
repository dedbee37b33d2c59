"""The processes that evaluate SPARQL for a server: a host that holds the snapshot, and the workers it forks.

Run as `python -m kg.sparql.worker FORK-FD SIGNAL-FD JSON`. The host loads the
snapshot into memory where it fits and then does nothing but fork: a worker
shares the host's memory, starts in milliseconds, and can be killed without
anybody else noticing. A snapshot that does not fit is opened on disk by each
worker. A worker answers one question after the other over its own socket.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox

from kg.sparql.federation import check_services
from kg.sparql.frames import DATA, END, ERROR, HEAD, HEADER, QUESTION, frame, json_frame
from kg.store.answers import Question, ask
from kg.store.formats import BY_NAME
from schema.errors import KgError, NotAcceptable

_CHUNK = 64 * 1024
_LATER = 5
"""The niceness of long queries."""
_GROWTH = 64 * 1024 * 1024
"""A worker whose memory grew by more than this many bytes leaves after its answer; a fresh one takes its place."""


def main(fork_fd: int, signal_fd: int, settings: dict[str, Any]) -> None:
    """Hold the snapshot and fork workers until the server closes its end of the sockets."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C on a terminal is the server's to handle
    forks, signals = socket.socket(fileno=fork_fd), socket.socket(fileno=signal_fd)
    store = _in_memory(settings["path"]) if settings["memory"] else None
    forks.sendall(b"ready\n")
    _Host(forks, signals, store, settings).run()


def _in_memory(path: str) -> ox.Store:
    # A child reads the disk, so that its threads and file locks are not in the process that will fork.
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with os.fdopen(writer, "wb") as out:
            ox.Store.read_only(path).dump(out, ox.RdfFormat.N_QUADS)
        os._exit(0)
    os.close(writer)
    store = ox.Store()
    with os.fdopen(reader, "rb") as source:
        store.bulk_load(source, ox.RdfFormat.N_QUADS, lenient=True)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"the snapshot at {path} cannot be read")
    return store


class _Host:
    """Forks, signals and buries workers as the server asks; its children die with it."""

    def __init__(
        self, forks: socket.socket, signals: socket.socket, store: ox.Store | None, settings: dict[str, Any]
    ) -> None:
        self.forks, self.signals, self.store, self.settings = forks, signals, store, settings
        self.children: set[int] = set()

    def run(self) -> None:
        """Serve both sockets; returns when the server has gone."""
        wake_out, wake_in = os.pipe()
        os.set_blocking(wake_in, False)
        signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while True:
                watched: list[Any] = [self.forks, self.signals, wake_out]
                ready, _, _ = select.select(watched, [], [])
                if wake_out in ready:
                    os.read(wake_out, 4096)
                self._bury()
                if self.signals in ready and not self._pass_signals():
                    return
                if self.forks in ready and not self._fork():
                    return
        finally:
            for pid in self.children:
                os.kill(pid, signal.SIGKILL)

    def _pass_signals(self) -> bool:
        lines = self.signals.recv(4096)
        for line in lines.decode().split():  # whole lines: they are far shorter than what a socket splits
            number, pid = map(int, line.split(":"))
            if pid in self.children:
                if number:
                    os.kill(pid, number)
                else:
                    _put_behind(pid)
        return bool(lines)

    def _fork(self) -> bool:
        data, fds, _, _ = socket.recv_fds(self.forks, 1, 1)
        if not data:
            return False
        pid = os.fork()
        if pid == 0:
            self._become_worker(fds[0])
        os.close(fds[0])
        self.children.add(pid)
        self.forks.sendall(f"{pid}\n".encode())
        return True

    def _become_worker(self, fd: int) -> NoReturn:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()  # a scheduling group of its own, where Linux groups by session: see `_put_behind`
            self.forks.close()
            self.signals.close()
            _die_with_parent()
            _Worker(socket.socket(fileno=fd), self.store, self.settings).run()
            status = 0
        finally:
            os._exit(status)

    def _bury(self) -> None:
        while self.children:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self.children.discard(pid)


class _Worker:
    """Answers questions one after the other, with capped memory and without a way to the network."""

    def __init__(self, link: socket.socket, store: ox.Store | None, settings: dict[str, Any]) -> None:
        self.link, self.settings = link, settings
        self.store = store or ox.Store.read_only(settings["path"])
        self.federation = tuple(settings["federation"])
        if not self.federation:
            _close_the_door(all_files_open=store is not None)
        self.memory = _status("VmRSS")
        _cap_memory(settings["memory_bytes"])

    def run(self) -> None:
        """Answer until the server hangs up or memory has grown."""
        while (question := self._read()) is not None:
            reply = _Reply(self.link)
            try:
                self._answer(question, reply)
                grown = _status("VmRSS") - self.memory > _GROWTH
                reply.finish(json_frame(END, {"last": grown}))
            except ConnectionError:
                return
            except KgError as err:
                reply.finish(json_frame(ERROR, {"code": err.code, "message": err.message}))
            except MemoryError:
                return
            else:
                if grown:
                    return

    def _answer(self, question: dict[str, Any], reply: _Reply) -> None:
        check_services(question["text"], self.federation)
        named = {k: tuple(v) if v is not None else None for k, v in question["dataset"].items()}
        answer = ask(self.store, Question(question["text"], question["base_iri"], **named))
        wanted = question["formats"][answer.kind]
        if not wanted:
            raise NotAcceptable(question["unacceptable"][answer.kind])
        reply.head = json_frame(HEAD, {"format": wanted[0]})
        answer.write(BY_NAME[wanted[0]], reply, self.settings["limit_rows"], self.settings["limit_bytes"])

    def _read(self) -> dict[str, Any] | None:
        head = self._exactly(HEADER.size)
        if head is None:
            return None
        kind, length = HEADER.unpack(head)
        data = self._exactly(length)
        return json.loads(data) if data is not None and kind == QUESTION else None

    def _exactly(self, size: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < size:
            part = self.link.recv(size - len(parts))
            if not part:
                return None
            parts += part
        return bytes(parts)


class _Reply:
    """Collects an answer into large frames; the head goes out with the first, so an early error stands alone."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.head = b""
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take some bytes of the answer."""
        self.parts.append(data)
        self.size += len(data)
        if self.size >= _CHUNK:
            self._send()
        return len(data)

    def finish(self, last: bytes) -> None:
        """Send what is left and the last frame: an error before anything was sent drops the data."""
        if last[:1] == ERROR and self.head:
            self.parts, self.size, self.head = [], 0, b""
        self._send(last)

    def _send(self, last: bytes = b"") -> None:
        data = b"".join(self.parts)
        self.link.sendall(self.head + (frame(DATA, data) if data else b"") + last)
        self.head, self.parts, self.size = b"", [], 0


def _status(name: str) -> int:
    """A figure of this process's memory in bytes; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    return 0


def _cap_memory(more_bytes: int) -> None:
    size = _status("VmSize")
    if size and more_bytes:
        limit = size + more_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _close_the_door(all_files_open: bool) -> None:
    """Make sockets impossible: by a filter of system calls, or by a limit of open files where none need be opened."""
    if not _forbid_sockets() and all_files_open and Path("/dev/fd").is_dir():
        import rdflib.plugins.sparql  # noqa: F401 - cannot be opened later

        most = max(int(entry.name) for entry in Path("/dev/fd").iterdir()) + 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def _forbid_sockets() -> bool:
    """Let the kernel refuse socket(2) from here on; False where it cannot be asked. Source: seccomp(2)."""
    known = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # the architecture's number, socket's number
    if sys.platform != "linux" or os.uname().machine not in known:
        return False
    architecture, socket_call = known[os.uname().machine]
    load, jump_if_equal, leave = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EACCES
    steps = (
        _Instruction(load, 0, 0, 4),
        _Instruction(jump_if_equal, 0, 3, architecture),
        _Instruction(load, 0, 0, 0),
        _Instruction(jump_if_equal, 0, 1, socket_call),
        _Instruction(leave, 0, 0, refuse),
        _Instruction(leave, 0, 0, allow),
    )
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    no_new_privileges, set_filter, mode_filter = 38, 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    asked = libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0
    return bool(asked and libc.prctl(set_filter, mode_filter, ctypes.byref(program)) == 0)


def _put_behind(pid: int) -> None:
    """Give a worker a third of the weight of others, not less: other work on the machine must not starve it.

    Linux shares processors between sessions first, so that a priority means
    nothing to other sessions unless the session itself has it. Source:
    sched(7), the autogroup feature.
    """
    os.setpriority(os.PRIO_PROCESS, pid, _LATER)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(_LATER))


def _die_with_parent() -> None:
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
