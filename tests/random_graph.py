"""Small random graphs over every class, relation and literal; the same seed gives the same nodes."""

from __future__ import annotations

import random
from typing import Any

from schema import Edge, EntityId, Evidence, Node, Support
from schema.vocabulary import CLASS, EDGES, literals_of

SIZES = {"Paper": 7, "Dataset": 3, "Method": 3, "Task": 3, "Modality": 4, "Condition": 2, "Repository": 2, "Result": 2,
         "Person": 3, "Venue": 2}  # fmt: skip
WORDS = ("Lung", "lung CT", 'a "b" \\c', "Ärzte", "x", "MRI of Lung")
SURE = (0.25, 0.5, 0.7, 0.9, 0.12345, 1.0)


def random_nodes(seed: int) -> list[Node]:
    rng = random.Random(seed)
    return [_random_node(rng, cls, number) for cls, size in SIZES.items() for number in range(size)]


def _random_node(rng: random.Random, cls: str, number: int) -> Node:
    label = f"{rng.choice(WORDS)} {number}" if cls != "Paper" else rng.choice(WORDS)
    properties: dict[str, Any] = {"title": label} if cls == "Paper" else {}
    for term in literals_of(cls):
        if term.field != "title" and rng.random() < 0.6:
            properties[term.field] = _random_value(rng, term.datatype, term.field, term.many)
    edges = []
    for term in EDGES:
        targets = [n for n in range(SIZES[term.range]) if term.domain == cls and rng.random() < 0.35]
        if term.domain == term.range:
            targets = [n for n in targets if n < number]
        edges += [_random_edge(rng, term.name, f"{CLASS[term.range].type}/{n}") for n in targets]
    return Node(EntityId(f"{CLASS[cls].type}/{number}"), cls, label, properties,
                tuple(sorted(edges, key=lambda e: (e.relation, e.target))))  # fmt: skip


def _random_value(rng: random.Random, datatype: str, field: str, many: bool) -> Any:
    if datatype == "integer":
        return rng.randint(2019, 2023)
    if datatype == "double":
        return rng.choice((0.5, 0.75, 12.0))
    if datatype == "boolean":
        return rng.random() < 0.5
    if field == "codeStatus":
        return rng.choice(("released", "promised", "none"))
    if field == "date":
        return rng.choice(("2020", "2020-05", "2021-01-02"))
    texts = WORDS if datatype == "string" else ("https://a.example/x", "https://b.example/y")
    return tuple(dict.fromkeys(rng.choices(texts, k=2))) if many else rng.choice(texts)


def _random_edge(rng: random.Random, relation: str, target: str) -> Edge:
    makers = rng.sample(("a@1", "b@2"), rng.randint(0, 2))
    supports = [Support(Evidence("as said", "source", 0, 0), rng.choice(SURE), maker) for maker in makers]
    return Edge(relation, EntityId(target), tuple(sorted(supports, key=lambda s: (-s.confidence, s.maker))))
