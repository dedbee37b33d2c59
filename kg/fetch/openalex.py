"""OpenAlex: works by search or by filter, with a cursor from page to page.

https://docs.openalex.org/how-to-use-the-api. With a contact the requests go
to the polite pool; with a key what changed is asked for, else what appeared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kg.fetch.page import Ask, Page, RemoteSource, is_json, json_object

SLICE: Final = 100
_FILTER: Final = re.compile(r"[a-z_.]+:[^\s]")
_LATE: Final = timedelta(days=60)
"""Works enter OpenAlex some weeks behind their date of publication."""


def find_pages(ask: Ask) -> Iterator[Page]:
    """Pages of a search ("low-dose CT") or of a filter ("type:article,concepts.id:C1"); one work for W123."""
    options = ask.client.options
    who = {k: v for k, v in (("mailto", options.contact), ("api_key", options.openalex_key)) if v}
    if re.fullmatch(r"[Ww]\d+", ask.query):
        url = f"{options.openalex_url}/works/{ask.query.upper()}"
        yield Page(ask.client.get("openalex", url, who, is_fresh=ask.is_fresh, is_whole=is_json).body, "openalex")
        return
    asked = {"per-page": str(SLICE), **who}
    filters = [ask.query] if _FILTER.match(ask.query) else []
    if not filters:
        asked["search"] = ask.query
    if ask.since is not None:
        changed = (
            f"from_updated_date:{ask.since}" if options.openalex_key else f"from_publication_date:{ask.since - _LATE}"
        )
        filters.append(changed)
    if filters:
        asked["filter"] = ",".join(filters)
    cursor, done = "*", 0
    while cursor and not ask.is_done(done):
        # One size throughout: a page of another size would be another question, and its cursor would not fit.
        answer = ask.client.get(
            "openalex",
            f"{options.openalex_url}/works",
            {**asked, "cursor": cursor},
            is_fresh=ask.is_fresh,
            is_whole=is_json,
        )
        said = json_object(answer.body, "OpenAlex")
        count = len(said.get("results") or ())
        if count == 0:
            return
        yield Page(answer.body, "openalex")
        done += count
        cursor = (said.get("meta") or {}).get("next_cursor") or ""


SEARCH: Final = RemoteSource(
    "openalex", "OpenAlex search, filter or work", 'openalex:"low-dose CT"', find_pages, "openalex"
)
