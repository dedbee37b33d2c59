"""Tables as Parquet; needs the extra `parquet`. Columns are found as in CSV."""

from __future__ import annotations

from typing import Any, Final

from loaders._columns import code_facts, columns_of
from loaders._head import Head
from loaders._open import seekable
from loaders._record import record
from loaders.base import Loader, Records, Source
from schema.errors import BadInput, Rejected, Unavailable
from schema.paper import Paper

NAME: Final = "parquet"
_ROWS: Final = 1000


def read(source: Source) -> Records:
    """Papers of the rows, in order, read a thousand at a time; raises `Unavailable` without the extra."""
    try:
        import pyarrow
        import pyarrow.parquet as pq
    except ImportError as err:
        raise Unavailable("Parquet needs pyarrow. Install it with: pip install 'paperatlas[parquet]'") from err
    number = 0
    try:
        with seekable(source.stream) as stream:
            table = pq.ParquetFile(stream)
            chosen = columns_of(table.schema_arrow.names, source.columns)
            if "title" not in chosen:
                there = ", ".join(table.schema_arrow.names)
                yield Rejected(source.name, "no-title", f"No column holds titles; the columns are {there}.")
                return
            for batch in table.iter_batches(batch_size=_ROWS, columns=list(chosen.values())):
                for row in batch.to_pylist():
                    number += 1
                    yield _paper(row, chosen, f"{source.name} row {number}")
    except BadInput as err:
        yield Rejected(source.name, "bad-columns", err.message)
    except (pyarrow.ArrowException, OSError, ValueError) as err:
        where = f"{source.name} row {number + 1}"
        yield Rejected(where, "bad-parquet", f"The table cannot be read from here on: {err}.")


def recognises(head: Head) -> float:
    """Certain for the format's first bytes."""
    return 0.99 if head.data.startswith(b"PAR1") else 0.0


def _paper(row: dict[str, Any], chosen: dict[str, str], where: str) -> Paper | Rejected:
    said = {field: _plain(row.get(column)) for field, column in chosen.items()}
    code = said.pop("code", None)
    return record(NAME, where, raw=repr(row)[:2000], facts=code_facts(code, chosen.get("code", "")), **said)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


LOADER: Final = Loader(
    name=NAME,
    label="Parquet tables",
    suffixes=(".parquet",),
    recognises=recognises,
    read=read,
    licence="As the table's owner decides",
    sample="papers.parquet",
)
