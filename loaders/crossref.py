"""Crossref works: answers of the REST API and the public data file.

https://github.com/CrossRef/rest-api-doc. A notice that retracts another
work also gives a record of that other work, marked as retracted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._text import plain
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import doi
from schema.paper import Paper

NAME: Final = "crossref"
_WITHIN: Final = ("message.items", "items")
_JATS_TITLE: Final = re.compile(r"<(?:jats:)?title>\s*([^<]*?)\s*[:.]?\s*</(?:jats:)?title>")
_JATS_END: Final = re.compile(r"</(?:jats:)?(?:p|sec|list-item)>")
_NOTICE: Final = re.compile(
    r"^\W*(retract\w*|withdraw\w*)( (note|notice|article|statement))*( (to|of|on))?\W+", re.IGNORECASE
)
_ENDED: Final = frozenset({"retraction", "withdrawal", "removal", "partial_retraction"})
_DATES: Final = ("published", "issued", "published-print", "published-online", "posted", "accepted")


def read(source: Source) -> Records:
    """Papers of the works, in order."""
    return read_json(source, _papers, _WITHIN)


def recognises(head: Head) -> float:
    """Certain where objects have Crossref's keys for identifiers and containers."""
    for prefix in ("", "[].", "message.items[].", "items[].", "message."):
        if f"{prefix}DOI" in head.json_paths and f"{prefix}title" in head.json_paths:
            marks = ("container-title", "is-referenced-by-count", "indexed", "deposited", "references-count", "member")
            found = sum(f"{prefix}{m}" in head.json_paths for m in marks)
            return 0.95 if found >= 2 else 0.0
    return 0.0


def _papers(item: Item) -> Iterator[Paper | Rejected]:
    said = item.value.get("message") if isinstance(item.value.get("message"), dict) else item.value
    assert isinstance(said, dict)
    title = _title(said)
    yield record(
        NAME,
        item.where,
        raw=item.raw,
        id=doi(str(said.get("DOI") or "")),
        doi=said.get("DOI"),
        title=title,
        abstract=jats(said.get("abstract") or ""),
        date=_date(said),
        authors=said.get("author") or (),
        venue=_first(said.get("container-title")) or _first((said.get("event") or {}).get("name")),
        url=said.get("URL"),
        keywords=said.get("subject") or (),
        language=said.get("language"),
        licence=next((x["URL"] for x in said.get("license") or () if x.get("URL")), None),
        cites=[f"doi:{d}" for d in (doi(str(r.get("DOI") or "")) for r in said.get("reference") or ()) if d],
        retracted=any(u.get("type") in _ENDED for u in said.get("updated-by") or ())
        or title.startswith(("RETRACTED", "WITHDRAWN")),
    )
    for update in said.get("update-to") or ():
        if update.get("type") in _ENDED and update.get("DOI"):
            named, number = _NOTICE.sub("", title) or title, doi(update["DOI"])
            # Not the work's own record, which this one must not replace.
            own = f"{number}#{update['type']}"
            yield record(NAME, item.where, raw=item.raw, title=named, id=own, doi=number, retracted=True)


def jats(marked: str) -> str:
    """An abstract in JATS mark-up as text: a section's title stands before its paragraph.

    >>> jats("<jats:sec><jats:title>Aim</jats:title><jats:p>To <jats:italic>see</jats:italic>.</jats:p></jats:sec>")
    'Aim: To see.'
    """
    text = _JATS_TITLE.sub(lambda m: "" if m[1].casefold() in {"abstract", ""} else f"{m[1]}: ", marked)
    return plain(_JATS_END.sub("\n\n", text)).strip()


def _title(said: dict[str, Any]) -> str:
    title, subtitle = plain(_first(said.get("title"))), plain(_first(said.get("subtitle")))
    return f"{title}: {subtitle}" if subtitle and subtitle.casefold() not in title.casefold() else title


def _first(value: Any) -> str:
    return str(value[0] or "") if isinstance(value, list) and value else value if isinstance(value, str) else ""


def _date(said: dict[str, Any]) -> str:
    for name in _DATES:
        parts = ((said.get(name) or {}).get("date-parts") or [[]])[0]
        if parts and parts[0]:
            return "-".join(f"{p:02}" for p in parts)
    return ""


LOADER: Final = Loader(
    name=NAME,
    label="Crossref works (JSON, JSON Lines)",
    suffixes=(".json", ".jsonl"),
    recognises=recognises,
    read=read,
    licence="Metadata are facts, free to use; abstracts may be under copyright",
    citation="Crossref, https://www.crossref.org",
    homepage="https://www.crossref.org/documentation/retrieve-metadata/rest-api/",
    sample="crossref.json",
)
