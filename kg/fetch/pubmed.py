"""PubMed and PubMed Central by NCBI's E-utilities: three requests a second, ten with a key.

https://www.ncbi.nlm.nih.gov/books/NBK25501/. A search is kept on NCBI's side
(its history) and fetched in slices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kg.fetch.page import Ask, Page, RemoteSource, ends_with, is_json, json_object
from schema.errors import NotFound, SourceError

SLICE: Final = 200
MOST: Final = 10_000
"""What NCBI hands out of one search in PubMed."""
_TOOL: Final = "paperatlas"


def find_pages(ask: Ask) -> Iterator[Page]:
    """Slices of a search in PubMed, newest first; papers by number for one or more numbers with commas."""
    if re.fullmatch(r"\d+(\s*,\s*\d+)*", ask.query):
        numbers = re.sub(r"\s", "", ask.query)
        yield Page(_fetch(ask, "pubmed", {"id": numbers}, "PubmedArticleSet"), "pubmed")
        return
    searched = {"db": "pubmed", "term": ask.query, "usehistory": "y", "retmax": "0", "retmode": "json", "sort": "date"}
    if ask.since is not None:
        # The day on which NCBI took the citation in, not the one printed on it; a day's overlap costs nothing.
        searched |= {"datetype": "edat", "mindate": f"{ask.since - timedelta(days=1):%Y/%m/%d}", "maxdate": "3000"}
    # A search is asked anew each time: NCBI forgets its history after some hours.
    url = f"{ask.client.options.pubmed_url}/esearch.fcgi"
    answer = ask.client.get("pubmed", url, searched | _who(ask), is_fresh=True, is_whole=is_json)
    result = json_object(answer.body, "PubMed").get("esearchresult") or {}
    if "ERROR" in result or "count" not in result:
        raise SourceError(f"PubMed cannot search for {ask.query!r}: {result.get('ERROR', 'no count')}.")
    total = int(result["count"])
    done = 0
    while done < min(total, MOST) and not ask.is_done(done):
        size = ask.size(SLICE, done)
        place = {
            "WebEnv": result["webenv"],
            "query_key": result["querykey"],
            "retstart": str(done),
            "retmax": str(size),
        }
        yield Page(_fetch(ask, "pubmed", place, "PubmedArticleSet"), "pubmed")
        done += size
    if total > MOST and not ask.is_done(done):
        raise SourceError(f"PubMed gives {MOST:,} of the {total:,} papers of this search; split it, e.g. by [dp].")


def find_articles(ask: Ask) -> Iterator[Page]:
    """Articles of PubMed Central by their ids (PMC123, more with commas)."""
    numbers = ",".join(re.findall(r"\d+", ask.query))
    if not numbers:
        raise NotFound(f"{ask.query!r} is no id of PubMed Central; write it as PMC123.")
    yield Page(_fetch(ask, "pmc", {"id": numbers}, "pmc-articleset"), "pmc")


def _fetch(ask: Ask, db: str, what: dict[str, str], root: str) -> bytes:
    asked = {"db": db, "retmode": "xml", **what, **_who(ask)}
    return ask.client.get(
        "pubmed", f"{ask.client.options.pubmed_url}/efetch.fcgi", asked, is_whole=ends_with(root)
    ).body


def _who(ask: Ask) -> dict[str, str]:
    options = ask.client.options
    said = {"tool": _TOOL, "email": options.contact, "api_key": options.ncbi_key}
    return {k: v for k, v in said.items() if v}


SEARCH: Final = RemoteSource(
    "pubmed", "PubMed search, or numbers", 'pubmed:"low-dose CT[ti] AND 2024[dp]"', find_pages, "pubmed"
)
ARTICLES: Final = RemoteSource("pmc", "PubMed Central articles", "pmc:PMC123,PMC456", find_articles, "pubmed")
