"""Reads texts with an extractor in several processes, in order."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from kg.batches import in_batches
from kg.extract import Extractor, get_extractor
from schema.annotation import Annotations, Text

ALONE = 64
"""Fewer texts than this are read in the calling process: starting others would cost more than it gains."""

_PART = 16
_worker: Extractor | None = None


@contextmanager
def extract_all(
    extractor: str, workers: int | None = None
) -> Iterator[Callable[[Sequence[Text]], Iterator[Annotations]]]:
    """A function that reads a batch of texts, in order, with `workers` processes (None: one per core).

    The processes start at the first batch of at least `ALONE` texts and end with the context. An
    extractor with `in_process` (one that waits for a server) is not sent to others.
    """
    here = getattr(get_extractor(extractor), "in_process", False)
    count = 1 if here else workers if workers is not None else (os.cpu_count() or 1)
    pool: ProcessPoolExecutor | None = None

    def read(texts: Sequence[Text]) -> Iterator[Annotations]:
        nonlocal pool
        if count <= 1 or (pool is None and len(texts) < ALONE):
            yield from get_extractor(extractor).extract(texts)
            return
        if pool is None:
            pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _start, (extractor,))
        for part in pool.map(_read, in_batches(texts, _PART)):
            yield from part

    try:
        yield read
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def _start(extractor: str) -> None:
    global _worker
    _worker = get_extractor(extractor)


def _read(texts: Sequence[Text]) -> list[Annotations]:
    assert _worker is not None, "the pool starts each process with _start"
    return [*_worker.extract(texts)]
