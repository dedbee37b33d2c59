"""Whether a query reaches out to other endpoints: SERVICE, wherever it stands.

The engine's own parser cannot be asked, so this goes in two steps that err to
the safe side. Where the engine reads the keyword, it must be followed by an
address and a brace, whatever stands between as blanks and comments; a text
without that shape cannot hold one. A text with it is parsed and its algebra
searched; one that this second parser does not understand is refused. Workers
cannot open sockets besides, so that a query that fooled both would still
reach nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schema.errors import BadQuery
from schema.vocabulary import PREFIXES

# In the engine's grammar keywords need no word boundary ("SERVICESILENT<x>{", "1SERVICE ?x{", "SERVICE:x{"), and a
# comment may stand wherever a blank may; so the shape is looked for at any place, even inside strings and IRIs.
_BLANK = r"(?:\s|#[^\r\n]*[\r\n])*"
_SHAPE = re.compile(
    rf"service{_BLANK}(?:silent{_BLANK})?(?:<[^>]*>|[?$]\w+|[^\s<>{{}}]*:[^\s<>{{}}]*){_BLANK}\{{", re.I
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check_services(text: str, allowed: tuple[str, ...] = ()) -> None:
    """Refuse a query that asks any endpoint that is not allowed.

    Raises `BadQuery` naming the endpoint.
    """
    if not _may_ask_services(text):
        return
    for endpoint in _services(text):
        if endpoint is None:
            raise BadQuery("SERVICE with a variable is not taken here: name the endpoint by its IRI.")
        if endpoint not in allowed:
            listed = f" Allowed are: {', '.join(allowed)}." if allowed else " It is switched off on this server."
            raise BadQuery(
                f"SERVICE <{endpoint}> is not taken here.{listed} Join the two endpoints on your side instead,"
                " for example with Comunica."
            )


def _may_ask_services(text: str) -> bool:
    if _SHAPE.search(text):
        return True
    # A parser that follows the recommendation to the letter reads \u0053 as S before it parses.
    # Source: SPARQL 1.1 Query Language, 19.2.
    unescaped = _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)
    return unescaped != text and bool(_SHAPE.search(unescaped))


def _services(text: str) -> Iterator[str | None]:
    """The endpoints that a query asks, anywhere in its algebra; None for one given by a variable."""
    from rdflib import URIRef  # heavy, and needed for few queries
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery
    from rdflib.plugins.sparql.parserutils import CompValue

    def walk(part: Any) -> Iterator[str | None]:
        if isinstance(part, CompValue):
            if part.name == "ServiceGraphPattern":
                yield str(part["term"]) if isinstance(part["term"], URIRef) else None
            for inner in part.values():
                yield from walk(inner)
        elif isinstance(part, list | tuple | set | frozenset):
            for inner in part:
                yield from walk(inner)

    try:
        algebra = translateQuery(parseQuery(text), initNs=dict(PREFIXES)).algebra
    except Exception as err:  # it raises plain Exception, and any failure is a refusal
        raise BadQuery(
            "the query seems to hold SERVICE, which is not taken here, and could not be looked through"
            f" ({str(err)[:200]}). Leave out the text 'SERVICE <...> {{', also in comments."
        ) from err
    yield from walk(algebra)
