"""arXiv: the search API (one request in three seconds, slices of a query) and harvesting by OAI-PMH.

https://info.arxiv.org/help/api/user-manual.html and https://info.arxiv.org/help/oa/index.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from kg.fetch.page import Ask, Page, RemoteSource, ends_with
from schema.errors import SourceError

SLICE: Final = 200
"""The API allows 2,000; smaller slices come whole more often."""
MOST: Final = 30_000
_EMPTY_TRIES: Final = 3
_ID: Final = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?", re.IGNORECASE)
_TOTAL: Final = re.compile(rb"<(?:\w+:)?totalResults[^>]*>\s*(\d+)")
_UPDATED: Final = re.compile(rb"<entry>.*?<updated>\s*(\d{4}-\d\d-\d\d)", re.DOTALL)
_TOKEN: Final = re.compile(r"<resumptionToken[^>]*>\s*([^<\s]+)\s*</resumptionToken>")
_OAI_ERROR: Final = re.compile(r'<error[^>]*code="(\w+)"[^>]*>([^<]*)<')


def find_pages(ask: Ask) -> Iterator[Page]:
    """Slices of a search, newest first; a single paper for a number.

    For what is new, papers come by the day of their last change, until one is
    older than that. Raises `SourceError` beyond the 30,000 that arXiv gives
    for one question.
    """
    if _ID.fullmatch(ask.query):
        yield Page(_slice(ask, {"id_list": ask.query}), "arxiv")
        return
    order = "submittedDate" if ask.since is None else "lastUpdatedDate"
    done, total = 0, 1
    while done < total and not ask.is_done(done):
        if done >= MOST:
            raise SourceError(
                f"arXiv gives {MOST:,} of the {total:,} papers of this query; split it, e.g. by submittedDate."
            )
        size = ask.size(SLICE, done)
        asked = {
            "search_query": ask.query,
            "start": str(done),
            "max_results": str(size),
            "sortBy": order,
            "sortOrder": "descending",
        }
        body = _slice(ask, asked, done)
        total = int(found[1]) if (found := _TOTAL.search(body)) else 0
        count = body.count(b"<entry>")
        if count == 0:
            return
        yield Page(body, "arxiv")
        done += count
        if ask.since is not None and _oldest(body) < ask.since:
            return


def _slice(ask: Ask, asked: dict[str, str], done: int = 0) -> bytes:
    """One slice; the API now and then gives an empty one in the middle of a query, which is asked for again."""
    body = b""
    for attempt in range(_EMPTY_TRIES):
        is_fresh = ask.is_fresh or attempt > 0
        body = ask.client.get(
            "arxiv", ask.client.options.arxiv_url, asked, is_fresh=is_fresh, is_whole=ends_with("feed")
        ).body
        total = int(found[1]) if (found := _TOTAL.search(body)) else 0
        if b"<entry>" in body or total <= done:
            break
    return body


def _oldest(body: bytes) -> date:
    days = [date.fromisoformat(d.decode()) for d in _UPDATED.findall(body)]
    return min(days, default=date.max)


def find_harvest(ask: Ask) -> Iterator[Page]:
    """Pages of a harvest of a set ("eess", "cs:cs:CV", or "all"), from one resumption token to the next.

    A token that has run out begins the harvest again; what was fetched before
    is then read twice, which changes nothing.
    """
    address = ask.client.options.arxiv_oai_url
    first = {"verb": "ListRecords", "metadataPrefix": "arXiv"}
    if ask.query.casefold() != "all":
        first["set"] = ask.query
    if ask.since is not None:
        first["from"] = ask.since.isoformat()
    asked, done, restarts = dict(first), 0, 0
    while not ask.is_done(done):
        body = ask.client.get(
            "arxiv", address, asked, is_fresh=ask.is_fresh or restarts > 0, is_whole=ends_with("OAI-PMH")
        ).body
        text = body.decode("utf-8", "replace")
        if (error := _OAI_ERROR.search(text)) and error[1] != "noRecordsMatch":
            if error[1] != "badResumptionToken" or restarts > 0:
                raise SourceError(f"arXiv's harvesting answers {error[1]}: {error[2].strip()}.")
            asked, restarts = dict(first), restarts + 1
            continue
        yield Page(body, "arxiv-oai")
        done += text.count("<record>")
        token = _TOKEN.search(text)
        if not token:
            return
        asked = {"verb": "ListRecords", "resumptionToken": token[1]}


SEARCH: Final = RemoteSource(
    "arxiv", "arXiv search, or a number", 'arxiv:"cat:eess.IV AND abs:CT"', find_pages, "arxiv"
)
HARVEST: Final = RemoteSource("arxiv-oai", "arXiv harvest of a set", "arxiv-oai:eess", find_harvest, "arxiv")
