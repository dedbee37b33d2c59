"""Papers with Code: evaluation tables, one task with its datasets and leader boards per object."""

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
from schema.ids import digest
from schema.paper import Paper, StatedResult

NAME: Final = "pwc-tables"
_LISTED: Final = 0.9
_DEEPEST: Final = 12


def read(source: Source) -> Records:
    """One partial record per row of each table, in order, subtasks and subdatasets after their parents."""
    return read_json(source, lambda item: _task(item.value, item, 0))


def recognises(head: Head) -> float:
    """Certain for the dump's own keys."""
    return 0.96 if _pwc.has_keys(head, "task", "datasets", "subtasks") else 0.0


def _task(said: dict[str, Any], item: Item, depth: int) -> Iterator[Paper | Rejected]:
    name = str(said.get("task") or "")
    spam = _pwc.quarantined(item.where, name, name, said.get("description"))
    if spam is not None:
        yield spam
        return
    for dataset in said.get("datasets") or ():
        yield from _dataset(dataset, name, item, depth)
    for subtask in said.get("subtasks") or ():
        if depth < _DEEPEST:
            yield from _task(subtask, item, depth + 1)


def _dataset(said: dict[str, Any], task: str, item: Item, depth: int) -> Iterator[Paper | Rejected]:
    name = str(said.get("dataset") or "")
    if not _pwc.spam_reason(name, said.get("description")):
        for row in (said.get("sota") or {}).get("rows") or ():
            yield _row(row, task, name, item.where)
    for inner in said.get("subdatasets") or ():
        if depth < _DEEPEST:
            yield from _dataset(inner, task, item, depth + 1)


def _row(row: dict[str, Any], task: str, dataset: str, where: str) -> Paper | Rejected:
    model, url = str(row.get("model_name") or ""), row.get("paper_url")
    place = f"{where}: {task} on {dataset}"
    spam = _pwc.quarantined(place, model, model, row.get("paper_title"))
    if spam is not None:
        return spam
    if not row.get("paper_title"):
        return Rejected(place, "no-paper", f"The result of {model!r} names no paper.", str(row)[:2000])
    results = tuple(
        StatedResult(
            metric=str(metric),
            value=str(value).removesuffix("%").strip(),
            unit="%" if str(value).endswith("%") else None,
            dataset=dataset or None,
            task=task or None,
            method=model or None,
        )
        for metric, value in (row.get("metrics") or {}).items()
        if value not in (None, "")
    )
    facts = [fact("Task", task, f"evaluation table: {task}", _LISTED)] if task else []
    facts += [fact("Dataset", dataset, f"evaluation table: {dataset}", _LISTED)] if dataset else []
    key = _pwc.paper_key(url) or url or row["paper_title"]
    return record(
        NAME,
        place,
        raw=str(row),
        id=f"{key}#{digest(f'{task}|{dataset}|{model}', 12)}",
        title=row["paper_title"],
        url=url,
        arxiv_id=_pwc.number_of(url),
        date=row.get("paper_date"),
        facts=tuple(facts),
        results=results,
    )


LOADER: Final = Loader(
    name=NAME,
    label="Papers with Code: evaluation tables",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence=_pwc.LICENCE,
    citation=_pwc.CITATION,
    homepage=_pwc.HOMEPAGE,
    sample="pwc-tables.json",
)
