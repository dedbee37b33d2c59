"""RIS, as publishers and reference managers export it. Each record is parsed by itself by the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import rispy

from loaders._head import Head
from loaders._lines import read_lines
from loaders._record import KEPT_CHARS, record
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Paper

NAME: Final = "ris"
_TAG: Final = re.compile(r"^([A-Z][A-Z0-9])  ?- ?")
_LONGEST_LINES: Final = 20_000


def read(source: Source) -> Records:
    """Papers, in order; `where` is the line of the record's type."""
    for number, lines in _blocks(source):
        where = f"{source.name} line {number}"
        if isinstance(lines, Rejected):
            yield lines
            continue
        raw = "\n".join(lines)
        try:
            found = rispy.loads("\n".join([*lines, "ER  - ", ""]))
            said: dict[str, Any] = found[0] if found else {}
        except (rispy.parser.ParseError, OSError, ValueError, KeyError, IndexError, TypeError) as err:
            yield Rejected(where, "bad-ris", f"The record cannot be read: {err}.", raw[:KEPT_CHARS])
            continue
        yield _paper(said, where, raw)


def recognises(head: Head) -> float:
    """Certain where the first line is a type."""
    first = next((line for line in head.text.splitlines() if line.strip()), "")
    return 0.97 if re.match(r"^TY  ?-", first) else 0.0


def _blocks(source: Source) -> Iterator[tuple[int, list[str] | Rejected]]:
    """The lines of each record without its end, and the number of its first line; a new type ends the one before."""
    first, lines = 0, list[str]()
    for number, line in read_lines(source):
        if isinstance(line, Rejected):
            yield number, line
            continue
        tag = _TAG.match(line)
        kind = tag[1] if tag else ""
        if kind in {"TY", "ER"} or len(lines) > _LONGEST_LINES:
            if lines:
                yield first, lines
            lines = []
        if kind == "TY":
            first, lines = number, [_normal(line)]
        elif lines and kind != "ER" and line.strip():
            # A line without a tag goes on with the value before it.
            lines.append(_normal(line)) if tag else lines.__setitem__(-1, f"{lines[-1]} {line.strip()}")
    if lines:
        yield first, lines


def _normal(line: str) -> str:
    return _TAG.sub(r"\1  - ", line)


def _paper(said: dict[str, Any], where: str, raw: str) -> Paper | Rejected:
    links = " ".join(said.get("urls") or ()) + " " + str(said.get("url") or "")
    notes = " ".join(
        map(
            str,
            (
                said.get("accession_number"),
                said.get("number"),
                said.get("name_of_database"),
                *(said.get("notes") or ()),
            ),
        )
    )
    is_pubmed = "pubmed" in f"{links} {notes}".casefold() or "medline" in notes.casefold()
    accession = str(said.get("accession_number") or "")
    return record(
        NAME,
        where,
        raw=raw,
        title=said.get("title") or said.get("primary_title") or said.get("short_title"),
        abstract=said.get("abstract") or said.get("notes_abstract"),
        doi=said.get("doi") or (links if "doi.org/" in links else None),
        arxiv_id=arxiv_id(f"{links} {notes}") if "arxiv" in f"{links} {notes}".casefold() else None,
        pmid=accession if is_pubmed and accession.isdigit() else None,
        date=said.get("date") or said.get("year") or said.get("publication_year"),
        year=said.get("year") or said.get("publication_year"),
        authors=said.get("authors") or said.get("first_authors") or (),
        venue=said.get("journal_name")
        or said.get("secondary_title")
        or said.get("alternate_title3")
        or said.get("alternate_title1"),
        url=(said.get("urls") or [said.get("url")])[0],
        keywords=said.get("keywords") or (),
        language=_language(said.get("language")),
    )


def _language(said: Any) -> str | None:
    return {"english": "en", "eng": "en", "german": "de", "french": "fr", "spanish": "es"}.get(
        str(said).casefold()
    ) or (said if isinstance(said, str) and len(said) == 2 else None)


LOADER: Final = Loader(
    name=NAME,
    label="RIS",
    suffixes=(".ris",),
    recognises=recognises,
    read=read,
    licence="As the publisher or the library's owner decides",
    sample="references.ris",
)
