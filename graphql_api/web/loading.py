"""Loading papers in the browser: one job at a time, run by `kg load` in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fastapi import Request, UploadFile

from kg.settings import PREFIX, Settings
from schema.errors import BadRequest, LimitExceeded, StoreBusy

_CHUNK: Final = 1 << 20
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class Job:
    """One load: what is read, how far it is, what it said, how it ended (None while it runs)."""

    name: str
    stage: str = "Starting"
    done: int = 0
    lines: list[str] = field(default_factory=list)
    status: int | None = None

    @property
    def rejected(self) -> list[str]:
        """The records that could not be read, each with its place and reason."""
        return [line.removeprefix("rejected: ") for line in self.lines if line.startswith("rejected: ")]

    @property
    def said(self) -> list[str]:
        """Everything else that was said."""
        return [line for line in self.lines if not line.startswith("rejected: ")]

    def as_json(self) -> dict[str, object]:
        """The state for the page's script."""
        return {
            "name": self.name, "stage": self.stage, "done": self.done, "status": self.status, "said": self.said,
            "rejected": self.rejected,
        }  # fmt: skip


class Loading:
    """The loads of one server process, one after the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self.job: Job | None = None

    async def start(self, upload: UploadFile) -> Job:
        """Take a file and load it; raises `StoreBusy` while another is loaded, `LimitExceeded` for one too large."""
        if not upload.filename:
            raise BadRequest("Choose a file first: a copied listing, BibTeX, PubMed XML, JSON Lines …")
        with self._lock:
            if self.job and self.job.status is None:
                raise StoreBusy(f"{self.job.name} is being loaded; wait until it is done.")
            job = self.job = Job(Path(upload.filename).name[:200])
        folder = TemporaryDirectory(prefix="paperatlas-")
        path = Path(folder.name) / (_SAFE.sub("-", job.name).strip("-.") or "papers")
        try:
            await _save(upload, path, self._settings.upload_max_bytes)
        except BaseException:
            job.status = 1
            folder.cleanup()
            raise
        threading.Thread(target=self._run, args=(job, path, folder), name="load", daemon=True).start()
        return job

    def _run(self, job: Job, path: Path, folder: TemporaryDirectory[str]) -> None:
        settings = {f"{PREFIX}{name.upper()}": str(value) for name, value in self._settings.model_dump().items()}
        with folder:
            process = subprocess.Popen(
                [sys.executable, "-m", "kg", "load", str(path)],
                env={**os.environ, **settings, "KG_PROGRESS": "lines"},
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
            )  # fmt: skip
            assert process.stderr is not None
            with process.stderr:
                for line in process.stderr:
                    _note(job, line.rstrip("\n").replace(f"{folder.name}/", ""))
            job.status = process.wait()


def refuse_strangers(request: Request) -> None:
    """Raise `BadRequest` for a form that another site sent: only our own pages may write."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if (origin is not None and origin != own) or site not in (None, "same-origin", "none") or not (origin or site):
        raise BadRequest("Only the pages of this server may write to the graph.")


async def _save(upload: UploadFile, path: Path, most: int) -> None:
    size = 0
    with path.open("wb") as file:
        while chunk := await upload.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise LimitExceeded(f"{upload.filename} has more than {most:,} bytes; load it with `kg load`.")
            file.write(chunk)


def _note(job: Job, line: str) -> None:
    if line.startswith("progress\t"):
        _, job.stage, done = line.split("\t")[:3]
        job.done = int(done)
    elif line:
        job.lines.append(line)
