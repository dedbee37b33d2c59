"""What resolution reads: loaded records with their annotations, and how to read them twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from schema.annotation import Annotations
from schema.ids import EntityId, digest, paper_id
from schema.paper import Paper


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """One record of a source as it was loaded, with what its text supports."""

    paper: Paper
    annotations: Annotations


Records = Iterable[LoadedRecord] | Callable[[], Iterable[LoadedRecord]]
"""Records that can be read more than once in one order: a list, a re-iterable object, or a function that opens them."""


def read_records(records: Records) -> Iterator[LoadedRecord]:
    """Begin reading from the start."""
    return iter(records() if callable(records) else records)


def record_key(paper: Paper) -> str:
    """A key that orders the records of one paper whatever the order of loading."""
    return "\t".join((paper.source, paper.where, paper.id or "", digest(paper.model_dump_json(), 16)))


def own_paper_id(paper: Paper) -> EntityId:
    """The id that one record alone gives its paper."""
    return paper_id(
        title=paper.title,
        doi=paper.doi,
        arxiv=paper.arxiv_id,
        pmid=paper.pmid,
        openalex=paper.openalex_id,
        # Records of Papers with Code that are parts of one paper end in "#" and what tells them apart.
        own=(paper.id or "").partition("#")[0] if paper.source.startswith("pwc-") else paper.id,
    )
