"""Papers with Code: methods, each a fact about the paper that proposes it. The dump is full of advertising."""

from __future__ import annotations

from typing import Final

from loaders import _pwc
from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import KEPT_CHARS, record
from loaders._stated import fact
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.paper import Paper

NAME: Final = "pwc-methods"
_LISTED: Final = 0.95


def read(source: Source) -> Records:
    """One partial record per method with a paper, in order; advertising and methods without a paper are rejected."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain for the dump's own keys."""
    return 0.96 if _pwc.has_keys(head, "name", "full_name", "collections", "introduced_year") else 0.0


def _paper(item: Item) -> Paper | Rejected:
    said = item.value
    name, full_name = said.get("name") or "", said.get("full_name") or ""
    spam = _pwc.quarantined(item.where, item.raw, name, full_name, said.get("description"), said.get("source_title"))
    if spam is not None:
        return spam
    paper = said.get("paper") or {}
    title, url = paper.get("title") or said.get("source_title"), paper.get("url")
    if not title or not (name or full_name):
        return Rejected(item.where, "no-paper", f"The method {name!r} names no paper.", item.raw[:KEPT_CHARS])
    stated = fact(
        "Method", name or full_name, f"methods: {name or full_name}", _LISTED, (full_name,), relation="proposesMethod"
    )
    return record(
        NAME,
        item.where,
        raw=item.raw,
        id=f"{_pwc.paper_key(url) or said.get('source_url') or title}#{name or full_name}",
        title=title,
        arxiv_id=_pwc.number_of(said.get("source_url")),
        url=said.get("source_url") or url,
        facts=(stated,),
    )


LOADER: Final = Loader(
    name=NAME,
    label="Papers with Code: methods",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence=_pwc.LICENCE,
    citation=_pwc.CITATION,
    homepage=_pwc.HOMEPAGE,
    sample="pwc-methods.json",
)
