"""CSL-JSON: what Zotero, Pandoc and DOI resolvers hand out.

https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html
"""

from __future__ import annotations

from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._text import plain
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Paper

NAME: Final = "csl-json"
_TYPES: Final = (
    "article",
    "paper-conference",
    "chapter",
    "book",
    "report",
    "thesis",
    "dataset",
    "software",
    "manuscript",
    "webpage",
)


def read(source: Source) -> Records:
    """Papers, in order."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain where objects have a type of CSL and dates in parts."""
    keys = head.json_keys
    if not {"type", "title"} <= keys or "is-referenced-by-count" in keys:
        return 0.0
    typed = any(f'"{t}' in head.text for t in _TYPES)
    return (
        0.9
        if typed and ({"issued", "id"} <= keys or "citation-key" in keys)
        else 0.35
        if typed and "container-title" in keys
        else 0.0
    )


def _paper(item: Item) -> Paper | Rejected:
    said = item.value
    number = str(said.get("number") or "")
    note = f"{number} {said.get('URL') or ''} {said.get('note') or ''} {said.get('publisher') or ''}"
    return record(
        NAME,
        item.where,
        raw=item.raw,
        id=_own_id(said),
        title=plain(str(said.get("title") or "")),
        abstract=plain(str(said.get("abstract") or "")),
        doi=said.get("DOI"),
        pmid=said.get("PMID"),
        pmcid=said.get("PMCID"),
        arxiv_id=arxiv_id(note) if "arxiv" in note.casefold() else None,
        date=_date(said.get("issued")),
        authors=said.get("author") or (),
        venue=said.get("container-title") or said.get("event-title"),
        url=said.get("URL"),
        keywords=said.get("keyword") or (),
        language=said.get("language"),
    )


def _own_id(said: dict[str, Any]) -> str | None:
    """The item's address; keys such as "smith2020" or "ITEM-1" mean other papers in other files."""
    own = str(said.get("id") or "")
    return own if own.startswith(("http://", "https://")) else None


def _date(issued: Any) -> str:
    if not isinstance(issued, dict):
        return str(issued or "")
    parts = (issued.get("date-parts") or [[]])[0]
    return "-".join(str(p).zfill(2) for p in parts if p) or str(issued.get("raw") or issued.get("literal") or "")


LOADER: Final = Loader(
    name=NAME,
    label="CSL-JSON",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence="As the library's owner decides",
    homepage="https://citationstyles.org",
    sample="csl.json",
)
