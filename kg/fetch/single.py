"""One thing by its name: a DOI, a paper on OpenReview, a file at an address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from kg.fetch.page import Ask, Page, RemoteSource, is_json
from schema.errors import NotFound


def find_doi(ask: Ask) -> Iterator[Page]:
    """The work of a DOI: from Crossref, or, for DOIs of other agencies, from the resolver as CSL-JSON."""
    options = ask.client.options
    who = {"mailto": options.contact} if options.contact else {}
    name = quote(ask.query, safe="/")
    try:
        url = f"{options.crossref_url}/works/{name}"
        yield Page(ask.client.get("crossref", url, who, is_fresh=ask.is_fresh, is_whole=is_json).body, "crossref")
    except NotFound:
        kind = {"Accept": "application/vnd.citationstyles.csl+json"}
        answer = ask.client.get(
            "web", f"{options.doi_url}/{name}", headers=kind, is_fresh=ask.is_fresh, is_whole=is_json
        )
        yield Page(answer.body, "csl-json")


def find_forum(ask: Ask) -> Iterator[Page]:
    """The paper of a forum on OpenReview."""
    url = f"{ask.client.options.openreview_url}/notes"
    answer = ask.client.get("openreview", url, {"forum": ask.query}, is_fresh=ask.is_fresh, is_whole=is_json)
    yield Page(answer.body, "conference")


def find_file(ask: Ask) -> Iterator[Page]:
    """A file of any size at an address, its format recognised."""
    yield Page(ask.client.download("web", ask.query), None)


DOI: Final = RemoteSource("doi", "A DOI", "10.1000/xyz123", find_doi, "crossref")
FORUM: Final = RemoteSource("openreview", "A paper on OpenReview", "openreview:ABCdef123", find_forum, "openreview")
ADDRESS: Final = RemoteSource("url", "A file at an address", "https://example.org/papers.jsonl.gz", find_file)
