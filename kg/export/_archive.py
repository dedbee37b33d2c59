"""Zip files written as a stream, with the same bytes for the same content."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, cast

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class Archive:
    """A zip file under way; `digests` holds size and SHA-256 of each finished member."""

    def __init__(self, out: BinaryIO) -> None:
        # Without seeking, so that a file, a pipe and a response get the same bytes.
        self._zip = zipfile.ZipFile(cast(BinaryIO, _Forward(out)), "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.digests: dict[str, tuple[int, str]] = {}

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._zip.close()

    @contextmanager
    def file(self, name: str, *, packed: bool = True) -> Iterator[BinaryIO]:
        """Write one member; with `packed` false it is stored as it is."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        info.create_system = 3
        with self._zip.open(info, "w", force_zip64=True) as member:
            digest = _Digest(cast(BinaryIO, member))
            yield cast(BinaryIO, digest)
        self.digests[name] = (digest.size, digest.sha256.hexdigest())

    def text(self, name: str, content: str) -> None:
        """Write one small text member, UTF-8."""
        with self.file(name) as member:
            member.write(content.encode())


class _Forward:
    """A stream that can only be written to."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        self._out.flush()


class _Digest:
    """A stream that keeps the size and the SHA-256 of what is written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self.size, self.sha256 = out, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.sha256.update(data)
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""
