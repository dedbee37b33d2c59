"""JSON Lines: one paper per line with the field names of our own record."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from loaders._head import Head
from loaders._json import parse
from loaders._lines import read_lines
from loaders._record import KEPT_CHARS, record
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.paper import Paper, StatedFact, StatedResult

NAME: Final = "jsonl"
_TAKEN: Final = frozenset(Paper.model_fields) - {"source", "where", "facts", "results"}
_OTHER_NAMES: Final = {
    "summary": "abstract",
    "arxiv": "arxiv_id",
    "link": "url",
    "license": "licence",
    "published": "date",
}


def read(source: Source) -> Records:
    """Papers of JSON Lines, in order; fields that are not ours are left alone."""
    for number, line in read_lines(source):
        if isinstance(line, Rejected):
            yield line
        elif line.strip():
            yield _read_line(line, f"{source.name} line {number}")


def recognises(head: Head) -> float:
    """Likely where lines are objects with a title; a source with its own loader is surer."""
    if not head.is_json_lines or "title" not in head.json_keys:
        return 0.0
    return 0.5 if "abstract" in head.json_keys else 0.4


def _read_line(line: str, where: str) -> Paper | Rejected:
    item = parse(line, where)
    if isinstance(item, Rejected):
        return item
    said = item.value
    fields: dict[str, Any] = {ours: said[other] for other, ours in _OTHER_NAMES.items() if other in said}
    fields |= {k: v for k, v in said.items() if k in _TAKEN}
    try:
        facts = tuple(StatedFact.model_validate(f) for f in said.get("facts") or ())
        results = tuple(StatedResult.model_validate(r) for r in said.get("results") or ())
    except (ValidationError, TypeError) as err:
        return Rejected(where, "bad-record", f"facts or results: {err}", line[:KEPT_CHARS])
    return record(NAME, where, raw=line, facts=facts, results=results, **fields)


LOADER: Final = Loader(
    name=NAME,
    label="JSON Lines with our own field names",
    suffixes=(".jsonl", ".ndjson"),
    recognises=recognises,
    read=read,
    sample="papers.jsonl",
)
