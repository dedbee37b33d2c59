"""Loading end to end: papers per second, memory, bytes on disk and the share of each stage, at growing sizes.

    python -m benchmarks.bench_load [PAPERS ...] [--workers N] [--profile]

The corpus is made up by rule from the names in the concept tables and seeded:
JSON Lines with authors, years, identifiers and abstracts of some 170 words, a
few of them listed twice. It is read from the file by `kg.load.load` with the
extractor `fast`, in a process of its own for each size, as `kg load` does.

CPU seconds are those of the process and of all that it started: on a machine
that does other work they are steadier than the clock. "a second" is papers by
the clock on this machine as it is; "a CPU second" is what one free core does.
The stages are told apart by the clock of the main process; reading is the
time in which the main process reads, waits for the readers and keeps.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import multiprocessing
import os
import pstats
import random
import resource
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import loaders
from benchmarks.bench_identity import FAMILY, GIVEN, HEADS
from benchmarks.generate import size_of
from kg import load as pipeline
from kg.index import IndexBuilder
from kg.store import embedded, snapshots
from schema.concepts import concepts

SIZES = (2_000, 10_000)
_CLASSES = ("Dataset", "Method", "Task", "Condition", "Modality")
_FILLER = (
    "Despite recent progress, the problem remains hard because annotated data are scarce and vary between sites.",
    "Existing approaches either ignore the spatial context or need costly manual annotation by experts.",
    "We study how performance changes with the amount of supervision and with the strength of the prior.",
    "Ablation studies show that each component contributes and that the gains hold across patient groups.",
    "We further analyse failure cases and discuss what is missing before such a system can be used in practice.",
    "The training procedure is simple, needs a single graphics card and converges in less than a day.",
    "Compared with strong baselines, the improvement is consistent over all folds and random seeds.",
    "A reader study with {n} participants confirms that the output is judged useful in daily work.",
)


def write_corpus(path: Path, papers: int, seed: int) -> None:
    """Write a corpus as JSON Lines; one paper in fifty is listed a second time with another spelling."""
    luck = random.Random(seed)
    pools = {cls: [c.label for c in concepts(cls).values()] for cls in _CLASSES}
    for pool in pools.values():
        luck.shuffle(pool)
    with path.open("w", encoding="utf-8") as out:
        for number in range(papers):
            row = _row(number, pools, luck)
            out.write(json.dumps(row) + "\n")
            if number % 50 == 0:
                again = row | {"title": row["title"].upper(), "id": f"again-{number}", "arxiv_id": None}
                out.write(json.dumps(again) + "\n")


def _row(number: int, pools: dict[str, list[str]], luck: random.Random) -> dict[str, Any]:
    def one(cls: str) -> str:
        # Few names are common and many are rare.
        return pools[cls][int(len(pools[cls]) * luck.random() ** 3)]

    new = f"{luck.choice(HEADS)[:4]}{luck.choice(FAMILY)[:3].capitalize()}Net-{number}"
    task, condition, modality = one("Task"), one("Condition"), one("Modality")
    sentences = [
        f"{task} in {condition} from {modality} supports decisions that clinicians take every day.",
        luck.choice(_FILLER[:2]),
        f"We propose {new}, a {one('Method')} that learns {task} from {modality} and builds on {one('Method')}.",
        f"We evaluate on {one('Dataset')} and {one('Dataset')}, with {luck.randint(50, 90_000)} scans of patients with "
        f"{condition}.",
        f"{new} reaches a Dice score of 0.{luck.randint(600, 980)} and an AUC of {luck.randint(700, 999) / 10}%.",
        *(s.format(n=luck.randint(3, 40)) for s in luck.sample(_FILLER[2:], 6)),
    ]
    code = luck.random()
    if code < 0.4:
        sentences.append(f"Code is available at https://github.com/{luck.choice(FAMILY).lower()}-lab/{new.lower()}.")
    elif code < 0.5:
        sentences.append("The code will be released upon acceptance.")
    authors = [f"{luck.choice(GIVEN)} {luck.choice(FAMILY)}" for _ in range(luck.randint(1, 7))]
    return {
        "id": f"made-{number}", "arxiv_id": f"{20 + number // 100_000 % 6}{1 + number // 10_000 % 12:02}.{number:05}",
        "title": f"{new}: {luck.choice(HEADS)} {task} of {condition} in {modality}", "abstract": " ".join(sentences),
        "year": luck.randint(2012, 2026), "authors": authors, "venue": f"Journal {luck.randint(1, 200)}",
    }  # fmt: skip


class _Stages:
    """The clock of the main process by stage: the parts of the pipeline are wrapped while it runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **options)
            finally:
                self.seconds[name] += time.perf_counter() - began

        return run

    def steps(self, name: str, items: Iterator[Any]) -> Iterator[Any]:
        """The same items; the time that each takes to come is the stage's."""
        while True:
            began = time.perf_counter()
            item = next(items, None)
            self.seconds[name] += time.perf_counter() - began
            if item is None:
                return
            yield item


