"""A description in RDF as an HTTP answer: the format by `Accept` or by suffix, tags, alternates, HEAD."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from graphql_api.negotiation import etag, is_fresh, quality, ranked
from kg.store.answers import shorten_iri
from kg.store.formats import GRAPHS, Format, names
from kg.store.rdf import write_statements
from schema.errors import NotAcceptable
from schema.statement import Literal, Statement

DOCUMENT_FORMATS: Final = tuple(f for f in GRAPHS if f.name in ("turtle", "jsonld", "ntriples", "rdfxml"))
"""What a description comes in, besides HTML."""
SUFFIXES: Final = {f.suffix: f for f in DOCUMENT_FORMATS} | {
    "json": next(f for f in DOCUMENT_FORMATS if f.name == "jsonld"),
    "xml": next(f for f in DOCUMENT_FORMATS if f.name == "rdfxml"),
}
METHODS: Final = ["GET", "HEAD"]

Page = Callable[[], Response]


@dataclass(frozen=True, slots=True)
class Document:
    """A description: its path without suffix, what it depends on, how its statements and its page are made."""

    path: str
    version: str
    title: str
    statements: Callable[[], Iterable[Statement]]
    page: Page | None = None
    """Makes the HTML; None stands for a plain table of the statements."""


def answer(request: Request, document: Document, suffix: str = "") -> Response:
    """The document in the format that the suffix names, or else the client prefers.

    Raises `NotAcceptable` with the formats there are.
    """
    format, as_html = _choose(request.headers.get("accept"), suffix)
    tag = etag(document.version, document.path, "html" if as_html else format.name)
    headers = {
        "ETag": tag,
        "Cache-Control": "no-cache",
        "Link": _links(document.path),
        "Content-Location": f"{document.path}.{'html' if as_html else format.suffix}",
    }
    if not suffix:
        headers["Vary"] = "Accept"
    if is_fresh(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    if as_html:
        response = document.page() if document.page else plain_page(document)
        response.headers.update(headers)
        return response
    headers["Content-Type"] = format.content_type
    return Response(write_statements(document.statements(), format), headers=headers)


def split_suffix(path: str) -> tuple[str, str]:
    """A path without the suffix of a format, and the suffix ("" where there is none).

    >>> split_suffix("paper/arxiv-2403.01234.ttl"), split_suffix("paper/arxiv-2403.01234")
    (('paper/arxiv-2403.01234', 'ttl'), ('paper/arxiv-2403.01234', ''))
    """
    stem, _, suffix = path.rpartition(".")
    return (stem, suffix) if stem and (suffix in SUFFIXES or suffix == "html") else (path, "")


def plain_page(document: Document) -> Response:
    """The statements as a plain table in HTML."""
    by_subject: dict[str, list[Statement]] = {}
    for statement in document.statements():
        by_subject.setdefault(statement.subject, []).append(statement)
    sections = "".join(map(_section, by_subject, by_subject.values()))
    alternates = " ".join(f'<a href="{document.path}.{f.suffix}">{f.name}</a>' for f in DOCUMENT_FORMATS)
    links = "".join(
        f'<link rel="alternate" type="{f.media_type}" href="{document.path}.{f.suffix}">' for f in DOCUMENT_FORMATS
    )
    title = html.escape(document.title)
    return Response(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>{links}</head>'
        f"<body><main><h1>{title}</h1><p>{alternates}</p>{sections}</main></body></html>",
        media_type="text/html; charset=utf-8",
    )


def _choose(accept: str | None, suffix: str) -> tuple[Format, bool]:
    if suffix:
        return SUFFIXES.get(suffix, DOCUMENT_FORMATS[0]), suffix == "html"
    wanted = ranked(accept, DOCUMENT_FORMATS)
    # A client that names HTML gets it unless it likes some RDF better; one that takes anything gets Turtle.
    named_html = accept is not None and ("text/html" in accept or "application/xhtml+xml" in accept)
    best = max((quality(accept, f.media_type) for f in DOCUMENT_FORMATS), default=0.0)
    html_quality = max(quality(accept, "text/html"), quality(accept, "application/xhtml+xml")) if named_html else 0.0
    if html_quality > 0 and html_quality >= best:
        return DOCUMENT_FORMATS[0], True
    if not wanted:
        raise NotAcceptable(f"this description comes as text/html, {names(DOCUMENT_FORMATS)}.")
    return next(f for f in DOCUMENT_FORMATS if f.name == wanted[0]), False


def _links(path: str) -> str:
    alternates = [f'<{path}.{f.suffix}>; rel="alternate"; type="{f.media_type}"' for f in DOCUMENT_FORMATS]
    return ", ".join([*alternates, f'<{path}.html>; rel="alternate"; type="text/html"'])


def _section(subject: str, statements: list[Statement]) -> str:
    rows = "".join(f"<tr><th scope='row'>{_cell(s.predicate)}</th><td>{_cell(s.object)}</td></tr>" for s in statements)
    anchor = html.escape(subject.rpartition("#")[2] if "#" in subject else subject, quote=True)
    return f'<section id="{anchor}"><h2>{_cell(subject)}</h2><table>{rows}</table></section>'


def _cell(value: str | Literal) -> str:
    if isinstance(value, Literal):
        return html.escape(value.value)
    text = html.escape(shorten_iri(value))
    return (
        f'<a href="{html.escape(value, quote=True)}">{text}</a>' if value.startswith(("http://", "https://")) else text
    )
