"""Results that model pages on Hugging Face state: `.eval_results/*.yaml`.

A result becomes part of the paper that its source names; one without a paper
is rejected, since there is nothing to hang it on.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from loaders._head import Head
from loaders._lines import decode
from loaders._record import KEPT_CHARS, record
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id, digest, doi
from schema.paper import Paper, StatedResult

NAME: Final = "hf-results"
LONGEST_FILE_BYTES: Final = 2**20
"""Each file holds the results of one model on one benchmark."""


def read(source: Source) -> Records:
    """One partial record per result, in the order of the file."""
    raw = b""
    while more := source.stream.read(LONGEST_FILE_BYTES + 1 - len(raw)):
        raw += more
    if len(raw) > LONGEST_FILE_BYTES:
        yield Rejected(source.name, "too-long", f"The file is longer than {LONGEST_FILE_BYTES:,} bytes.")
        return
    try:
        rows: Any = yaml.safe_load(decode(raw))
    except (yaml.YAMLError, RecursionError, ValueError) as err:
        yield Rejected(source.name, "bad-yaml", f"This is no YAML: {err}", decode(raw)[:KEPT_CHARS])
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        yield _result(row, f"{source.name} item {number}")


def recognises(head: Head) -> float:
    """Certain for lists of results on a dataset with a task."""
    if head.suffix not in {".yaml", ".yml"} and "- dataset:" not in head.text:
        return 0.0
    return 0.9 if all(f"{k}:" in head.text for k in ("dataset", "task_id", "value")) else 0.0


def _result(row: Any, where: str) -> Paper | Rejected:
    try:
        dataset, origin, value = row["dataset"], row.get("source") or {}, row["value"]
        address = str(origin.get("url") or "")
        number, link = arxiv_id(address), doi(address)
        if not number and not link:
            return Rejected(where, "no-paper", "The result's source is no paper.", str(row)[:KEPT_CHARS])
        result = StatedResult(
            metric=str(dataset["task_id"]), value=str(value), dataset=str(dataset["id"]).rsplit("/", 1)[-1]
        )
    except (TypeError, KeyError, AttributeError, ValueError) as err:
        return Rejected(where, "bad-record", f"The result has another shape ({err}).", str(row)[:KEPT_CHARS])
    return record(
        NAME,
        where,
        raw=str(row),
        id=f"{number or link}#{digest(str((dataset, origin)), 12)}",
        # The source's name is none of the paper; records of it from elsewhere have the title.
        title=f"arXiv:{number}" if number else f"doi:{link}",
        arxiv_id=number,
        doi=link,
        url=address,
        results=(result,),
    )


LOADER: Final = Loader(
    name=NAME,
    label="Hugging Face evaluation results (YAML)",
    suffixes=(".yaml", ".yml"),
    recognises=recognises,
    read=read,
    licence="As each repository states",
    citation="Hugging Face Hub",
    homepage="https://huggingface.co/docs/hub/eval-results",
    sample="hf-results.yaml",
)
