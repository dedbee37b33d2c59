"""Opens a source: a file, a folder or standard input, compressed or not, into parts that loaders read.

Whatever is compressed is unpacked while it is read, in constant memory. A
stream that breaks off or that unpacks into far more than text ever does ends
there: what was read before is kept, and the fault is noted beside it.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final, Protocol, cast

import zstandard

from loaders._head import Head
from loaders.base import HEAD_BYTES, Source
from schema.errors import NotFound, Rejected, did_you_mean

# Text in gzip shrinks 4 to 20 times, the plainest tables perhaps 50 times.
BOMB_RATIO: Final = 200
BOMB_ALLOWANCE_BYTES: Final = 64 * 2**20
_DEEPEST: Final = 3
_SPOOL_BYTES: Final = 32 * 2**20
_STDIN: Final = "standard input"


class Readable(Protocol):
    """Anything that gives up to `size` bytes at a time, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


_BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
_OPENERS: Final[tuple[tuple[bytes, Callable[[Any], Any]], ...]] = (
    (b"\x1f\x8b", lambda raw: gzip.GzipFile(fileobj=raw)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"\x28\xb5\x2f\xfd", lambda raw: zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)),
)
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_ENCODING = re.compile(rb"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")


def open_parts(where: str | Path, columns: Mapping[str, str] = MappingProxyType({})) -> Iterator[Source]:
    """Every part of a source in a stable order: the file itself, the files of a folder, the members of an archive.

    "-" is standard input. A part is closed when the next one is asked for.
    Raises `NotFound` where there is no such file.
    """
    if str(where) == "-":
        yield from _unpacked(_Stream(sys.stdin.buffer), _STDIN, columns)
        return
    path = Path(where)
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not _is_hidden(p.relative_to(path))):
            yield from _opened(file, file.relative_to(path).as_posix(), columns)
        return
    if not path.exists():
        raise NotFound(f"There is no file {str(where)!r}.{_nearest(path)} Use - for standard input.")
    yield from _opened(path, path.name, columns)


def open_stream(stream: BinaryIO, name: str, columns: Mapping[str, str] = MappingProxyType({})) -> Iterator[Source]:
    """Every part of an open stream, as `open_parts` does for a file."""
    yield from _unpacked(_Stream(stream), name, columns)


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The bytes of a stream in a form that can be read from any place: the file itself, or a copy that goes again."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as copy:
        while chunk := stream.read(2**20):
            copy.write(chunk)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def _opened(path: Path, name: str, columns: Mapping[str, str]) -> Iterator[Source]:
    with path.open("rb") as raw:
        yield from _unpacked(_Stream(raw), name, columns)


def _unpacked(
    raw: _Stream, name: str, columns: Mapping[str, str], depth: int = 0, faults: list[Rejected] | None = None
) -> Iterator[Source]:
    faults = [] if faults is None else faults
    start = raw.peek(HEAD_BYTES)
    opener = next((o for magic, o in _OPENERS if start.startswith(magic)), None)
    if depth < _DEEPEST and opener is not None:
        guarded = _Guarded(opener(raw), lambda: raw.taken, name, faults)
        yield from _unpacked(_Stream(guarded), name, columns, depth + 1, faults)
    elif depth < _DEEPEST and start.startswith(b"PK\x03\x04"):
        yield from _members(raw, name, columns, depth, faults)
    else:
        yield _source(raw, start, name, columns, faults)


def _members(
    raw: _Stream, name: str, columns: Mapping[str, str], depth: int, faults: list[Rejected]
) -> Iterator[Source]:
    head = Head(raw.peek(HEAD_BYTES), name)
    with seekable(cast(BinaryIO, raw)) as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _BROKEN as err:
            faults.append(_broken(name, err))
            yield Source(name, head, cast(BinaryIO, io.BytesIO()), columns, faults)
            return
        with archive:
            for member in sorted(archive.infolist(), key=lambda m: m.filename):
                if not member.is_dir() and not _is_hidden(Path(member.filename)):
                    yield from _member(archive, member, f"{name}/{member.filename}", columns, depth)


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str, columns: Mapping[str, str], depth: int
) -> Iterator[Source]:
    faults = list[Rejected]()
    try:
        unpacked = archive.open(member)
    except _BROKEN as err:
        faults.append(_broken(label, err))
        yield Source(label, Head(b"", label, whole=True), cast(BinaryIO, io.BytesIO()), columns, faults)
        return
    with unpacked:
        guarded = _Guarded(unpacked, _constant(member.compress_size), label, faults)
        yield from _unpacked(_Stream(guarded), label, columns, depth + 1, faults)


