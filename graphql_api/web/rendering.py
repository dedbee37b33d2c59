"""Jinja templates with what every page needs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Response
from jinja2 import Environment, PackageLoader

from graphql_api.state import State
from graphql_api.web.marks import highlight
from schema.vocabulary import CLASSES, PREFIXES

PAGES: Final = Path(__file__).resolve().parent.parent / "pages"
NAV: Final = (
    ("/", "Papers"), ("/datasets", "Datasets"), ("/methods", "Methods"), ("/tasks", "Tasks"),
    ("/modalities", "Modalities"), ("/conditions", "Conditions"), ("/graph", "Graph"), ("/plots", "Plots"),
)  # fmt: skip
KIND: Final = {c.name: c.label for c in CLASSES}
PLURAL: Final = {c.name: c.plural for c in CLASSES}

# Everything comes from this host; data: and blob: serve pictures and the layout's worker.
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HTML_TYPE: Final = "text/html; charset=utf-8"
HTML_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept",
    "Cache-Control": "no-cache",
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("graphql_api", "pages/templates"), autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(nav=NAV, highlight=highlight, snippet=snippet, short=short_iri, assets=assets_digest())
    return environment


@cache
def assets_digest() -> str:
    """A digest of what pages are made of, beside a graph: part of addresses and tags, so that both may be kept."""
    sha = hashlib.sha256()
    for path in sorted([*PAGES.rglob("*.*"), *Path(__file__).parent.glob("*.py")]):
        sha.update(path.read_bytes())
    return sha.hexdigest()[:10]


def page(state: State, template: str, status: int = 200, **values: Any) -> Response:
    """Render a page over a graph; `label(id)` in a template is the label of an entity."""
    return plain_page(template, status, **{"version": state.version, "label": state.graph.label} | values)


def plain_page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a page that needs no graph."""
    known = {"here": "", "words": "", "version": "", "near": ()} | values
    return Response(_environment().get_template(template).render(known), status, HTML_HEADERS, HTML_TYPE)


def snippet(text: str, words: list[str], around: int = 110) -> str:
    """The part of a text around the first of the words; "" where none stands in it.

    >>> snippet("We read CT.", ["ct"])
    'We read CT.'
    """
    folded = text.casefold()
    places = [at for w in words if (at := folded.find(w.casefold())) >= 0]
    if not places:
        return ""
    start, end = max(0, min(places) - around), min(len(text), min(places) + 2 * around)
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")


def short_iri(iri: str) -> str:
    """An outside IRI as a person would write it.

    >>> short_iri("http://id.nlm.nih.gov/mesh/D014057")
    'mesh:D014057'
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
