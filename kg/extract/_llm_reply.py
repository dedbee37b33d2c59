"""What a language model may answer, and what of it is taken over.

The reply is JSON in the shape of `Reply`. Nothing in it is believed: a
passage must stand word for word in the text, a dataset or method must be
named in the text, a modality must be one of the table. What fails is dropped
and counted in `Dropped`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schema.annotation import Annotation, Annotations, CodeRelease, Evidence, ResultAnnotation, Section, Text
from schema.concepts import concepts

Relation = Literal[
    "usesDataset",
    "introducesDataset",
    "proposesMethod",
    "usesMethod",
    "addressesTask",
    "studiesCondition",
    "targetsModality",
]
NAMED_IN_THE_TEXT = frozenset({"usesDataset", "introducesDataset", "proposesMethod", "usesMethod"})
Confidence = Field(default=0.8, ge=0, le=1, description="How likely a careful reader agrees, 0 to 1.")
Passage = Field(description="A passage of the title or the abstract that says so, copied word for word.")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ReplyEdge(_Part):
    """One edge as the model answers it."""

    relation: Relation = Field(description="The kind of edge.")
    name: str = Field(description="The name as the text writes it; for a modality, its id from the list.", min_length=1)
    aliases: list[str] = Field(default_factory=list, description="Other names of the same thing in the text.")
    passage: str = Passage
    confidence: float = Confidence


class ReplyCode(_Part):
    """Whether the paper releases its own software."""

    status: Literal["released", "promised", "none"] = Field(default="none", description="What the text says.")
    urls: list[str] = Field(default_factory=list, description="The addresses given for the code.")
    passage: str | None = Field(default=None, description="The passage that says so, or null where nothing is said.")
    confidence: float = Confidence


class ReplyResult(_Part):
    """A number that the abstract reports."""

    metric: str = Field(description="The metric as the text names it.", min_length=1)
    value: str = Field(description="The number as printed, without its unit.", min_length=1)
    unit: str | None = Field(default=None, description="The unit, such as %, or null.")
    dataset: str | None = Field(default=None, description="The dataset measured on, or null.")
    delta: bool = Field(default=False, description="True for a relative change.")
    passage: str = Passage
    confidence: float = Confidence


class Reply(_Part):
    """A whole reply."""

    edges: list[ReplyEdge] = Field(default_factory=list, description="The typed edges that the text supports.")
    code: ReplyCode = Field(default_factory=ReplyCode, description="The paper's own software.")
    results: list[ReplyResult] = Field(default_factory=list, description="Reported numbers.")


class BadReply(ValueError):
    """A reply that holds no JSON of the asked shape; the text says what is wrong, for the model and for people."""


def reply_schema() -> dict[str, Any]:
    """The JSON Schema of `Reply` as structured output wants it: every property required, none besides."""
    schema: dict[str, Any] = _strict(Reply.model_json_schema())
    return schema


def read_reply(content: str) -> Reply:
    """Read a reply, also one inside a code fence or between sentences.

    Raises `BadReply` where no JSON object is found or its shape is wrong.

    >>> read_reply('Here you are:\\n```json\\n{"edges": []}\\n```').edges
    []
    """
    content = re.sub(r"(?s)<think>.*?</think>", "", content)  # reasoning models served without a parser for it
    start, end = content.find("{"), content.rfind("}")
    if start < 0 or end < start:
        raise BadReply("there is no JSON object in the reply")
    try:
        return Reply.model_validate_json(content[start : end + 1])
    except ValidationError as err:
        first = err.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the reply"
        raise BadReply(f"{where}: {first['msg']}") from err


@dataclass
class Dropped:
    """Counts of what was not taken over, by reason."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, reason: str) -> None:
        """Count one item."""
        self.counts[reason] += 1

    def __str__(self) -> str:
        return ", ".join(f"{n} {reason}" for reason, n in sorted(self.counts.items()))


