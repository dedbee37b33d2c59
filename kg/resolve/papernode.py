"""One merged paper to its node, its results, repositories, people and venue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.resolve.decisions import Decision, of_type
from kg.resolve.entities import NAMED, Entities
from kg.resolve.identifiers import cited_identifier
from kg.resolve.identity import Papers
from kg.resolve.merge import MergedPaper
from kg.resolve.names import fold
from kg.resolve.reading import Mention
from kg.resolve.records import LoadedRecord
from kg.resolve.repositories import Address, commonest, repository_id, repository_node, repository_url
from kg.resolve.spill import Spill
from schema.annotation import Annotation, Evidence, ResultAnnotation
from schema.ids import EntityId, entity_id, entity_iri, slug
from schema.node import Edge, Node, Support
from schema.paper import Author, StatedFact, StatedResult
from schema.vocabulary import EDGE

_SUPPORTS = dict[tuple[str, EntityId], dict[Support, None]]
_CODE = {"releasesCode": "released", "promisesCode": "promised"}
_EXCLUSIVE = (
    ("introducesDataset", "usesDataset"),
    ("proposesMethod", "usesMethod"),
    ("releasesCode", "promisesCode"),
)
"""Relations of which a paper has one with the same target: the surer, else the first."""


def mentions_of(record: LoadedRecord) -> Iterator[Mention]:
    """Every name in a record that becomes an entity."""
    for edge in record.annotations.edges:
        if _range(edge.relation) in NAMED:
            yield mention_of(edge.relation, edge)
    for fact in record.paper.facts:
        if _range(fact.relation) in NAMED:
            yield mention_of(fact.relation, fact)
    for result in record.annotations.results:
        if result.dataset:
            yield Mention("Dataset", result.dataset)
    for stated in record.paper.results:
        yield from (Mention(cls, name) for _, cls, name in _result_names(stated))


def mention_of(relation: str, named: Annotation | StatedFact) -> Mention:
    """The mention in an edge drawn from text or stated by a source."""
    is_new = relation in {"introducesDataset", "proposesMethod"}
    return Mention(_range(relation), named.name, named.aliases, named.id, is_new)


class PaperNodes:
    """Makes the nodes of papers one by one and collects what hangs on them until all papers are made."""

    def __init__(self, entities: Entities, papers: Papers, base: str, decisions: Iterable[Decision] = ()) -> None:
        self._entities = entities
        self._papers = papers
        self._base = base
        self.used: dict[str, set[EntityId]] = {cls: set() for cls in NAMED}
        """Ids of the entities that papers and results point to, by class."""
        self._results: Spill[Node] = Spill(5_000)
        self._repositories: Spill[Address] = Spill(50_000)
        self._moved = {d.second: d.first for d in of_type(decisions, "repository") if d.kind == "merge"}
        self._people: Spill[tuple[str, str | None]] = Spill(50_000)
        self._venues: Spill[tuple[str, str | None]] = Spill(50_000)

    def node(self, paper_id: EntityId, paper: MergedPaper) -> Node:
        """The node of one paper."""
        supports: _SUPPORTS = {}
        local: dict[str, EntityId] = {}
        self._named_edges(paper, supports, local)
        self._code_edges(paper_id, paper, supports)
        self._result_edges(paper_id, paper, supports, local)
        _keep_one_side(supports)
        edges = [Edge(relation, target, _sorted_supports(why)) for (relation, target), why in sorted(supports.items())]
        edges = [*self._structural(paper_id, paper), *edges]
        for edge in edges:
            if (cls := EDGE[edge.relation].range) in NAMED:
                self.used[cls].add(edge.target)
        properties = paper.properties | {"codeStatus": _code_status(edges)}
        former = sorted(set(paper.former_ids) - {paper_id})
        if former:
            properties["sameAs"] = tuple(entity_iri(self._base, f) for f in former)
        edges.sort(key=lambda e: (e.relation, "" if EDGE[e.relation].in_order else e.target))
        return Node(paper_id, "Paper", paper.title, properties, tuple(edges))

    def others(self, cls: str) -> Iterator[Node]:
        """The nodes of a class that is not known by name, sorted by id; ask after the last paper."""
        if cls == "Result":
            for _, group in self._results.groups():
                yield group[0]
        elif cls == "Repository":
            for id_, addresses in self._repositories.groups():
                yield repository_node(EntityId(id_), addresses, self._base)
        else:
            for id_, forms in (self._people if cls == "Person" else self._venues).groups():
                orcid = min((o for _, o in forms if o), default=None)
                yield Node(EntityId(id_), cls, commonest(f for f, _ in forms), {"orcid": orcid} if orcid else {})

    def close(self) -> None:
        """Give temporary files back."""
        for spill in (self._results, self._repositories, self._people, self._venues):
            spill.close()

    def _named_edges(self, paper: MergedPaper, supports: _SUPPORTS, local: dict[str, EntityId]) -> None:
        for edge in paper.edges:
            mention = mention_of(edge.relation, edge)
            if mention.cls in NAMED and (target := self._entities.resolve(mention)):
                _add(supports, edge.relation, target, Support(edge.evidence, edge.confidence, edge.maker, edge.cues))
                local.update((f"{mention.cls} {fold(n)}", target) for n in (edge.name, *edge.aliases))
        for source, fact in paper.facts:
            mention = mention_of(fact.relation, fact)
            if mention.cls in NAMED and (target := self._entities.resolve(mention)):
                _add(supports, fact.relation, target, _stated(source, fact.quote or fact.name, fact.confidence))

    def _code_edges(self, paper_id: EntityId, paper: MergedPaper, supports: _SUPPORTS) -> None:
        for source, fact in paper.facts:
            if fact.relation in _CODE and (url := repository_url(fact.name)):
                support = _stated(source, fact.quote or fact.name, fact.confidence)
                _add(supports, fact.relation, self._repository(url), support)
        stated = sorted({target for relation, target in supports if relation in _CODE})
        for code in paper.code:
            relation = next((r for r, status in _CODE.items() if status == code.status), None)
            if relation is None or code.evidence is None:
                continue
            urls = sorted({url for printed in code.urls if (url := repository_url(printed))})
            targets = [self._repository(url) for url in urls]
            if not targets and len(stated) == 1:
                targets = stated
            elif not targets:
                targets = [self._nameless(paper_id, paper)]
            for target in targets:
                _add(supports, relation, target, Support(code.evidence, code.confidence, code.maker))

    def _result_edges(
        self, paper_id: EntityId, paper: MergedPaper, supports: _SUPPORTS, local: dict[str, EntityId]
    ) -> None:
        key = paper_id.partition("/")[2]
        drawn = sorted(
            paper.results, key=lambda r: (r.evidence.section != "title", r.evidence.start, r.metric, r.value)
        )
        number = 0
        for result in drawn:
            number += 1
            id_ = entity_id("result", f"{key}-{number}")
            self._results.add(id_, self._drawn_result(id_, result, local))
            _add(supports, "reportsResult", id_, Support(result.evidence, result.confidence, result.maker))
        for source, stated in sorted(paper.stated_results, key=lambda s: (s[0], s[1].model_dump_json())):
            number += 1
            id_ = entity_id("result", f"{key}-{number}")
            self._results.add(id_, self._stated_result(id_, stated))
            _add(supports, "reportsResult", id_, _stated(source, f"{stated.metric} {stated.value}", 1.0))

    def _drawn_result(self, id_: EntityId, result: ResultAnnotation, local: dict[str, EntityId]) -> Node:
        edges = []
        if result.dataset:
            target = local.get(f"Dataset {fold(result.dataset)}")
            target = target or self._entities.resolve(Mention("Dataset", result.dataset))
            edges = [Edge("onDataset", target)] if target else []
        return self._result(id_, result.metric, result.value, result.unit, edges, is_change=result.delta)

    def _stated_result(self, id_: EntityId, stated: StatedResult) -> Node:
        found = ((r, self._entities.resolve(Mention(cls, name))) for r, cls, name in _result_names(stated))
        edges = sorted((Edge(r, t) for r, t in found if t), key=lambda e: (e.relation, e.target))
        return self._result(id_, stated.metric, stated.value, stated.unit, edges, is_change=False)

    def _result(
        self, id_: EntityId, metric: str, value: str, unit: str | None, edges: list[Edge], *, is_change: bool
    ) -> Node:
        for edge in edges:
            self.used[EDGE[edge.relation].range].add(edge.target)
        properties = {
            "metric": metric, "value": value, "number": _as_number(value), "unit": unit, "isChange": is_change,
        }  # fmt: skip
        label = f"{metric} {value}{'' if unit in (None, '%') else ' '}{unit or ''}"
        return Node(id_, "Result", label, {k: v for k, v in properties.items() if v is not None}, tuple(edges))

    def _structural(self, paper_id: EntityId, paper: MergedPaper) -> Iterator[Edge]:
        for author in dict.fromkeys(_person_id(a) for a in paper.authors):
            yield Edge("creator", author)
        for printed in paper.authors:
            self._people.add(_person_id(printed), (printed.name, printed.orcid))
        if paper.venue and (key := slug(paper.venue)):
            venue = entity_id("venue", key)
            self._venues.add(venue, (paper.venue, None))
            yield Edge("publishedIn", venue)
        cited = {i for printed in paper.cites if (i := cited_identifier(printed))}
        targets = {t for i in cited if (t := self._papers.paper_with(i)) and t != paper_id}
        yield from (Edge("cites", target) for target in sorted(targets))

    def _repository(self, url: str) -> EntityId:
        own = repository_id(url)
        id_, seen = own, {own}
        while (onward := self._moved.get(id_)) and onward not in seen:
            id_ = onward
            seen.add(id_)
        self._repositories.add(id_, Address(own, url))
        return id_

    def _nameless(self, paper_id: EntityId, paper: MergedPaper) -> EntityId:
        id_ = entity_id("repository", f"{paper_id.partition('/')[2]}-code")
        self._repositories.add(id_, Address(id_, None, f"Code of: {paper.title}"))
        return id_


def _range(relation: str) -> str:
    return EDGE[relation].range if relation in EDGE else ""


def _result_names(stated: StatedResult) -> Iterator[tuple[str, str, str]]:
    named = (("onDataset", stated.dataset), ("onTask", stated.task), ("ofMethod", stated.method))
    return ((relation, EDGE[relation].range, name) for relation, name in named if name)


def _stated(source: str, quote: str, confidence: float) -> Support:
    return Support(Evidence(quote, "source", 0, 0), confidence, source)


def _add(supports: _SUPPORTS, relation: str, target: EntityId, support: Support) -> None:
    supports.setdefault((relation, target), {})[support] = None


def _sorted_supports(supports: Iterable[Support]) -> tuple[Support, ...]:
    """Supports, surest first, one for each maker and passage."""
    ranked = sorted(
        supports,
        key=lambda s: (-s.confidence, s.maker, s.evidence.section, s.evidence.start, s.evidence.end, s.evidence.quote),
    )
    kept: dict[tuple[str, Evidence], Support] = {}
    for support in ranked:
        kept.setdefault((support.maker, support.evidence), support)
    return tuple(kept.values())


def _keep_one_side(supports: _SUPPORTS) -> None:
    for first, second in _EXCLUSIVE:
        for target in [t for r, t in supports if r == second and (first, t) in supports]:
            surest = {r: max(s.confidence for s in supports[r, target]) for r in (first, second)}
            del supports[(second if surest[first] >= surest[second] else first), target]


def _code_status(edges: list[Edge]) -> str:
    relations = {edge.relation for edge in edges}
    return next((status for relation, status in _CODE.items() if relation in relations), "none")


def _person_id(author: Author) -> EntityId:
    return entity_id("person", f"orcid-{author.orcid.lower()}" if author.orcid else slug(author.name))


def _as_number(value: str) -> float | None:
    """The number in a printed value, without thousands' commas; None where it is no plain number."""
    plain = value.strip().replace("−", "-").removeprefix("+")
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    return float(plain) if re.fullmatch(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE]-?\d+)?", plain) else None
