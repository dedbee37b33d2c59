"""Other names of things, from the names that annotators gave together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from kg.extract.entities import key_of, kind_key
from kg.extract.matrix import RELATIONS
from kg.extract.model import AliasTable
from kg.train.papers import Paper

_MOST_KNOWN = 4


def learn_aliases(papers: Iterable[Paper]) -> AliasTable:
    """For each annotated name, the other names that annotators gave the same thing most often."""
    together: dict[int, Counter[str]] = defaultdict(Counter)
    for paper in papers:
        for relation in RELATIONS:
            for edge in paper.edges(relation):
                names = [edge["name"], *(edge.get("aliases") or [])]
                for name in names:
                    key = kind_key(relation, name)
                    together[key].update(n for n in names if key_of(n) != key_of(name) and "\n" not in n)
    keys, first, lines = [], [0], []
    for key in sorted(together):
        best: dict[int, str] = {}
        for name, _ in sorted(together[key].items(), key=lambda pair: (-pair[1], pair[0])):
            best.setdefault(key_of(name), name)
        if best:
            keys.append(key)
            lines.extend(list(best.values())[:_MOST_KNOWN])
            first.append(len(lines))
    text = "\n".join(lines).encode()
    return AliasTable(np.array(keys, np.uint64), np.array(first, np.int64), np.frombuffer(text, np.uint8))