def _source(raw: _Stream, start: bytes, name: str, columns: Mapping[str, str], faults: list[Rejected]) -> Source:
    stream = raw
    encoding = next((e for bom, e in _BOMS if start.startswith(bom)), None) or _unmarked_encoding(start)
    if encoding:
        stream = _Stream(_Recoded(raw, encoding))
        start = stream.peek(HEAD_BYTES)
    return Source(name, Head(start, name, whole=len(start) < HEAD_BYTES), cast(BinaryIO, stream), columns, faults)


def _unmarked_encoding(start: bytes) -> str | None:
    """UTF-16 without a byte-order mark shows as a zero in every other byte of the first ASCII characters."""
    first = start[:8]
    if len(first) == 8 and not any(first[1::2]) and all(first[::2]):
        return "utf-16-le"
    return "utf-16-be" if len(first) == 8 and not any(first[::2]) and all(first[1::2]) else None


class _Stream(io.BufferedIOBase):
    """The bytes of any stream with a place to look ahead and a count of what was taken."""

    def __init__(self, source: Readable) -> None:
        self.source = source
        self.taken = 0
        self._ahead = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return isinstance(self.source, io.BufferedReader) and self.source.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset -= len(self._ahead)
        self._ahead = b""
        return cast(io.BufferedReader, self.source).seek(offset, whence)

    def tell(self) -> int:
        return cast(io.BufferedReader, self.source).tell() - len(self._ahead)

    def peek(self, size: int) -> bytes:
        """The next bytes, `size` of them or as many as there are, without taking them."""
        while len(self._ahead) < size and (chunk := self._more(size - len(self._ahead))):
            self._ahead += chunk
        return self._ahead[:size]

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(2**20), b""))
        if not self._ahead:
            return self._more(size)
        chunk, self._ahead = self._ahead[:size], self._ahead[size:]
        return chunk

    def read1(self, size: int = -1) -> bytes:
        return self.read(size if size >= 0 else HEAD_BYTES)

    def readinto(self, buffer: Any) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _more(self, size: int) -> bytes:
        chunk = self.source.read(size)
        self.taken += len(chunk)
        return chunk


class _Guarded:
    """Unpacked bytes that end, with a fault noted, where the packed ones are broken or are a bomb."""

    def __init__(self, unpacked: Any, packed_bytes: Callable[[], int], name: str, faults: list[Rejected]) -> None:
        self._unpacked, self._packed_bytes, self._name, self._faults = unpacked, packed_bytes, name, faults
        self._given = 0
        self._over = False

    def read(self, size: int) -> bytes:
        if self._over:
            return b""
        try:
            chunk: bytes = self._unpacked.read1(min(size, 2**20))
        except _BROKEN as err:
            return self._end(_broken(self._name, err))
        self._given += len(chunk)
        if self._given > BOMB_ALLOWANCE_BYTES + BOMB_RATIO * self._packed_bytes():
            reason = (
                f"It unpacks to over {BOMB_RATIO} times its size; no text does. Unpack it yourself if you trust it."
            )
            return self._end(Rejected(self._name, "bomb", reason))
        return chunk

    def _end(self, fault: Rejected) -> bytes:
        self._over = True
        self._faults.append(fault)
        return b""


class _Recoded:
    """Text of another encoding as UTF-8; XML loses its own statement of the encoding, which is no longer true."""

    def __init__(self, source: _Stream, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._first = True

    def read(self, size: int) -> bytes:
        while raw := self._source.read(max(size, 1024)):
            if chunk := self._utf8(self._decoder.decode(raw)):
                return chunk
        return self._utf8(self._decoder.decode(b"", final=True))

    def _utf8(self, text: str) -> bytes:
        data = text.encode("utf-8", "replace")
        if self._first and data:
            self._first = False
            data = _ENCODING.sub(rb"\1", data.removeprefix(codecs.BOM_UTF8), count=1)
        return data


def _broken(name: str, err: BaseException) -> Rejected:
    return Rejected(
        name, "broken-archive", f"The packed data break off or are damaged ({err}). What came before was read."
    )


def _is_hidden(path: Path) -> bool:
    hidden = [p for p in path.parts if p.startswith((".", "__MACOSX"))]
    return any(p != ".eval_results" for p in hidden)


def _nearest(path: Path) -> str:
    folder = path.parent
    return did_you_mean(path.name, (p.name for p in folder.iterdir())) if folder.is_dir() else ""


def _constant(size: int) -> Callable[[], int]:
    return lambda: size
