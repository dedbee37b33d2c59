"""The page for SPARQL: an editor, the library of examples, the answer as a table."""

from __future__ import annotations

from fastapi import Request, Response

from graphql_api.state import State
from graphql_api.web.rendering import page
from kg.sparql.library import Example, examples
from schema.vocabulary import CLASSES, EDGES, EVIDENCE_TERMS, LITERALS, PREFIXES

_FORMATS = (
    ("csv", "CSV"), ("json", "JSON"), ("xml", "XML"), ("tsv", "TSV"), ("turtle", "Turtle"), ("ntriples", "N-Triples"),
)  # fmt: skip
_KEYWORDS = (
    "SELECT", "DISTINCT", "WHERE", "OPTIONAL", "FILTER", "FILTER NOT EXISTS", "UNION", "GRAPH", "GROUP BY", "ORDER BY",
    "DESC", "LIMIT", "OFFSET", "VALUES", "BIND", "COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT", "CONSTRUCT",
    "DESCRIBE", "ASK", "CONTAINS", "LCASE", "STR", "REGEX",
)  # fmt: skip


def sparql_page(request: Request, state: State, site: str) -> Response:
    """The page, with the query of the address, the named example, or the first one."""
    library = {e.name: e for e in examples()}
    base = state.snapshot.base
    chosen = library.get(request.query_params.get("example", ""))
    given = request.query_params.get("query")
    first = chosen or next(iter(library.values()))
    topics: dict[str, list[Example]] = {}
    for example in library.values():
        topics.setdefault(example.topic, []).append(example)
    data = {
        "base": base,
        "prefixes": [*PREFIXES.items()],
        "terms": _terms(),
        "examples": {e.name: {"about": e.about, "text": e.on(base)} for e in library.values()},
        "run": given is not None or chosen is not None,
    }
    return page(
        state,
        "sparql.html",
        here="/sparql-editor",
        endpoint=f"{site}/sparql",
        examples=library,
        topics=topics,
        chosen=first.name if given is None else "",
        about=first.about if given is None else "",
        query=first.on(base) if given is None else given,
        formats=_FORMATS,
        data=data,
    )


def _terms() -> list[tuple[str, str, str]]:
    """What the editor completes: label, what it is, kind."""
    found = [(f"kg:{c.name}", "class", "class") for c in CLASSES]
    found += [(e.iri, f"{e.domain} to {e.range}", "property") for e in EDGES]
    found += [(t.iri, t.label, "property") for t in LITERALS]
    found += [(f"kg:{name}", "evidence", "property") for name, kind, _ in EVIDENCE_TERMS if kind != "class"]
    found += [("rdfs:label", "name", "property"), ("skos:prefLabel", "name of a concept", "property")]
    found += [(f"{p}:", "prefix", "namespace") for p in PREFIXES]
    found += [(k, "", "keyword") for k in _KEYWORDS]
    return [*dict.fromkeys(found)]
