"""Makes a record of what a loader found, or a rejection that says why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic import ValidationError

from loaders._text import clean, one_line, paragraphs
from schema.errors import Rejected
from schema.ids import arxiv_id, doi, pmid
from schema.paper import Author, Paper

KEPT_CHARS: Final = 100_000
"""How much of a rejected record is kept for another try."""
_YEAR: Final = re.compile(r"(?<!\d)(1[4-9]\d\d|2[01]\d\d)(?!\d)")
_DATE: Final = re.compile(
    r"(?<!\d)(1[4-9]\d\d|2[01]\d\d)(?:[-/.](0?[1-9]|1[0-2])(?:[-/.](0?[1-9]|[12]\d|3[01]))?)?(?!\d)"
)
_SCHEME: Final = re.compile(r"https?://\S+", re.IGNORECASE)


def record(source: str, where: str, *, raw: str = "", **said: Any) -> Paper | Rejected:
    """A `Paper` of what a source said, cleaned and with identifiers in one form; `Rejected` where it cannot be one.

    `said` holds the fields of `Paper` as the source has them: text may have
    line ends and control characters, identifiers may be links, authors may be
    names, a date may carry a time. Empty values count as absent.
    """
    fields = {k: v for k, v in said.items() if v not in (None, "", (), [])}
    title = one_line(_text(fields.pop("title", "")))
    if not title:
        return Rejected(where, "no-title", "The record has no title.", raw[:KEPT_CHARS])
    try:
        return Paper(title=title, source=source, where=where, **_tidied(fields))
    except ValidationError as err:
        first = err.errors()[0]
        field = ".".join(map(str, first["loc"])) or "record"
        return Rejected(where, "bad-record", f"{field}: {first['msg']}.", clean(raw[:KEPT_CHARS]))


def names(value: Any) -> tuple[Author, ...]:
    """Authors out of a list of names or of objects with a name, or of one text with semicolons or "and" between names.

    A name "Family, Given" is turned round; what has no name is left out.
    """
    if isinstance(value, str):
        value = _split_names(value)
    found = (a if isinstance(a, Author) else _author(a) for a in _items(value))
    return tuple(a for a in found if a is not None)


def words(value: Any) -> tuple[str, ...]:
    """Keywords out of a list or out of one text with semicolons or commas between them, each once."""
    if isinstance(value, str):
        value = value.split(";") if ";" in value else value.split(",")
    found = (one_line(_text(v)) for v in _items(value))
    return tuple(dict.fromkeys(w for w in found if w))


def given_first(name: str) -> str:
    """A name with the given name first.

    >>> given_first("Curie, Marie"), given_first("Marie Curie"), given_first("King, Jr., Martin")
    ('Marie Curie', 'Marie Curie', 'Martin King, Jr.')
    """
    parts = [p.strip() for p in name.split(",")]
    if len(parts) == 2 and all(parts):
        return f"{parts[1]} {parts[0]}"
    return f"{parts[2]} {parts[0]}, {parts[1]}" if len(parts) == 3 and all(parts) else name


def orcid(value: Any) -> str | None:
    """The ORCID iD in a link or a bare id, or None."""
    found = re.search(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", str(value or ""))
    return found[0] if found else None


def _tidied(fields: dict[str, Any]) -> dict[str, Any]:
    tidy: dict[str, Any] = {}
    for name, value in fields.items():
        made = _TIDY[name](value) if name in _TIDY else value
        if made not in (None, "", ()):
            tidy[name] = made
    if "arxiv_id" not in tidy and (number := arxiv_id(tidy.get("doi", "").partition("10.48550/arxiv.")[2])):
        tidy["arxiv_id"] = number  # arXiv's own DOIs
    if "date" in tidy and "year" not in tidy:
        tidy["year"] = int(tidy["date"][:4])
    return tidy


def _split_names(line: str) -> list[str]:
    if re.search(r";|\sand\s", line):
        return re.split(r"\s*;\s*|\s+and\s+", line)
    parts = re.split(r"\s*,\s+", line)
    # "Curie, Marie" is one person, "Marie Curie, Pierre Curie" are two.
    return [line] if len(parts) == 2 and " " not in parts[0].strip() else parts


def _author(value: Any) -> Author | None:
    if isinstance(value, dict):
        name = value.get("name") or value.get("literal") or " ".join(
            str(value[k]) for k in ("given", "family") if value.get(k)
        )  # fmt: skip
        said = {"name": one_line(given_first(_text(name))), "orcid": orcid(value.get("orcid") or value.get("ORCID"))}
    else:
        said = {"name": one_line(given_first(_text(value))), "orcid": None}
    return Author(name=said["name"], orcid=said["orcid"]) if said["name"] else None


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else [value] if isinstance(value, dict) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _line(value: Any) -> str:
    return one_line(_text(value))


def _year(value: Any) -> int | None:
    found = _YEAR.search(_text(value))
    return int(found[1]) if found else None


def _date(value: Any) -> str | None:
    found = _DATE.search(_text(value))
    return "-".join(part.zfill(2) for part in found.groups() if part) if found else None


def _url(value: Any) -> str | None:
    found = _SCHEME.match(_text(value).strip())
    return clean(found[0]) if found else None


def _pmcid(value: Any) -> str | None:
    found = re.search(r"(?:PMC)?(\d+)", _text(value), re.IGNORECASE)
    return f"PMC{found[1]}" if found else None


_TIDY: dict[str, Callable[[Any], Any]] = {
    "abstract": lambda v: paragraphs(_text(v)),
    "arxiv_id": lambda v: arxiv_id(_text(v)),
    "authors": names,
    "cites": words,
    "date": _date,
    "doi": lambda v: doi(_text(v)),
    "facts": tuple,
    "id": lambda v: (
        _line(v) if len(_line(v)) > 6 or not _line(v).isdigit() else None
    ),  # a row's number is no identifier
    "keywords": words,
    "language": _line,
    "licence": _line,
    "pmcid": _pmcid,
    "pmid": lambda v: pmid(_text(v)),
    "results": tuple,
    "retracted": bool,
    "url": _url,
    "venue": _line,
    "year": _year,
}
_TIDY |= dict.fromkeys(("acl_id", "openalex_id", "openreview_id", "s2_id"), _line)
