"""Finding an entity by what people call it: its id, its key, its label or another name, in any spelling."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array

import numpy as np

from kg.index.csr import Ints

ID, LABEL, ALIAS = 0, 1, 2
"""How a name names: by id or key, by label, by another name; the lower, the stronger."""

_OTHER = re.compile(r"[^0-9a-z]+")
_OTHER_UNICODE = re.compile(r"[\W_]+")
_SIGNS = str.maketrans({"+": "plus", "#": "sharp"})


def fold(name: str) -> str:
    """A name without case, accents and punctuation.

    >>> fold("MIMIC-CXR"), fold("C++"), fold("Müller  data"), fold("αβ")
    ('mimic cxr', 'cplusplus', 'muller data', 'αβ')
    """
    text = name.translate(_SIGNS)
    if text.isascii():
        return _OTHER.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _OTHER_UNICODE.sub(" ", plain).strip()


def hash_of(text: str, more: bytes = b"") -> int:
    """A 64-bit hash of a text and further bytes that is the same on every machine."""
    raw = text.encode("utf-8", "surrogatepass") + more
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "little")


class NameTable:
    """Names of one class while the index is built."""

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._rows = array("i")

    def add(self, name: str, number: int) -> None:
        """A folded name of the node with that number of arrival."""
        self._hashes.append(hash_of(name))
        self._rows.append(number)

    def in_order(self, row_of: Ints) -> tuple[Ints, Ints]:
        """The hashes, ascending, and the row of each; each pair once."""
        hashes = np.frombuffer(self._hashes, dtype=np.uint64)
        rows = row_of[np.frombuffer(self._rows, dtype=np.int32)].astype(np.int32)
        order = np.lexsort((rows, hashes))
        hashes, rows = hashes[order], rows[order]
        first = np.ones(len(hashes), dtype=bool)
        first[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
        return hashes[first], rows[first]


def rows_named(hashes: Ints, rows: Ints, name: str) -> list[int]:
    """The rows whose hash is that of a name; the caller compares the names themselves."""
    wanted = np.uint64(hash_of(name))
    low = int(np.searchsorted(hashes, wanted, side="left"))
    high = int(np.searchsorted(hashes, wanted, side="right"))
    return [int(r) for r in rows[low:high]]
