"""Adjacency as compressed sparse rows: the neighbours of row r are `items[ptr[r]:ptr[r + 1]]`.

Source of the layout: the CSR format of sparse matrices, as in scipy.sparse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[Any]
Floats = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Csr:
    """One direction of one relation; `confidence` is aligned with `items`, None where every edge has 1."""

    ptr: Ints
    items: Ints
    confidence: Floats | None = None

    def of(self, row: int) -> Ints:
        """The neighbours of one row."""
        return self.items[self.ptr[row] : self.ptr[row + 1]]

    def sure_of(self, row: int, at_least: float) -> Ints:
        """The neighbours of one row over edges of at least that confidence."""
        found = self.of(row)
        if at_least <= 0 or self.confidence is None:
            return found
        return found[self.confidence[self.ptr[row] : self.ptr[row + 1]] >= at_least]

    def sure(self, at_least: float) -> Mask | None:
        """Which items are at least that sure; None where all are."""
        if at_least <= 0 or self.confidence is None:
            return None
        return self.confidence >= at_least

    def degrees(self, at_least: float = 0.0) -> Ints:
        """The number of neighbours of every row."""
        mask = self.sure(at_least)
        return np.diff(self.ptr) if mask is None else self.sums(mask)

    def places(self, rows: Ints) -> Ints:
        """The positions in `items` of the neighbours of many rows, row after row."""
        starts = self.ptr[rows].astype(np.int64)
        lengths = self.ptr[rows + 1].astype(np.int64) - starts
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        places: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - ends + lengths, lengths)
        return places

    def gather(self, rows: Ints, at_least: float = 0.0) -> Ints:
        """The neighbours of many rows, row after row, with repeats."""
        places = self.places(rows)
        found: Ints = self.items[places]
        if at_least <= 0 or self.confidence is None:
            return found
        return np.asarray(found[self.confidence[places] >= at_least])

    def sums(self, mask: Mask) -> Ints:
        """For every row, how many of its items are marked; `mask` is aligned with `items`."""
        running = np.zeros(len(mask) + 1, dtype=np.int64)
        np.cumsum(mask, out=running[1:])
        return running[self.ptr[1:]] - running[self.ptr[:-1]]


def csr_of(sources: Ints, targets: Ints, confidence: Floats | None, rows: int) -> Csr:
    """Rows of `targets` by `sources`, keeping the given order within a row."""
    order = np.argsort(sources, kind="stable")
    ptr = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(np.bincount(sources, minlength=rows), out=ptr[1:])
    sure = None if confidence is None else confidence[order].astype(np.float32)
    return Csr(ptr, targets[order].astype(np.int32), sure)


def sources_of(csr: Csr) -> Ints:
    """The row of every item."""
    return np.repeat(np.arange(len(csr.ptr) - 1, dtype=np.int32), np.diff(csr.ptr))


def inverse_of(csr: Csr, rows: int) -> Csr:
    """The other direction; within a row the sources ascend."""
    return csr_of(csr.items, sources_of(csr), csr.confidence, rows)


def closure_of(broader: Csr) -> Csr:
    """For each concept, itself and all that is broader at any distance, ascending; safe against cycles."""
    above: list[list[int]] = []
    for row in range(len(broader.ptr) - 1):
        seen = {row}
        todo = [row]
        while todo:
            new = [int(b) for b in broader.of(todo.pop()) if int(b) not in seen]
            seen.update(new)
            todo.extend(new)
        above.append(sorted(seen))
    lengths = np.array([len(a) for a in above], dtype=np.int32)
    ptr = np.zeros(len(above) + 1, dtype=np.int32)
    np.cumsum(lengths, out=ptr[1:])
    return Csr(ptr, np.array([a for row in above for a in row], dtype=np.int32))


def widened(csr: Csr, above: Csr) -> Csr:
    """The relation with every target's broader concepts as targets too; each pair once, at its surest."""
    places = above.places(csr.items)
    repeats = np.diff(above.ptr)[csr.items]
    sources = np.repeat(sources_of(csr), repeats)
    targets = above.items[places]
    sure = None if csr.confidence is None else np.repeat(csr.confidence, repeats)
    surest_first = np.lexsort((targets, sources)) if sure is None else np.lexsort((-sure, targets, sources))
    sources, targets = sources[surest_first], targets[surest_first]
    first = np.ones(len(sources), dtype=bool)
    first[1:] = (sources[1:] != sources[:-1]) | (targets[1:] != targets[:-1])
    kept = None if sure is None else sure[surest_first][first]
    return csr_of(sources[first], targets[first], kept, len(csr.ptr) - 1)
