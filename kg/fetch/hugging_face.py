"""Hugging Face: the papers of a day, of several days, or one paper.

https://huggingface.co/docs/hub/api. Each page of the hub has a validator, so
asking again for a day that did not change costs one small request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from kg.fetch.page import Ask, Page, RemoteSource, is_json
from schema.errors import BadRequest

SLICE: Final = 100
_DAILY: Final = re.compile(r"daily(?:/(\d{4}-\d\d-\d\d)(\.\.(\d{4}-\d\d-\d\d)?)?)?")


def find_pages(ask: Ask) -> Iterator[Page]:
    """Papers of a day (daily/2026-11-20), of days (daily/2026-11-01..2026-11-20, open towards today), or by number.

    `daily` alone is today. For what is new, an open range begins at that day.
    """
    found = _DAILY.fullmatch(ask.query)
    if not found:
        if "/" in ask.query:
            raise BadRequest(f"hf:{ask.query} is no day and no paper. Write hf:daily/2026-11-20 or hf:2401.00001.")
        url = f"{ask.client.options.huggingface_url}/api/papers/{ask.query}"
        yield Page(
            ask.client.get("hf", url, headers=_key(ask), is_fresh=ask.is_fresh, is_whole=is_json).body, "hf-papers"
        )
        return
    done = 0
    for day in _days(ask, found[1], found[2], found[3]):
        for page, count in _day(ask, day):
            yield page
            done += count
            if ask.is_done(done):
                return


def _day(ask: Ask, day: date) -> Iterator[tuple[Page, int]]:
    url = f"{ask.client.options.huggingface_url}/api/daily_papers"
    for number in range(1000):
        asked = {"date": day.isoformat(), "limit": str(SLICE), "p": str(number)}
        body = ask.client.get("hf", url, asked, _key(ask), is_fresh=ask.is_fresh, is_whole=is_json).body
        count = body.count(b'"paper":')
        if count == 0:
            return
        yield Page(body, "hf-papers"), count
        if count < SLICE:
            return


def _days(ask: Ask, first: str | None, is_range: str | None, last: str | None) -> list[date]:
    try:
        begin = date.fromisoformat(first) if first else ask.today()
        end = date.fromisoformat(last) if last else ask.today() if is_range else begin
    except ValueError as err:
        raise BadRequest(f"hf:{ask.query}: {err}. Write a day as 2026-11-20.") from err
    if is_range and not last and ask.since is not None:
        begin = max(begin, ask.since)
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


def _key(ask: Ask) -> dict[str, str]:
    token = ask.client.options.hf_token
    return {"Authorization": f"Bearer {token}"} if token else {}


SEARCH: Final = RemoteSource(
    "hf", "Hugging Face papers of a day, of days, or one", "hf:daily/2026-11-20", find_pages, "hf"
)