def annotations_from(reply: Reply, text: Text, maker: str, dropped: Dropped) -> Annotations:
    """The part of a reply that the text bears out; the rest is counted in `dropped`."""
    edges: dict[tuple[str, str], Annotation] = {}
    for item in reply.edges:
        edge = _edge(item, text, maker, dropped)
        if edge is not None:
            edges.setdefault((edge.relation, edge.id or _fold(edge.name)), edge)
    results = (_result(r, text, maker, dropped) for r in reply.results)
    return Annotations(
        title=text.title,
        edges=tuple(edges.values()),
        code=_code(reply.code, text, maker, dropped),
        results=tuple(r for r in results if r is not None),
    )


def find_passage(passage: str, text: Text) -> Evidence | None:
    """Where a passage stands in the text, white space aside; None where it does not.

    >>> find_passage("the CT  images", Text("A title", "We read the CT\\nimages.")).quote
    'the CT\\nimages'
    """
    words = passage.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    sections: tuple[Section, ...] = ("abstract", "title")
    for section in sections:
        hit = pattern.search(text.section(section))
        if hit:
            return Evidence(hit.group(), section, hit.start(), hit.end())
    return None


def _edge(item: ReplyEdge, text: Text, maker: str, dropped: Dropped) -> Annotation | None:
    evidence = find_passage(item.passage, text)
    if evidence is None:
        dropped.add("passages not in the text")
        return None
    names = [n for n in dict.fromkeys([item.name.strip(), *(a.strip() for a in item.aliases)]) if n]
    if item.relation == "targetsModality":
        concept = _modality(names)
        if concept is None:
            dropped.add("unknown modalities")
            return None
        label = concepts("Modality")[concept].label
        return Annotation(item.relation, label, evidence, item.confidence, maker, id=concept)
    if item.relation in NAMED_IN_THE_TEXT:
        body = _fold(f"{text.title} {text.abstract}")
        names = [n for n in names if _fold(n) and _fold(n) in body]
    if not names:
        dropped.add("names not in the text")
        return None
    return Annotation(item.relation, names[0], evidence, item.confidence, maker, aliases=tuple(names[1:]))


def _code(item: ReplyCode, text: Text, maker: str, dropped: Dropped) -> CodeRelease:
    if item.status == "none":
        return CodeRelease(maker=maker, confidence=item.confidence)
    evidence = find_passage(item.passage or "", text)
    if evidence is None:
        dropped.add("passages not in the text")
        return CodeRelease(maker=maker, confidence=item.confidence)
    body = _unspaced(f"{text.title} {text.abstract}")
    urls = tuple(u for u in dict.fromkeys(u.strip() for u in item.urls) if u and _unspaced(u) in body)
    for _ in range(len(set(item.urls)) - len(urls)):
        dropped.add("addresses not in the text")
    return CodeRelease(item.status, urls, evidence, item.confidence, maker)


def _result(item: ReplyResult, text: Text, maker: str, dropped: Dropped) -> ResultAnnotation | None:
    evidence = find_passage(item.passage, text)
    if evidence is None:
        dropped.add("passages not in the text")
        return None
    if item.value.strip() not in f"{text.title} {text.abstract}":
        dropped.add("values not in the text")
        return None
    return ResultAnnotation(
        item.metric, item.value.strip(), evidence, item.confidence, maker, item.unit, item.dataset, item.delta
    )


def _modality(names: list[str]) -> str | None:
    """The id that a name stands for: an id, a label or an alias of the table."""
    table = concepts("Modality")
    for name in names:
        if name in table:
            return name
    folded = {_fold(n): c.id for c in reversed(list(table.values())) for n in c.names}
    return next((folded[_fold(n)] for n in names if _fold(n) in folded), None)


def _fold(name: str) -> str:
    return "".join(re.findall(r"[^\W_]+", name.casefold()))


def _unspaced(text: str) -> str:
    """Text without white space and backslashes, so that an address that the source broke is still found."""
    return re.sub(r"[\s\\]+", "", text).casefold()


def _strict(node: Any) -> Any:
    """Close every object of a JSON Schema and require all of its properties; drop defaults and titles."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "properties" in node:
        properties = {name: _strict(value) for name, value in node["properties"].items()}
        rest = {k: _strict(v) for k, v in node.items() if k not in {"properties", "title", "required", "default"}}
        return rest | {"properties": properties, "required": list(properties), "additionalProperties": False}
    return {k: _strict(v) for k, v in node.items() if k not in {"title", "default"}}
