"""OpenAlex works: answers of the API, JSON Lines and the parts of the snapshot.

https://docs.openalex.org/api-entities/works/work-object
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._stated import known_facts, mesh_facts
from loaders._text import plain
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Paper, StatedFact

NAME: Final = "openalex"
_WITHIN: Final = ("results",)
_MARKS: Final = frozenset(
    {"abstract_inverted_index", "referenced_works", "authorships", "primary_topic", "is_paratext"}
)
_TOPIC_CONFIDENCE: Final = 0.7
"""Topics are given by a classifier, so a matching one is less than a statement of the authors."""


def read(source: Source) -> Records:
    """Papers of the works, in order; works that are front matter (paratext) are left out."""
    return read_json(source, _paper, _WITHIN)


def recognises(head: Head) -> float:
    """Certain where objects have several of the keys that only OpenAlex has."""
    keys = head.json_keys | {p.removeprefix("results[].") for p in head.json_paths if p.startswith("results[].")}
    return 0.95 if len(_MARKS & keys) >= 2 else 0.0


def uninverted(index: dict[str, list[int]]) -> str:
    """A text out of its inverted index, words in the order of their positions.

    >>> uninverted({"of": [1], "Images": [0], "CT": [2]})
    'Images of CT'
    """
    placed = sorted((at, word) for word, places in index.items() for at in places)
    return " ".join(word for _, word in placed)


def _paper(item: Item) -> Paper | Rejected | tuple[()]:
    said = item.value
    if said.get("is_paratext"):
        return ()
    ids = said.get("ids") or {}
    number = str(said.get("id") or "").rsplit("/", 1)[-1]
    places = [p for p in (said.get("primary_location"), *(said.get("locations") or ())) if p]
    pages = [str(p.get("landing_page_url") or "") for p in places]
    return record(
        NAME,
        item.where,
        raw=item.raw,
        id=number,
        openalex_id=number,
        title=plain(said.get("title") or said.get("display_name") or ""),
        abstract=plain(uninverted(said.get("abstract_inverted_index") or {})),
        doi=said.get("doi") or ids.get("doi"),
        pmid=ids.get("pmid"),
        pmcid=ids.get("pmcid"),
        arxiv_id=next((a for a in (arxiv_id(p) for p in pages if "arxiv.org" in p) if a), None),
        year=said.get("publication_year"),
        date=said.get("publication_date"),
        authors=[_author(a) for a in said.get("authorships") or ()],
        venue=next((v for v in (((p.get("source") or {}).get("display_name")) for p in places) if v), None),
        url=next(filter(None, pages), None) or said.get("id"),
        language=said.get("language"),
        keywords=[k.get("display_name") for k in said.get("keywords") or ()],
        retracted=bool(said.get("is_retracted")),
        licence=next((p["license"] for p in places if p.get("license")), None),
        cites=[f"openalex:{w.rsplit('/', 1)[-1]}" for w in said.get("referenced_works") or ()],
        facts=tuple(_facts(said)),
    )


def _author(said: dict[str, Any]) -> dict[str, Any]:
    author = said.get("author") or {}
    return {"name": author.get("display_name") or said.get("raw_author_name"), "orcid": author.get("orcid")}


def _facts(said: dict[str, Any]) -> Iterator[StatedFact]:
    seen = set[tuple[str, str]]()
    for one in (*_mesh(said), *_subjects(said)):
        if (one.relation, one.id or one.name) not in seen:
            seen.add((one.relation, one.id or one.name))
            yield one


def _mesh(said: dict[str, Any]) -> Iterator[StatedFact]:
    for m in said.get("mesh") or ():
        yield from mesh_facts(
            m.get("descriptor_ui") or "", m.get("descriptor_name") or "", filter(None, (m.get("qualifier_name"),))
        )


def _subjects(said: dict[str, Any]) -> Iterator[StatedFact]:
    for kind in ("topics", "keywords"):
        for one in said.get(kind) or ():
            name, score = one.get("display_name") or "", float(one.get("score") or 1)
            quote = f"OpenAlex {kind}: {name} ({score:.2f})"
            yield from known_facts(name, quote, round(_TOPIC_CONFIDENCE * min(max(score, 0), 1), 3))


LOADER: Final = Loader(
    name=NAME,
    label="OpenAlex works (JSON, JSON Lines)",
    suffixes=(".json", ".jsonl"),
    recognises=recognises,
    read=read,
    licence="CC0 1.0",
    citation="OpenAlex, OurResearch: Priem, Piwowar, Orr (2022), arXiv:2205.01833",
    homepage="https://docs.openalex.org",
    sample="openalex.json",
)
