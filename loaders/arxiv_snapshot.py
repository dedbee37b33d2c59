"""The snapshot of all arXiv metadata as JSON Lines (Kaggle, Cornell University)."""

from __future__ import annotations

from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._stated import code_in
from loaders.arxiv_atom import LICENCE, is_withdrawn
from loaders.arxiv_oai import _mail_date, split_authors
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.paper import Paper

NAME: Final = "arxiv-snapshot"


def read(source: Source) -> Records:
    """Papers of the snapshot, in its order; the first version gives the date."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain where objects have the snapshot's own keys."""
    return 0.95 if {"authors_parsed", "update_date", "title"} <= head.json_keys else 0.0


def _paper(item: Item) -> Paper | Rejected:
    said = item.value
    versions = said.get("versions") or []
    comment = str(said.get("comments") or "")
    return record(
        NAME, item.where, raw=item.raw, title=said.get("title"), abstract=said.get("abstract"), id=said.get("id"),
        arxiv_id=said.get("id"), doi=said.get("doi"), venue=said.get("journal-ref"), licence=said.get("license"),
        date=_mail_date(versions[0]["created"]) if versions else said.get("update_date"), authors=_authors(said),
        url=f"https://arxiv.org/abs/{said.get('id')}", keywords=str(said.get("categories") or "").split(),
        retracted=is_withdrawn(comment), facts=tuple(code_in(comment)),
    )  # fmt: skip


def _authors(said: dict[str, Any]) -> list[str]:
    parsed = said.get("authors_parsed")
    if not parsed:
        return split_authors(str(said.get("authors") or ""))
    return [
        " ".join(p for p in (given, family, suffix) if p)
        for family, given, suffix in ([*a, "", "", ""][:3] for a in parsed)
    ]


LOADER: Final = Loader(
    name=NAME,
    label="arXiv metadata snapshot (JSON Lines)",
    suffixes=(".json", ".jsonl"),
    recognises=recognises,
    read=read,
    licence=LICENCE,
    citation="arXiv Dataset, Cornell University, Kaggle",
    homepage="https://www.kaggle.com/datasets/Cornell-University/arxiv",
    sample="arxiv-snapshot.jsonl",
)
