"""Records of one paper to one paper: fields united, annotations moved to the text that is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from kg.resolve.identifiers import identifiers
from kg.resolve.records import LoadedRecord, own_paper_id, record_key
from schema.annotation import Annotation, CodeRelease, Evidence, ResultAnnotation, Text
from schema.ids import EntityId
from schema.paper import Author, StatedFact, StatedResult

Item = TypeVar("Item")
Drawn = TypeVar("Drawn", Annotation, ResultAnnotation)


@dataclass(frozen=True, slots=True)
class MergedPaper:
    """What is known of one paper: its node's properties, facts with their sources, annotations of the kept text."""

    title: str
    properties: dict[str, Any]
    authors: tuple[Author, ...]
    venue: str | None
    cites: tuple[str, ...]
    facts: tuple[tuple[str, StatedFact], ...]
    stated_results: tuple[tuple[str, StatedResult], ...]
    edges: tuple[Annotation, ...]
    code: tuple[CodeRelease, ...]
    results: tuple[ResultAnnotation, ...]
    former_ids: tuple[EntityId, ...]


def merge_records(records: list[LoadedRecord]) -> MergedPaper:
    """One paper out of its records, whatever their order.

    The text is that of the record with the longest abstract; passages found in
    another record's text are kept where the kept text has the same words. For
    other fields a published record goes before a preprint.
    """
    ordered = sorted(records, key=lambda r: (_is_preprint(r), record_key(r.paper)))
    kept = min(ordered, key=lambda r: -len(r.paper.abstract))
    text = Text(kept.paper.title, kept.paper.abstract)
    return MergedPaper(
        title=text.title,
        properties=_properties(ordered, text),
        authors=max((r.paper.authors for r in ordered), key=_fullness),
        venue=_first(ordered, "venue"),
        cites=tuple(sorted({c for r in ordered for c in r.paper.cites})),
        facts=tuple((r.paper.source, f) for r in ordered for f in r.paper.facts),
        stated_results=tuple(dict.fromkeys((r.paper.source, s) for r in ordered for s in r.paper.results)),
        edges=_moved([a for r in ordered for a in r.annotations.edges], text),
        code=_unique([_code(r.annotations.code, text) for r in ordered]),
        results=_moved([a for r in ordered for a in r.annotations.results], text),
        former_ids=tuple(sorted({own_paper_id(r.paper) for r in ordered})),
    )


def _properties(ordered: list[LoadedRecord], text: Text) -> dict[str, Any]:
    papers = [r.paper for r in ordered]
    known = dict(i.partition(":")[::2] for p in reversed(papers) for i in identifiers(p))
    values = {
        "title": text.title,
        "abstract": text.abstract,
        "year": _first(ordered, "year"),
        "date": _first(ordered, "date"),
        "doi": known.get("doi") or _first(ordered, "doi"),
        "arxivId": known.get("arxiv"),
        "pubmedId": known.get("pmid"),
        "pmcId": known.get("pmcid"),
        "url": _first(ordered, "url"),
        "keywords": tuple(dict.fromkeys(k for p in papers for k in p.keywords)),
        "language": _first(ordered, "language"),
        "retracted": True if any(p.retracted for p in papers) else None,
        "sources": tuple(sorted({f"{p.source} {p.where or p.url or p.id or ''}".strip() for p in papers})),
    }
    return {name: value for name, value in values.items() if value not in (None, "", ())}


def _fullness(authors: tuple[Author, ...]) -> tuple[int, int, int]:
    """How much a list of people says: how many, how many with an ORCID, how long their names."""
    return len(authors), sum(a.orcid is not None for a in authors), sum(len(a.name) for a in authors)


def _is_preprint(record: LoadedRecord) -> bool:
    schemes = {i.partition(":")[0] for i in identifiers(record.paper)}
    return not schemes & {"doi", "pmid", "pmcid", "acl"}


def _first(ordered: list[LoadedRecord], field: str) -> Any:
    return next((v for r in ordered if (v := getattr(r.paper, field)) not in (None, "")), None)


def _unique(items: list[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


def _code(code: CodeRelease, text: Text) -> CodeRelease:
    evidence = code.evidence and _placed(code.evidence, text)
    return replace(code, evidence=evidence) if evidence or code.evidence is None else CodeRelease()


def _moved(annotations: list[Drawn], text: Text) -> tuple[Drawn, ...]:
    """The annotations with their passages in the kept text, without those whose words are not there."""
    placed = ((a, _placed(a.evidence, text)) for a in annotations)
    return _unique([replace(a, evidence=evidence) for a, evidence in placed if evidence])


def _placed(evidence: Evidence, text: Text) -> Evidence | None:
    if evidence.section == "source":
        return evidence
    section = text.section(evidence.section)
    if section[evidence.start : evidence.end] == evidence.quote:
        return evidence
    start = section.find(evidence.quote)
    return replace(evidence, start=start, end=start + len(evidence.quote)) if start >= 0 and evidence.quote else None