class _Watch(threading.Thread):
    """The largest memory that the processes of a tree held together, in bytes, looked at ten times a second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.1):
            self.peak = max(self.peak, _rss(os.getpid()))


def _rss(process: int) -> int:
    """Resident bytes of a process and its descendants (Linux, /proc)."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        below = [c for t in Path(f"/proc/{process}/task").iterdir() for c in (t / "children").read_text().split()]
    except OSError:
        return 0
    return pages * resource.getpagesize() + sum(_rss(int(child)) for child in below)


def measure(papers: int, workers: int, profile: bool) -> dict[str, Any]:
    """Load a corpus of so many papers into a new folder and say what it cost."""
    with tempfile.TemporaryDirectory() as place:
        folder, corpus = Path(place) / "kg-data", Path(place) / "corpus.jsonl"
        write_corpus(corpus, papers, seed=1)
        stages = _wrapped()
        watch = _Watch()
        watch.start()
        cpu, clock = _cpu(), time.perf_counter()
        profiler = cProfile.Profile() if profile else None
        run = profiler.runcall if profiler else lambda f, *a, **o: f(*a, **o)
        run(pipeline.load, loaders.read(corpus), folder, extractor="fast", workers=workers)
        seconds, spent = time.perf_counter() - clock, _cpu() - cpu
        watch.ended.set()
        watch.join()
        if profiler:
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
        snapshot = snapshots.current(folder)
        by_stage = {name: stages.seconds[name] for name in ("read", "resolve", "index")}
        by_stage["store"] = stages.seconds["build"] - sum(stages.seconds[n] for n in ("resolve", "index", "state"))
        by_stage["state"] = stages.seconds["state"]
        by_stage["index"] += stages.seconds["finish"]
        return {
            "papers": papers, "seconds": seconds, "cpu": spent, "peak": watch.peak, "ledger": size_of(folder)
            - size_of(folder / "snapshots"), "rdf": size_of(snapshot.rdf_path), "index": size_of(snapshot.index_path),
            "corpus": corpus.stat().st_size, "triples": snapshot.manifest["counts"]["triples"],
            "stages": by_stage,
        }  # fmt: skip


def _wrapped() -> _Stages:
    stages = _Stages()
    patched: Any = pipeline
    patched._fill = stages.timed("read", patched._fill)
    found = patched._nodes
    patched._nodes = lambda *a: stages.steps("resolve", found(*a))
    stated = patched.statements_for
    patched.statements_for = lambda node, base: iter(stages.timed("state", lambda: [*stated(node, base)])())
    builder: Any = IndexBuilder
    builder.add = stages.timed("index", builder.add)
    builder.finish = stages.timed("finish", builder.finish)
    store: Any = embedded
    store.build = stages.timed("build", store.build)
    return stages


def _cpu() -> float:
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime


def _show(found: dict[str, Any], before: dict[str, Any] | None) -> None:
    n = found["papers"]
    growth = (found["cpu"] / n) / (before["cpu"] / before["papers"]) - 1 if before else 0.0
    print(f"{n} papers, abstracts and all {found['corpus'] / n:,.0f} bytes a paper")
    print(f"  {n / found['seconds']:.0f} a second by the clock, {n / found['cpu']:.0f} a CPU second", end="")
    print(
        f" ({found['cpu'] / n * 1000:.2f} CPU ms a paper{f', {growth:+.0%} against the size before' if before else ''})"
    )
    print(f"  peak memory of all processes {found['peak'] / 1e6:,.0f} MB")
    sizes = {name: found[name] / n / 1000 for name in ("ledger", "rdf", "index")}
    print(f"  {sum(sizes.values()):.1f} kB a paper on disk: ", ", ".join(f"{k} {v:.1f}" for k, v in sizes.items()))
    total = sum(found["stages"].values())
    print("  stages: " + ", ".join(f"{name} {s / total:.0%}" for name, s in found["stages"].items()), flush=True)


def _apart(papers: int, workers: int) -> dict[str, Any]:
    from benchmarks.bench_load import measure as by_name  # a child cannot find what stands in __main__

    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(by_name, papers, workers, False).result()


def main() -> None:
    """Measure each size in a process of its own, so that peaks and CPU are its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_load", description=__doc__)
    parser.add_argument("papers", type=int, nargs="*", default=SIZES, help="sizes, e.g. 10000 100000")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that read texts")
    parser.add_argument("--profile", action="store_true", help="print what the main process spent its time on")
    chosen = parser.parse_args()
    before = None
    for papers in chosen.papers:
        found = measure(papers, 1, True) if chosen.profile else _apart(papers, chosen.workers)
        _show(found, before)
        before = found


if __name__ == "__main__":
    main()
