"""The contract of a loader: one module per source format, raw bytes in, records out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO

from loaders._head import Head
from schema.errors import Rejected
from schema.paper import Paper

HEAD_BYTES = 65_536
"""How much of a source a loader may look at to recognise it."""

Records = Iterator[Paper | Rejected]


@dataclass(frozen=True, slots=True)
class Source:
    """An opened source: its name, its first bytes and its bytes, decompressed and as UTF-8 where they are text.

    `columns` maps our field names to the names of columns, for tables that
    call them otherwise. `faults` is filled while the bytes are read: an end
    that came too early, a bomb.
    """

    name: str
    head: Head
    stream: BinaryIO
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    faults: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Loader:
    """One source format.

    `recognises(head)` says how sure it is that a source has this format, 0 to
    1; `read(source)` yields a record or a `Rejected` for each item, in the
    order of the source, in constant memory. A reader never raises for bad
    input inside the source.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Head], float]
    read: Callable[[Source], Records]
    licence: str = ""
    citation: str = ""
    homepage: str = ""
    sample: str = ""
    """The file under `loaders/samples/` that shows the format."""
