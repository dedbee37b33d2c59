"""Tables as CSV or TSV with a header; columns are found by their usual names or by a mapping."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Final

from loaders._columns import code_facts, columns_of
from loaders._head import Head
from loaders._lines import LONGEST_LINE_BYTES, read_lines
from loaders._record import KEPT_CHARS, record
from loaders.base import Loader, Records, Source
from schema.errors import BadInput, Rejected
from schema.paper import Paper

NAME: Final = "csv"
_MOST_LINES: Final = 2000


def read(source: Source) -> Records:
    """Papers of the rows, in order; `where` is the row's first line."""
    separator = _separator(source.head.text)
    rows = _rows(source, separator)
    header: list[str] | None = None
    chosen: dict[str, str] = {}
    for number, row in rows:
        where = f"{source.name} line {number}"
        if isinstance(row, Rejected):
            yield row
        elif header is None:
            header = [h.strip() for h in row]
            try:
                chosen = columns_of(header, source.columns)
            except BadInput as err:
                yield Rejected(where, "bad-columns", err.message)
                return
            if "title" not in chosen:
                yield Rejected(where, "no-title", f"No column holds titles; the columns are {', '.join(header)[:500]}.")
                return
        else:
            yield _paper(dict(zip(header, row, strict=False)), chosen, where, row)


def recognises(head: Head) -> float:
    """Likely where the first line is a header with a column of titles."""
    if head.is_binary or head.json_paths or head.xml_root or not head.text.strip():
        return 0.0
    first = head.text.lstrip().splitlines()[0]
    separator = _separator(head.text)
    if separator not in first:
        return 0.5 if head.suffix in {".csv", ".tsv"} and re.fullmatch(r"\W*title\W*", first, re.IGNORECASE) else 0.0
    header = next(csv.reader([first], delimiter=separator, strict=False), [])
    chosen = columns_of([h.strip() for h in header], {})
    if head.suffix in {".csv", ".tsv", ".tab"} and "title" in chosen:
        return 0.9
    return 0.6 if "title" in chosen and len(chosen) >= 2 and all(len(h) < 60 for h in header) else 0.0


def _separator(text: str) -> str:
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    return max("\t,;|", key=first.count)


def _rows(source: Source, separator: str) -> Iterator[tuple[int, list[str] | Rejected]]:
    """Rows with the number of their first line.

    A quoted cell may span lines. A quote that is never closed would swallow
    the rest, so a row ends at the latest where a bound is reached; the lines
    behind its first one are then rows of their own, so that none is lost.
    """
    waiting: list[tuple[int, str]] = []
    size, is_open = 0, False
    for number, line in read_lines(source):
        if isinstance(line, Rejected):
            yield number, line
            continue
        if not line.strip() and not waiting:
            continue
        waiting.append((number, line))
        size += len(line)
        is_open = is_open != _leaves_open(line, separator, is_open)
        if is_open and len(waiting) < _MOST_LINES and size < LONGEST_LINE_BYTES:
            continue
        yield from _released(source.name, waiting, separator, is_open)
        waiting, size, is_open = [], 0, False
    if waiting:
        yield from _released(source.name, waiting, separator, is_open)


def _released(
    name: str, waiting: list[tuple[int, str]], separator: str, is_open: bool
) -> Iterator[tuple[int, list[str] | Rejected]]:
    if not is_open:
        yield waiting[0][0], _cells("\n".join(text for _, text in waiting), separator)
        return
    number, text = waiting[0]
    yield number, Rejected(f"{name} line {number}", "bad-csv", "A quote is opened and never closed.", text[:KEPT_CHARS])
    for number, text in waiting[1:]:
        yield number, _cells(text, separator)


def _cells(text: str, separator: str) -> list[str]:
    csv.field_size_limit(LONGEST_LINE_BYTES)
    return next(csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=False), [])


def _leaves_open(line: str, separator: str, is_open: bool) -> bool:
    """Whether a line opens a quoted cell that goes on behind it, or closes the one that is open.

    A quote counts where a cell begins with one: an inch sign inside a bare cell opens nothing.
    """
    if not is_open and not re.search(rf'(?:^|{re.escape(separator)})"', line):
        return False
    return line.count('"') % 2 == 1


def _paper(row: dict[str, str], chosen: dict[str, str], where: str, cells: list[str]) -> Paper | Rejected:
    said = {field: row.get(column) for field, column in chosen.items()}
    code = said.pop("code", None)
    facts = code_facts(code, chosen.get("code", ""))
    return record(NAME, where, raw="\t".join(cells), facts=facts, **said)


LOADER: Final = Loader(
    name=NAME,
    label="Tables (CSV, TSV)",
    suffixes=(".csv", ".tsv", ".tab"),
    recognises=recognises,
    read=read,
    licence="As the table's owner decides",
    sample="papers.csv",
)
