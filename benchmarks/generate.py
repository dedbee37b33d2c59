"""A seeded graph of any size with the skew of real ones, for every measurement.

    python -m benchmarks.generate 100000 graph-folder

Targets follow a Zipf law (a few datasets are used by thousands of papers, most
by one or two), modalities are the real table with its hierarchy, abstracts are
about 1,100 characters, and each edge drawn from text has a sentence of its
abstract as evidence. The same size and seed give the same nodes.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import time
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from kg.index import IndexBuilder
from kg.statements import Wider, statements_for
from kg.store import embedded, snapshots
from schema import DEFAULT_BASE, Edge, EntityId, Evidence, Node, Support
from schema.concepts import concepts

MAKER = "generated@1"
_SYLLABLES = [
    "ba", "co", "di", "fe", "gu", "ha", "jo", "ki", "le", "mo", "na", "or", "pu", "ra", "se", "ti", "ul", "va", "we",
    "xi", "yo", "ze", "lin", "tor", "gra", "phi", "sta", "cre",
]  # fmt: skip
_PER_CHUNK = 20_000


@dataclass(slots=True)
class Pool:
    """Things of one class that papers point at, drawn by a Zipf law over their order."""

    cls: str
    type: str
    names: list[str]
    skew: float = 1.0
    ids: list[EntityId] = field(default_factory=list)
    _sums: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = self.ids or [EntityId(f"{self.type}/{name.lower().replace(' ', '-')}") for name in self.names]
        self._sums = list(accumulate(1 / (rank + 1) ** self.skew for rank in range(len(self.names))))

    def draw(self, rng: random.Random, most: int, mean: float) -> list[int]:
        """Distinct places, ascending: `mean` on average, at most `most`."""
        count = min(most, sum(rng.random() < mean / most for _ in range(most)))
        return sorted({bisect(self._sums, rng.random() * self._sums[-1]) for _ in range(count)})


class Generator:
    """Makes the nodes of a graph with a number of papers."""

    def __init__(self, papers: int, seed: int = 1) -> None:
        self.papers = papers
        self.rng = random.Random(f"{papers} {seed}")
        words = sorted({self._word(self.rng.randint(2, 4)) for _ in range(20_000)})
        self.rng.shuffle(words)
        self._words = Pool("", "word", words)
        table = concepts("Modality")
        self.modalities = Pool(
            "Modality", "modality", [c.label for c in table.values()], 0.8, [EntityId(f"modality/{i}") for i in table]
        )
        self.datasets = self._pool("Dataset", "dataset", papers // 20 + 20, 1.0)
        self.methods = self._pool("Method", "method", papers // 8 + 30, 1.0)
        self.tasks = self._pool("Task", "task", min(400, papers // 20 + 20), 0.9)
        self.conditions = self._pool("Condition", "condition", min(600, papers // 20 + 20), 0.9)
        self.people = self._pool("Person", "person", papers * 3 // 5 + 20, 0.5)
        self.venues = self._pool("Venue", "venue", min(200, papers // 50 + 5), 0.8)

    def nodes(self) -> Iterator[Node]:
        """Every node: concepts, things and people first, then the papers with their repositories and results."""
        yield from self._concepts()
        for pool in (self.datasets, self.methods, self.people, self.venues):
            for id_, name in zip(pool.ids, pool.names, strict=True):
                properties = {"aliases": (name.upper(),)} if pool in (self.datasets, self.methods) else {}
                yield Node(id_, pool.cls, name, properties)
        for number in range(self.papers):
            yield from self._paper(number)

    def _concepts(self) -> Iterator[Node]:
        for concept in concepts("Modality").values():
            edges = tuple(Edge("broaderModality", EntityId(f"modality/{b}")) for b in sorted(concept.broader))
            properties = {"aliases": concept.aliases} if concept.aliases else {}
            yield Node(EntityId(f"modality/{concept.id}"), "Modality", concept.label, properties, edges)
        for pool in (self.tasks, self.conditions):
            for place, (id_, name) in enumerate(zip(pool.ids, pool.names, strict=True)):
                # Every fourth is narrower than one of the first twelve.
                broader = (Edge(f"broader{pool.cls}", pool.ids[place % 12]),) if place > 12 and place % 4 == 0 else ()
                yield Node(id_, pool.cls, name, {"aliases": (f"{name} problem",)}, broader)

    def _paper(self, number: int) -> Iterator[Node]:
        rng, id_ = self.rng, EntityId(f"paper/id-{number}")
        text = _Text()
        edges: list[Edge] = []
        for relation, pool, most, mean, phrase in (
            ("addressesTask", self.tasks, 4, 1.5, "This work is about"),
            ("introducesDataset", self.datasets, 0, 0, "We introduce"),
            ("proposesMethod", self.methods, 0, 0, "We propose"),
            ("studiesCondition", self.conditions, 3, 0.7, "Patients suffer from"),
            ("targetsModality", self.modalities, 4, 1.7, "The input consists of"),
            ("usesDataset", self.datasets, 5, 1.4, "Experiments were run on"),
            ("usesMethod", self.methods, 6, 1.8, "We compare against"),
        ):
            chosen = pool.draw(rng, most, mean) if most else self._new(pool, number)
            edges += text.say(relation, phrase, [(pool.ids[c], pool.names[c]) for c in chosen], self._filler(6), rng)
        status = rng.choices(("released", "promised", "none"), (40, 8, 52))[0]
        others, more = self._code_and_results(number, status, text)
        edges += more + self._stated(number)
        while len(text.abstract) < 900:
            text.add(self._filler(rng.randint(9, 20)))
        title = self._filler(rng.randint(6, 11))
        properties: dict[str, Any] = {
            "abstract": text.abstract, "arxivId": f"{2000 + number % 99:04}.{number:05}", "codeStatus": status,
            "title": title, "url": f"https://example.org/abs/{number}",
        }  # fmt: skip
        if rng.random() < 0.98:
            properties["year"] = 2026 - int(rng.expovariate(0.25)) % 30
        yield Node(id_, "Paper", title, properties, tuple(sorted(edges, key=lambda e: (e.relation, e.target))))
        yield from others

    def _new(self, pool: Pool, number: int) -> list[int]:
        """What a paper brings into the world: every dataset and method is introduced by one paper."""
        step = max(1, self.papers // len(pool.ids))
        return [number // step] if number % step == 0 and number // step < len(pool.ids) else []

    def _code_and_results(self, number: int, status: str, text: _Text) -> tuple[list[Node], list[Edge]]:
        nodes: list[Node] = []
        edges: list[Edge] = []
        if status != "none":
            url = f"https://github.com/lab-{number % 977}/code-{number}"
            id_ = EntityId(f"repository/github.com-lab-{number % 977}-code-{number}")
            nodes.append(Node(id_, "Repository", url.removeprefix("https://"), {"repositoryUrl": url}))
            relation = "releasesCode" if status == "released" else "promisesCode"
            edges += text.say(relation, "Code is at", [(id_, url)], "", self.rng)
        if self.rng.random() < 0.3:
            id_ = EntityId(f"result/id-{number}-1")
            value = f"0.{self.rng.randint(500, 990)}"
            nodes.append(Node(id_, "Result", f"AUC {value}", {"metric": "AUC", "number": float(value), "value": value}))
            edges += text.say("reportsResult", "We reach an AUC of", [(id_, value)], "", self.rng)
        return nodes, edges

    def _stated(self, number: int) -> list[Edge]:
        """Authors, venue and citations: stated by the source, to earlier papers only."""
        rng = self.rng
        stated = (Support(Evidence("listed by the source", "source", 0, 0), 1.0, "source@1"),)
        edges = [Edge("creator", self.people.ids[p], stated) for p in self.people.draw(rng, 7, 3.5)]
        edges += [Edge("publishedIn", self.venues.ids[v], stated) for v in self.venues.draw(rng, 1, 0.9)]
        cited = {int(number * rng.random() ** 2) for _ in range(rng.randint(0, 2))} - {number}
        return edges + [Edge("cites", EntityId(f"paper/id-{c}"), stated) for c in cited]

    def _pool(self, cls: str, type_: str, size: int, skew: float) -> Pool:
        seen: dict[str, None] = {}
        while len(seen) < size:
            name = f"{self._word(2).capitalize()} {self._word(3)}"
            seen.setdefault(name if name not in seen else f"{name} {len(seen)}")
        return Pool(cls, type_, list(seen), skew)

    def _word(self, syllables: int) -> str:
        return "".join(self.rng.choices(_SYLLABLES, k=syllables))

    def _filler(self, words: int) -> str:
        sums, rng = self._words._sums, self.rng
        return " ".join(self._words.names[bisect(sums, rng.random() * sums[-1])] for _ in range(words))


class _Text:
    """An abstract that grows by sentences, each of which may be evidence."""

    def __init__(self) -> None:
        self.abstract = ""

    def add(self, sentence: str) -> Evidence:
        sentence = f"{sentence}."
        start = len(self.abstract) + bool(self.abstract)
        self.abstract = f"{self.abstract} {sentence}".strip()
        return Evidence(sentence, "abstract", start, start + len(sentence))

    def say(
        self, relation: str, phrase: str, named: Sequence[tuple[EntityId, str]], tail: str, rng: random.Random
    ) -> list[Edge]:
        if not named:
            return []
        names = " and ".join(name for _, name in named)
        evidence = self.add(f"{phrase} {names} {tail}".strip())
        return [
            Edge(relation, id_, (Support(evidence, round(1 - rng.random() ** 3 * 0.7, 4), MAKER, ("named outright",)),))
            for id_, _ in named
        ]


def write_snapshot(papers: int, folder: Path, seed: int = 1) -> dict[str, float]:
    """Build and publish the graph in a folder; gives back seconds by stage ("index", "total")."""
    building = snapshots.begin(folder)
    builder = IndexBuilder(building / "index")
    counts: Counter[str] = Counter()
    seconds = {"index": 0.0, "generate": 0.0}
    sha = hashlib.sha256()
    began = time.perf_counter()
    embedded.build(building / "rdf", _nquads(papers, seed, builder, counts, seconds, sha.update))
    before = time.perf_counter()
    builder.finish()
    seconds["index"] += time.perf_counter() - before
    seconds["total"] = time.perf_counter() - began
    published = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"base": DEFAULT_BASE, "digest": sha.hexdigest(), "counts": dict(counts), "published": published}
    snapshots.publish(folder, building, manifest, keep=1)
    return seconds


def _nquads(
    papers: int, seed: int, builder: IndexBuilder, counts: Counter[str], seconds: dict[str, float], digest: Any
) -> Iterator[bytes]:
    lines: list[str] = []
    wider = Wider()
    before = time.perf_counter()
    for node in Generator(papers, seed).nodes():
        seconds["generate"] += time.perf_counter() - before
        counts[node.cls] += 1
        counts.update(e.relation for e in node.edges)
        before = time.perf_counter()
        builder.add(node)
        seconds["index"] += time.perf_counter() - before
        wider.add(node)
        lines += [s.nquad() for s in statements_for(node, DEFAULT_BASE)]
        if len(lines) > _PER_CHUNK:
            digest(chunk := "".join(lines).encode())
            yield chunk
            lines = []
        before = time.perf_counter()
    lines += [s.nquad() for s in wider.statements(DEFAULT_BASE)]
    digest(chunk := "".join(lines).encode())
    yield chunk


def size_of(path: Path) -> int:
    """The bytes of all files under a folder."""
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


def main() -> None:
    """Build a graph and say what it cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("papers", type=int, help="the number of papers")
    parser.add_argument("folder", type=Path, help="the graph's folder, made where it is absent")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    seconds = write_snapshot(chosen.papers, chosen.folder, chosen.seed)
    snapshot = snapshots.current(chosen.folder)
    index, rdf = size_of(snapshot.index_path), size_of(snapshot.rdf_path)
    own = seconds["total"] - seconds["generate"]
    print(
        f"{snapshot.path}: {chosen.papers} papers in {seconds['total']:.1f} s ({seconds['generate']:.1f} s generating)"
    )
    print(f"index {seconds['index']:.1f} s, {seconds['index'] / own:.0%} of building statements, RDF and index")
    print(f"index {index / 1e6:.1f} MB, RDF {rdf / 1e6:.1f} MB: index is {index / (index + rdf):.0%} of the snapshot")


if __name__ == "__main__":
    main()
