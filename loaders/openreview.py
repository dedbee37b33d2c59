"""Lists of conference papers: OpenReview's notes (both versions of its API) and lists such as conferences publish.

A list's object has a title and often abstract, authors, keywords, status,
github, site, pdf; OpenReview's has them under `content`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import names, record
from loaders._stated import code_fact
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id, doi
from schema.paper import Paper, StatedFact

NAME: Final = "conference"
_WITHIN: Final = ("notes",)
_CODE_KEYS: Final = ("github", "code", "code_url", "Code", "software", "repository")
_MARKS: Final = (
    "keywords",
    "site",
    "track",
    "status",
    "openreview",
    "pdf",
    "github",
    "aff",
    "tldr",
    "primary_area",
    "author",
    "authors",
)


def read(source: Source) -> Records:
    """Papers, in order; replies and reviews among OpenReview's notes are left out."""
    return read_json(source, _paper, _WITHIN)


def recognises(head: Head) -> float:
    """Certain for OpenReview's notes; likely for a JSON list of objects with a title and marks of a conference."""
    if any(p.endswith(("content.title", "content.title.value")) for p in head.json_paths):
        return (
            0.95
            if any(p.rsplit(".", 1)[-1] in {"forum", "invitation", "invitations"} for p in head.json_paths)
            else 0.6
        )
    keys = head.json_keys
    if "title" not in keys or "abstract" not in keys:
        return 0.0
    found = sum(m in keys for m in _MARKS)
    return (
        0.45
        if not head.is_json_lines and found < 2
        else 0.7
        if found >= 4 and "github" in keys | {"status"}
        else 0.48
        if found >= 2
        else 0.0
    )


def _paper(item: Item) -> Paper | Rejected | tuple[()]:
    note = item.value
    content: dict[str, Any] = note.get("content") or note
    said = {k: v.get("value") if isinstance(v, dict) and "value" in v else v for k, v in content.items()}
    forum = note.get("forum")
    if forum and note.get("id") not in (None, forum):
        return ()
    number = forum or _forum(said) or (note.get("id") if "content" in note else None)
    link = next((str(said[k]) for k in ("site", "url", "html", "proceeding", "openreview", "pdf") if said.get(k)), "")
    return (
        record(
            NAME,
            item.where,
            raw=item.raw,
            title=said.get("title"),
            abstract=said.get("abstract") or said.get("TL;DR"),
            id=note.get("id") or number,
            openreview_id=number,
            doi=said.get("doi"),
            arxiv_id=_arxiv(said),
            authors=names(said.get("authors") or said.get("author")),
            venue=said.get("venue") or said.get("conference") or said.get("conf_name"),
            date=_date(note, said),
            year=said.get("year"),
            url=f"https://openreview.net/forum?id={number}" if number else link,
            keywords=said.get("keywords") or (),
            licence=note.get("license"),
            facts=tuple(_facts(said)),
            retracted="withdrawn" in str(said.get("venueid", "")).casefold(),
        )
        if _is_ours(said)
        else ()
    )


def _is_ours(said: dict[str, Any]) -> bool:
    """Whether a note is a submission: reviews and comments have other fields and no abstract."""
    return bool(said.get("title")) or not ({"review", "comment", "decision", "rating"} & said.keys())


def _forum(said: dict[str, Any]) -> str | None:
    for key in ("openreview", "site", "url", "pdf"):
        found = re.search(r"openreview\.net/\w+\?id=([\w-]+)", str(said.get(key) or ""))
        if found:
            return found[1]
    return None


def _arxiv(said: dict[str, Any]) -> str | None:
    for key in ("arxiv", "arxiv_id", "pdf", "site", "url"):
        value = str(said.get(key) or "")
        if key.startswith("arxiv") or "arxiv.org" in value:
            return arxiv_id(value)
    return None


def _date(note: dict[str, Any], said: dict[str, Any]) -> str | None:
    for key in ("pdate", "odate", "cdate"):
        if isinstance(note.get(key), int):
            return datetime.fromtimestamp(note[key] / 1000, UTC).date().isoformat()
    return said.get("date") or (said.get("published") if not doi(str(said.get("published"))) else None)


def _facts(said: dict[str, Any]) -> Iterator[StatedFact]:
    seen = set()
    for key in _CODE_KEYS:
        for url in re.findall(r"https?://[^\s;,]+", str(said.get(key) or "")):
            if url not in seen:
                seen.add(url)
                yield code_fact(url, f"{key}: {url}")


LOADER: Final = Loader(
    name=NAME,
    label="OpenReview notes and conference lists (JSON)",
    suffixes=(".json", ".jsonl"),
    recognises=recognises,
    read=read,
    licence="As the conference states (OpenReview: CC BY 4.0)",
    citation="OpenReview, https://openreview.net, or the conference",
    homepage="https://docs.openreview.net",
    sample="conference.json",
)
