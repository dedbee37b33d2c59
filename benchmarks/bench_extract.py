"""Abstracts a second and peak memory of the readers on one core, beside spaCy's PhraseMatcher and the bare matcher.

    python -m benchmarks extract [TEXTS]

All find the same names (those of the concept tables); each runs in a process of its own, for the memory; the ratios
are to spaCy. Cost is shown for a tenth of the texts too: it is linear in the number of papers. Needs spacy (and
onnxruntime for `default`).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import loaders
from schema.annotation import Text
from schema.concepts import TABLES, concepts
from schema.paper import Paper

_READERS = ("default", "fast", "spacy", "matcher")
_LEAST = 1_000  # texts; the source is repeated until there are so many


def names() -> list[str]:
    """All names of the concept tables."""
    return sorted({n for table in TABLES for c in concepts(table).values() for n in c.names})


def reader(name: str) -> Callable[[Sequence[Text]], int]:
    """A function that reads texts and gives the number of things found."""
    if name == "spacy":
        return _spacy()
    if name == "matcher":
        return _matcher()
    from kg.extract import get_extractor

    extractor = get_extractor(name)
    return lambda texts: sum(len(a.edges) for a in extractor.extract(texts))


def _spacy() -> Callable[[Sequence[Text]], int]:
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    nlp.tokenizer.max_cache_size = 1_000_000  # else each new term empties the cache
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("name", list(nlp.tokenizer.pipe(names())))
    return lambda texts: sum(len(matcher(doc)) for doc in nlp.pipe(f"{t.title}\n{t.abstract}" for t in texts))


def _matcher() -> Callable[[Sequence[Text]], int]:
    import ahocorasick_rs

    automaton = ahocorasick_rs.AhoCorasick([n.lower() for n in names()])
    return lambda texts: sum(len(automaton.find_matches_as_indexes(f"{t.title}\n{t.abstract}".lower())) for t in texts)


def _measure(name: str, source: str) -> None:
    papers = [r for r in loaders.read(source) if isinstance(r, Paper)]
    texts = [Text(p.title, p.abstract) for p in papers]
    texts = (texts * (_LEAST // max(len(texts), 1) + 1))[:_LEAST]
    read = reader(name)
    read(texts[:20])
    rates = []
    for some in (texts[: _LEAST // 10], texts):
        start = time.process_time()
        found = read(some)
        rates.append(len(some) / (time.process_time() - start))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rates": rates, "found": found / len(texts), "memory": memory}))


def main(arguments: Sequence[str]) -> None:
    """Measure every reader, one after the other, and print one table."""
    if len(arguments) == 2:
        _measure(*arguments)
        return
    sample = Path(loaders.__file__).parent / "samples" / "hf-papers.jsonl"
    source = arguments[0] if arguments else str(sample)
    rows = {}
    for name in _READERS:
        command = [sys.executable, "-c", f"from benchmarks.bench_extract import main; main([{name!r}, {source!r}])"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            print(f"{name}: not measured: {run.stderr.strip().splitlines()[-1]}")
        else:
            rows[name] = json.loads(run.stdout)
    base = rows.get("spacy")
    print(f"{'':10}{'texts/s':>10}{'of a tenth':>12}{'found':>8}{'MB':>7}{'rate to spaCy':>15}")
    for name, row in rows.items():
        ratio = f"{row['rates'][1] / base['rates'][1]:.2f}" if base else ""
        print(
            f"{name:10}{row['rates'][1]:>10.1f}{row['rates'][0]:>12.1f}{row['found']:>8.1f}{row['memory']:>7.0f}{ratio:>15}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
