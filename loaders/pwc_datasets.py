"""Papers with Code: datasets with modalities and tasks, each a fact about the paper that introduces it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from loaders import _pwc
from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import KEPT_CHARS, record
from loaders._stated import fact, known_fact
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.paper import Paper, StatedFact

NAME: Final = "pwc-datasets"
_LISTED: Final = 0.95
_TAGGED: Final = 0.7
# The dump's plurals; what is coarser than any of our modalities ("Medical", "Biology") is left out.
_MODALITIES: Final = {
    "Images": "natural image", "Texts": "text", "Videos": "video", "Tabular": "structured data",
    "Time series": "time series", "Point cloud": "3D shape", "3D": "3D shape",
}  # fmt: skip


def read(source: Source) -> Records:
    """One partial record per dataset with a paper, in order; advertising and datasets without a paper are rejected."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain for the dump's own keys."""
    return 0.96 if _pwc.has_keys(head, "name", "modalities", "data_loaders", "variants") else 0.0


def _paper(item: Item) -> Paper | Rejected:
    said = item.value
    name = said.get("name") or said.get("full_name") or ""
    spam = _pwc.quarantined(item.where, item.raw, name, said.get("full_name"), said.get("description"))
    if spam is not None:
        return spam
    paper = said.get("paper") or {}
    if not name or not paper.get("title"):
        return Rejected(item.where, "no-paper", f"The dataset {name!r} names no paper.", item.raw[:KEPT_CHARS])
    url = paper.get("url")
    return record(
        NAME,
        item.where,
        raw=item.raw,
        id=f"{_pwc.paper_key(url) or url or paper['title']}#{name}",
        title=paper["title"],
        arxiv_id=_pwc.number_of(url),
        url=url,
        facts=tuple(_facts(said, name)),
    )


def _facts(said: dict[str, Any], name: str) -> Iterator[StatedFact]:
    aliases = [said.get("full_name") or "", *(v for v in said.get("variants") or () if isinstance(v, str))]
    yield fact("Dataset", name, f"datasets: {name}", _LISTED, aliases[:12], relation="introducesDataset")
    for modality in said.get("modalities") or ():
        label = _MODALITIES.get(modality, modality)
        yield from known_fact("Modality", label, f"modalities of {name}: {modality}", _TAGGED)
    for task in said.get("tasks") or ():
        label = task.get("task") if isinstance(task, dict) else task
        if label:
            yield fact("Task", label, f"tasks of {name}: {label}", _TAGGED)


LOADER: Final = Loader(
    name=NAME,
    label="Papers with Code: datasets",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence=_pwc.LICENCE,
    citation=_pwc.CITATION,
    homepage=_pwc.HOMEPAGE,
    sample="pwc-datasets.json",
)
