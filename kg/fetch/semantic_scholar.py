"""Semantic Scholar: bulk search with a token from page to page, or one paper by any of its identifiers.

https://api.semanticscholar.org/api-docs/graph. One request a second with a
key; without one the pool is shared and often answers 429.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kg.fetch.page import Ask, Page, RemoteSource, is_json, json_object

_FIELDS: Final = (
    "paperId,corpusId,externalIds,url,title,abstract,venue,publicationVenue,year,publicationDate,journal,openAccessPdf,"
    "s2FieldsOfStudy,authors"
)
_ONE: Final = re.compile(r"[0-9a-f]{40}|(?:CorpusId|DOI|ARXIV|PMID|PMCID|ACL|MAG|URL):\S+", re.IGNORECASE)


def find_pages(ask: Ask) -> Iterator[Page]:
    """Pages of a bulk search (its operators: + | - "phrase" * ~), or one paper with its references."""
    options = ask.client.options
    headers = {"x-api-key": options.s2_key} if options.s2_key else {}
    if _ONE.fullmatch(ask.query):
        fields = {"fields": f"{_FIELDS},references.externalIds,references.title"}
        url = f"{options.s2_url}/paper/{ask.query}"
        answer = ask.client.get("s2", url, fields, headers, is_fresh=ask.is_fresh, is_whole=is_json)
        yield Page(answer.body, "semantic-scholar")
        return
    asked = {"query": ask.query, "fields": _FIELDS, "sort": "publicationDate:desc"}
    if ask.since is not None:
        asked["publicationDateOrYear"] = f"{ask.since}:"
    token, done = "", 0
    while not ask.is_done(done):
        page = {**asked, "token": token} if token else asked
        url = f"{options.s2_url}/paper/search/bulk"
        answer = ask.client.get("s2", url, page, headers, is_fresh=ask.is_fresh, is_whole=is_json)
        said = json_object(answer.body, "Semantic Scholar")
        count = len(said.get("data") or ())
        if count == 0:
            return
        yield Page(answer.body, "semantic-scholar")
        done += count
        token = said.get("token") or ""
        if not token:
            return


SEARCH: Final = RemoteSource("s2", "Semantic Scholar search or paper", 's2:"low-dose CT"', find_pages, "s2")
