"""Cuts a stream into batches (itertools has this only from Python 3.12 on)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Tuples of up to `size` items, in order, none empty.

    >>> [*in_batches("abcde", 2)]
    [('a', 'b'), ('c', 'd'), ('e',)]
    """
    stream = iter(items)
    while batch := tuple(islice(stream, size)):
        yield batch
