"""Hugging Face's JSON of papers: `/api/daily_papers` and `/api/papers/ID`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._stated import code_fact
from loaders._text import fold
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.paper import Paper, StatedFact

NAME: Final = "hf-papers"
_LINKED_CONFIDENCE: Final = 0.6
"""A page that cites the paper and whose name the paper's text has; others only build on it."""


def read(source: Source) -> Records:
    """Papers, in the order of the page."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain where objects have the page's own keys."""
    keys = head.json_keys | {p.removeprefix("[].") for p in head.json_paths}
    marks = {"upvotes", "submittedOnDailyBy", "discussionId", "ai_keywords", "githubRepo", "publishedAt"}
    inside = {m for m in marks if f"paper.{m}" in keys or m in keys}
    return 0.95 if len(inside) >= 2 and ("summary" in keys or "paper.summary" in keys) else 0.0


def _paper(item: Item) -> Paper | Rejected:
    outer = item.value
    said: dict[str, Any] = outer.get("paper") or outer
    number = said.get("id")
    return record(
        NAME, item.where, raw=item.raw, id=number, arxiv_id=number, title=said.get("title") or outer.get("title"),
        abstract=said.get("summary") or outer.get("summary"), date=said.get("publishedAt") or outer.get("publishedAt"),
        authors=[a.get("name") for a in said.get("authors") or () if not a.get("hidden")],
        url=f"https://huggingface.co/papers/{number}", keywords=said.get("ai_keywords") or (),
        retracted=bool(said.get("withdrawnAt")), facts=tuple(_facts(said)),
    )  # fmt: skip


def _facts(said: dict[str, Any]) -> Iterator[StatedFact]:
    if said.get("githubRepo"):
        yield code_fact(str(said["githubRepo"]), f"githubRepo: {said['githubRepo']}", 0.95)
    text = f" {fold(said.get('title') or '')} {fold(said.get('summary') or '')} "
    for kind, relation in (("linkedModels", "proposesMethod"), ("linkedDatasets", "introducesDataset")):
        for one in said.get(kind) or ():
            name = str(one.get("id") or "").rsplit("/", 1)[-1]
            if name and f" {fold(name)} " in text:
                yield StatedFact(
                    relation=relation, name=name, quote=f"{kind}: {one['id']}", confidence=_LINKED_CONFIDENCE
                )


LOADER: Final = Loader(
    name=NAME,
    label="Hugging Face papers (JSON)",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence="Titles and abstracts belong to their authors",
    citation="Hugging Face, Daily Papers",
    homepage="https://huggingface.co/papers",
    sample="hf-papers.json",
)
