"""The contract of a loader: one module per source format, raw bytes in, records out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from schema.errors import Rejected
from schema.paper import Paper

HEAD_BYTES = 65_536
"""How much of a source a loader may look at to recognise it."""

Records = Iterator[Paper | Rejected]


@dataclass(frozen=True, slots=True)
class Loader:
    """One source format.

    `recognises(head, name)` looks at the first bytes (decompressed) and the
    name of a source and says how sure it is, 0 to 1; `read(stream, name)`
    yields a record or a `Rejected` for each item, in the order of the source,
    in constant memory. A reader never raises for bad input inside the source.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes, str], float]
    read: Callable[[BinaryIO, str], Records]
    licence: str = ""
    citation: str = ""
    sample: str = ""
    """The file under `loaders/samples/` that shows the format."""
