"""The one polite client: says who it is, keeps each source's pace, waits when asked to and tries again.

Nothing here knows what a source's answers mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from kg.fetch.cache import Cache, without_secrets
from kg.fetch.options import FetchOptions
from schema.errors import NotFound, SourceError

ATTEMPTS: Final = 5
LONGEST_WAIT_S: Final = 600.0
"""A source that asks for more patience than this is asked again another time."""
LARGEST_PAGE_BYTES: Final = 256 * 2**20
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_FRESH_S: Final = 86_400.0
_CHUNK_BYTES: Final = 2**16

# Seconds between requests that the sources ask for; NCBI and OpenAlex allow more with a key.
PAUSES_S: Final[Mapping[str, float]] = MappingProxyType(
    {
        "arxiv": 3.0,
        "pubmed": 0.34,
        "openalex": 0.1,
        "s2": 1.0,
        "hf": 0.5,
        "crossref": 0.2,
        "openreview": 0.5,
        "web": 0.5,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's body and media type, and whether it was on disk and still valid."""

    url: str
    body: bytes
    kind: str
    is_cached: bool = False


class Client:
    """Asks for addresses; use it as a context manager.

    `sleep`, `clock` (monotonic seconds) and `now` (seconds since 1970) are
    parameters so that tests need not wait.
    """

    def __init__(
        self,
        options: FetchOptions,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.options = options
        self.cache = Cache(options.cache_path, now)
        self.now = now
        self._sleep, self._clock = sleep, clock
        self._next: dict[str, float] = {}

    @cached_property
    def _http(self) -> httpx.Client:
        # Made when it is needed: who loads a file pays nothing for certificates.
        agent = {"User-Agent": user_agent(self.options.contact)}
        return httpx.Client(headers=agent, follow_redirects=True, timeout=httpx.Timeout(60, connect=20))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        if "_http" in self.__dict__:
            self._http.close()

    def get(
        self,
        service: str,
        url: str,
        params: Mapping[str, str] = MappingProxyType({}),
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        is_fresh: bool = False,
        is_whole: Callable[[bytes], bool] = bool,
    ) -> Answer:
        """The answer to a question, from the disk where it is still valid.

        An answer with a validator is always checked with the source; one
        without is taken from the disk for a day, unless `is_fresh` wants a
        new one. An answer that is not `is_whole` counts as broken off and is
        asked for again. Raises `NotFound` (404, 410) and `SourceError`.
        """
        address = str(httpx.URL(url, params=dict(params))) if params else url
        kept = self.cache.get(address)
        if kept and not kept.validators and not is_fresh and self.cache.age_s(kept) < _FRESH_S:
            return Answer(address, kept.body, kept.kind, is_cached=True)
        asked = {**headers, **(kept.validators if kept else {})}
        for reply in self._replies(service, address, asked):
            if reply.status_code == 304 and kept:
                return Answer(address, kept.body, kept.kind, is_cached=True)
            if reply.is_success and is_whole(reply.content):
                kind = reply.headers.get("content-type", "")
                self.cache.keep(
                    address, reply.content, kind, reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
                )
                return Answer(address, reply.content, kind)
        raise SourceError(f"{_shown(address)} breaks off its answers. Try again later; what came so far is kept.")

    def download(self, service: str, url: str) -> Path:
        """A file of any size, on disk.

        A download that was interrupted goes on where it stopped, as long as
        the source says that the file is still the same one.
        """
        path = self.cache.path_of(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole, part, mark = path.with_suffix(".file"), path.with_suffix(".part"), path.with_suffix(".etag")
        for attempt in range(ATTEMPTS):
            try:
                if self._download(service, url, whole, part, mark):
                    return whole
            except httpx.TransportError as err:
                if attempt == ATTEMPTS - 1:
                    raise SourceError(f"{_shown(url)} cannot be read: {err}. Try again; the start is kept.") from err
            self._sleep(2.0**attempt * self.options.pace)
        raise SourceError(f"{_shown(url)} does not answer. Try again later; what came so far is kept.")

    def _download(self, service: str, url: str, whole: Path, part: Path, mark: Path) -> bool:
        tag = mark.read_text() if mark.exists() else ""
        headers = {"Accept-Encoding": "identity"}
        if tag and part.exists():
            headers |= {"Range": f"bytes={part.stat().st_size}-", "If-Range": tag}
        elif tag and whole.exists():
            headers |= {"If-None-Match": tag}
        self._pause(service)
        with self._http.stream("GET", url, headers=headers) as reply:
            if reply.status_code == 304:
                return True
            if reply.status_code in _AGAIN:
                self._sleep(_retry_after_s(reply, self.now()) or 0.0)
                return False
            if reply.status_code == 416:
                part.unlink(missing_ok=True)
                return False
            _refuse(reply, url)
            mark.write_text(reply.headers.get("etag", ""))
            with part.open("ab" if reply.status_code == 206 else "wb") as file:
                for chunk in reply.iter_raw():  # as it comes: what is waited for is lost when the connection breaks
                    file.write(chunk)
        part.replace(whole)
        return True

    def _replies(self, service: str, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Replies to one question, asked again with longer and longer pauses until the caller is content."""
        for attempt in range(ATTEMPTS):
            self._pause(service)
            last = attempt == ATTEMPTS - 1
            try:
                with self._http.stream("GET", url, headers=headers) as streamed:
                    reply = _bounded(streamed, url)
            except httpx.TransportError as err:
                if last:
                    raise SourceError(
                        f"{_shown(url)} cannot be reached: {err}. Check the network and try again."
                    ) from err
                self._sleep(2.0**attempt * self.options.pace)
                continue
            if reply.status_code in _AGAIN:
                if last:
                    break
                self._wait(reply, url, attempt)
                continue
            if reply.status_code != 304:
                _refuse(reply, url)
            yield reply
            if not last:
                self._sleep(2.0**attempt * self.options.pace)
        raise SourceError(
            f"{_shown(url)} did not answer after {ATTEMPTS} tries. Try again later; what came so far is kept."
        )

    def _wait(self, reply: httpx.Response, url: str, attempt: int) -> None:
        asked = _retry_after_s(reply, self.now())
        if asked is None:
            self._sleep(2.0**attempt * self.options.pace)
        elif asked > LONGEST_WAIT_S:
            raise SourceError(f"{_shown(url)} asks to wait for {asked:,.0f} seconds. Try again then.")
        else:
            self._sleep(asked)

    def _pause(self, service: str) -> None:
        """Wait until the source's next turn."""
        pause = PAUSES_S.get(service, PAUSES_S["web"])
        if (service == "pubmed" and self.options.ncbi_key) or (service == "s2" and self.options.s2_key):
            pause = min(pause, 0.11) if service == "pubmed" else pause
        wait = self._next.get(service, 0.0) - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next[service] = self._clock() + pause * self.options.pace


def user_agent(contact: str) -> str:
    """Who asks: the program, its page and, where one is set, a contact."""
    try:
        number = version("paperatlas")
    except PackageNotFoundError:
        number = "dev"
    return f"PaperAtlas/{number} (https://w3id.org/paperatlas/{f'; mailto:{contact}' if contact else ''})"


def _bounded(streamed: httpx.Response, url: str) -> httpx.Response:
    body = bytearray()
    for chunk in streamed.iter_bytes(_CHUNK_BYTES):
        body += chunk
        if len(body) > LARGEST_PAGE_BYTES:
            raise SourceError(f"{_shown(url)} answers with more than {LARGEST_PAGE_BYTES:,} bytes for one page.")
    # The body is decoded already, so its length and coding are no longer those of the headers.
    headers = [
        (k, v)
        for k, v in streamed.headers.items()
        if k not in {"content-encoding", "content-length", "transfer-encoding"}
    ]
    return httpx.Response(streamed.status_code, headers=headers, content=bytes(body), request=streamed.request)


def _refuse(reply: httpx.Response, url: str) -> None:
    if reply.status_code in {404, 410}:
        raise NotFound(f"{_shown(url)} is not there. Check the identifier or the address.")
    if not reply.is_success:
        said = "" if reply.is_stream_consumed is False else " ".join(reply.text[:300].split())
        hint = " Check the key." if reply.status_code in {401, 403} else ""
        raise SourceError(f"{_shown(url)} answers {reply.status_code} {reply.reason_phrase}: {said}.{hint}")


def _retry_after_s(reply: httpx.Response, now: float) -> float | None:
    """The wait that a reply asks for, as seconds or as a date; None where it asks for none."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    try:
        until = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - datetime.fromtimestamp(now, UTC)).total_seconds())


def _shown(url: str) -> str:
    return without_secrets(url)
