"""Papers with Code: papers with abstracts, their tasks and methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from loaders import _pwc
from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._stated import fact
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.paper import Paper, StatedFact

NAME: Final = "pwc-papers"
_TAGGED: Final = 0.8
"""Tasks and methods were given by editors and by a classifier, so they are not quite statements of the authors."""


def read(source: Source) -> Records:
    """Papers, in order; what looks like advertising is rejected."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain for the dump's own keys."""
    return 0.96 if _pwc.has_keys(head, "paper_url", "title", "url_abs", "tasks") else 0.0


def _paper(item: Item) -> Paper | Rejected:
    said = item.value
    spam = _pwc.quarantined(item.where, item.raw, said.get("title"), said.get("abstract"), *(said.get("tasks") or ()))
    if spam is not None:
        return spam
    return record(
        NAME,
        item.where,
        raw=item.raw,
        id=_pwc.paper_key(said.get("paper_url")) or said.get("paper_url"),
        title=said.get("title"),
        abstract=said.get("abstract") or said.get("short_abstract"),
        arxiv_id=said.get("arxiv_id"),
        openreview_id=said.get("openreview_id"),
        date=said.get("date"),
        authors=said.get("authors") or (),
        venue=said.get("proceeding") or said.get("conference"),
        url=said.get("url_abs") or said.get("paper_url"),
        facts=tuple(_facts(said)),
    )


def _facts(said: dict[str, Any]) -> Iterator[StatedFact]:
    for task in dict.fromkeys(t for t in said.get("tasks") or () if t):
        yield fact("Task", task, f"tasks: {task}", _TAGGED)
    for method in said.get("methods") or ():
        name = method.get("name")
        if name and not _pwc.spam_reason(name, method.get("full_name"), method.get("description")):
            yield fact("Method", name, f"methods: {name}", _TAGGED, (method.get("full_name") or "",))


LOADER: Final = Loader(
    name=NAME,
    label="Papers with Code: papers with abstracts",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence=_pwc.LICENCE,
    citation=_pwc.CITATION,
    homepage=_pwc.HOMEPAGE,
    sample="pwc-papers.json",
)
