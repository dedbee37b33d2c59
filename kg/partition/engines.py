"""What runs a function over many parts: processes here, or a Dask or Spark cluster that people already have.

An engine takes `work(part in, part out)` and a list of such pairs of paths, and
gives back the results in the order of the list. The paths must mean the same
files on every machine, so a cluster needs a shared file system.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from schema.errors import BadRequest, Unavailable, did_you_mean

Work: TypeAlias = Callable[[str, str], dict[str, Any]]
"""Reads the part at the first path, writes the part at the second, and gives back counts; it can be pickled."""
Parts: TypeAlias = Sequence[tuple[str, str]]
Map: TypeAlias = Callable[[Work, Parts], Iterator[dict[str, Any]]]


def open_engine(name: str, workers: int | None = None, cluster: str | None = None) -> AbstractContextManager[Map]:
    """An engine that runs work over parts until its context ends.

    `workers` processes run here (None: one per core), or the `cluster` at an
    address does: a Dask scheduler (tcp://host:8786) or a Spark master
    (spark://host:7077). Raises `BadRequest` for an unknown engine and for a
    cluster where the engine has none, `Unavailable` for one that is not installed.
    """
    if name not in ENGINES:
        raise BadRequest(f"There is no engine {name!r}.{did_you_mean(name, ENGINES)} There are {', '.join(ENGINES)}.")
    if cluster is not None and name == "processes":
        raise BadRequest("--cluster names a Dask or Spark cluster; add --engine dask or --engine spark.")
    return ENGINES[name](workers or os.cpu_count() or 1, cluster)


@contextmanager
def _processes(workers: int, _: str | None) -> Iterator[Map]:
    if workers == 1:
        yield lambda work, parts: (work(*part) for part in parts)
        return
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))
    try:
        yield lambda work, parts: pool.map(work, *zip(*parts, strict=True)) if parts else iter(())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _dask(workers: int, address: str | None) -> Iterator[Map]:
    try:
        distributed: Any = import_module("dask.distributed")
    except ImportError as err:
        raise _missing("dask") from err
    here = None
    if address is None:
        # No limit of memory: Dask would kill a worker that sorts a large part.
        here = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit=0
        )
    client = distributed.Client(here or address)
    try:
        yield lambda work, parts: (f.result() for f in _submitted(client, work, parts))
    finally:
        client.close()
        if here is not None:
            here.close()


def _submitted(client: Any, work: Work, parts: Parts) -> list[Any]:
    # Not pure: the result is a file, which the scheduler cannot keep for the next run.
    return [*client.map(work, *zip(*parts, strict=True), pure=False)] if parts else []


@contextmanager
def _spark(workers: int, address: str | None) -> Iterator[Map]:
    try:
        from pyspark.sql import SparkSession
    except ImportError as err:
        raise _missing("spark") from err
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("Paper Atlas").config("spark.ui.enabled", "false")
    if address is None:
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
    session = builder.master(address or f"local[{workers}]").getOrCreate()
    context = session.sparkContext

    def run(work: Work, parts: Parts) -> Iterator[dict[str, Any]]:
        if parts:
            yield from context.parallelize(parts, len(parts)).map(lambda part: work(*part)).collect()

    try:
        yield run
    finally:
        session.stop()


def _missing(name: str) -> Unavailable:
    return Unavailable(f"The engine {name!r} is not installed. Run `pip install 'paperatlas[{name}]'`.")


ENGINES: Final = MappingProxyType({"processes": _processes, "dask": _dask, "spark": _spark})
"""Every engine by its name."""
