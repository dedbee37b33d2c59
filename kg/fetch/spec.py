"""What a source on the command line means: a file, a question to a source, an identifier or an address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from schema.errors import BadRequest, did_you_mean
from schema.ids import arxiv_id, doi

SCHEMES: Final = ("arxiv", "arxiv-oai", "pubmed", "pmc", "openalex", "s2", "hf", "doi", "openreview", "url")
_ARXIV: Final = re.compile(r"(?:arxiv:)?((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)", re.IGNORECASE)
_DOI: Final = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_LIKE_A_SCHEME: Final = re.compile(r"([a-z][a-z0-9-]{1,14}):(?!\\|//)(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spec:
    """A source on the network: whom to ask and for what; `text` is what the user wrote."""

    scheme: str
    query: str
    text: str


def parse_spec(text: str) -> Spec | None:
    """The source on the network that a text names; None where it names a file or standard input.

    A file that exists wins over every other reading. Raises `BadRequest` for
    a scheme that is misspelt or has no question.

    >>> parse_spec("10.1000/Xyz"), parse_spec("arXiv:2401.00001v2").query
    (Spec(scheme='doi', query='10.1000/xyz', text='10.1000/Xyz'), '2401.00001v2')
    """
    said = text.strip()
    if said == "-" or _exists(said):
        return None
    if found := _ARXIV.fullmatch(said):
        return Spec("arxiv", found[1], text)
    if (found := _DOI.fullmatch(said)) and (number := doi(found[1])):
        # arXiv's own DOIs are not at Crossref.
        of_arxiv = arxiv_id(number.partition("10.48550/arxiv.")[2])
        return Spec("arxiv", of_arxiv, text) if of_arxiv else Spec("doi", number, text)
    if said.startswith(("http://", "https://")):
        return _address(said, text)
    return _with_scheme(said, text, SCHEMES)


def _with_scheme(said: str, text: str, schemes: Iterable[str]) -> Spec | None:
    found = _LIKE_A_SCHEME.fullmatch(said)
    if not found:
        return None
    scheme, query = found[1].casefold(), found[2].strip()
    if re.fullmatch(r'"[^"]*"', query):
        # Quotes that a shell did not take; those inside a query are the source's own.
        query = query[1:-1]
    if scheme not in schemes:
        near = did_you_mean(scheme, schemes)
        if near:
            raise BadRequest(f"{scheme!r} in {said!r} is no source.{near} Sources: {', '.join(schemes)}.")
        return None
    if not query:
        raise BadRequest(
            f'{said!r} asks for nothing. Write what to look for behind the colon, e.g. {scheme}:"low-dose CT".'
        )
    return Spec(scheme, query, text)


def _address(said: str, text: str) -> Spec:
    """A page of a known source is asked for by its identifier, any other address as a file."""
    parts = urlsplit(said)
    host = (parts.hostname or "").removeprefix("www.")
    steps = [s for s in parts.path.split("/") if s]
    first, last = (steps[0], steps[-1]) if steps else ("", "")
    if host.endswith("arxiv.org") and first in {"abs", "pdf", "html"} and (number := arxiv_id(parts.path)):
        return Spec("arxiv", number, text)
    if host == "pubmed.ncbi.nlm.nih.gov" and first.isdigit():
        return Spec("pubmed", first, text)
    if host == "pmc.ncbi.nlm.nih.gov" and last.upper().startswith("PMC"):
        return Spec("pmc", last.upper(), text)
    if host == "huggingface.co" and first == "papers" and len(steps) > 1:
        return Spec("hf", f"daily/{last}" if steps[1] == "date" else last, text)
    if host == "openreview.net" and (forum := parse_qs(parts.query).get("id")):
        return Spec("openreview", forum[0], text)
    if host in {"openalex.org", "api.openalex.org"} and re.fullmatch(r"[Ww]\d+", last):
        return Spec("openalex", last.upper(), text)
    if host == "semanticscholar.org" and re.fullmatch(r"[0-9a-f]{40}", last):
        return Spec("s2", last, text)
    return Spec("url", said, text)


def _exists(said: str) -> bool:
    try:
        return Path(said).exists()
    except OSError:
        return False
