"""Tables as Parquet; needs the extra `parquet`.

Dumps are handed on as Parquet with the columns of their JSON (Papers with
Code, arXiv's snapshot, OpenAlex): such rows are read by the JSON's own loader.
In other tables columns are found as in CSV.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, Final, cast

import orjson

from loaders._columns import code_facts, columns_of
from loaders._head import Head
from loaders._open import seekable
from loaders._record import record
from loaders.base import Loader, Records, Source
from schema.errors import BadInput, Rejected, Unavailable
from schema.paper import Paper

NAME: Final = "parquet"
_ROWS: Final = 1000
_SURE: Final = 0.9
Row = dict[str, Any]


def read(source: Source) -> Records:
    """Papers of the rows, in order, read a thousand at a time; raises `Unavailable` without the extra."""
    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError as err:
        raise Unavailable("Parquet needs pyarrow. Install it with: pip install 'paperatlas[parquet]'") from err
    try:
        with seekable(source.stream) as stream:
            table = pq.ParquetFile(stream)
            names = table.schema_arrow.names
            first = [*islice(_rows(table, names), 20)]
            as_json = None if source.columns else _as_json(source, first, _rows(table, names))
            yield from as_json or _columns(source, names, table)
    except BadInput as err:
        yield Rejected(source.name, "bad-columns", err.message)
    except (pyarrow.ArrowException, OSError, ValueError) as err:
        yield Rejected(source.name, "bad-parquet", f"The table cannot be read further: {err}.")


def recognises(head: Head) -> float:
    """Certain for the format's first bytes."""
    return 0.99 if head.data.startswith(b"PAR1") else 0.0


def _columns(source: Source, names: list[str], table: Any) -> Records:
    chosen = columns_of(names, source.columns)
    if "title" not in chosen:
        yield Rejected(source.name, "no-title", f"No column holds titles; the columns are {', '.join(names)}.")
        return
    for number, row in enumerate(_rows(table, list(chosen.values())), 1):
        yield _paper(row, chosen, f"{source.name} row {number}")


def _rows(table: Any, columns: list[str]) -> Iterator[Row]:
    for batch in table.iter_batches(batch_size=_ROWS, columns=columns):
        yield from batch.to_pylist()


def _as_json(source: Source, first: list[Row], rows: Iterator[Row]) -> Records | None:
    """The records as the loader of a JSON format reads them, where the rows have its keys for certain."""
    from loaders.table import LOADERS  # the table holds this loader too

    head = Head(b"".join(map(_line, first)), source.name)
    sure, best = max(((one.recognises(head), one) for one in LOADERS.values()), key=lambda pair: pair[0])
    if sure < _SURE:
        return None
    stream = cast(BinaryIO, io.BufferedReader(_Lines(map(_line, rows))))
    return best.read(Source(source.name, head, stream, source.columns, source.faults))


def _line(row: Row) -> bytes:
    return orjson.dumps(row, default=str) + b"\n"


class _Lines(io.RawIOBase):
    """Lines as a stream of bytes."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        if not self._rest:
            self._rest = next(self._lines, b"")
        chunk, self._rest = self._rest[:size], self._rest[size:]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _paper(row: Row, chosen: dict[str, str], where: str) -> Paper | Rejected:
    said = {field: _plain(row.get(column)) for field, column in chosen.items()}
    code = said.pop("code", None)
    return record(NAME, where, raw=repr(row)[:2000], facts=code_facts(code, chosen.get("code", "")), **said)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


LOADER: Final = Loader(
    name=NAME,
    label="Parquet tables, and dumps as Parquet",
    suffixes=(".parquet",),
    recognises=recognises,
    read=read,
    licence="As the table's owner decides",
    sample="papers.parquet",
)
