"""A real `kg serve` in a process of its own, for tests that need one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
from conftest import ROOT

WAIT_S = 60


class Server:
    """A running `kg serve` and its address."""

    def __init__(self, store: Path, **settings: object) -> None:
        more = {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve", "--port", "0", "--store", str(store)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **more}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        found = re.search(r"http://\S+:\d+", self.process.stderr.readline())
        assert found, "the first line names the address"
        self.url = found[0]
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError("the server did not answer")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(WAIT_S)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code
