"""`--extractor llm`: a language model reads the text, behind any OpenAI-compatible endpoint.

Settings come from the environment (`LlmSettings.from_environment`): KG_LLM_URL and
KG_LLM_MODEL are needed, KG_LLM_KEY where the server asks for one. What the
model answers is checked against the text (`kg.extract._llm_reply`), replies
are kept in a cache, several papers are asked at once and given back in order.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.extract._llm_cache import ReplyCache
from kg.extract._llm_client import ChatClient, PaperFailed, Usage
from kg.extract._llm_prompt import PROMPT_VERSION, complaint, messages_for
from kg.extract._llm_reply import BadReply, Dropped, Reply, annotations_from, read_reply
from schema.annotation import Annotations, Text
from schema.errors import ExtractorError

READS_PER_PAPER: Final = 3  # how often a model is asked again for a reply that can be read
FAILURES_IN_A_ROW: Final = 8  # after so many papers without an answer the endpoint is taken to be down
_Read = tuple[Reply, bool]


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """Where and how to ask; prices are per million tokens, in whatever currency you count."""

    url: str
    model: str
    key: str | None = None
    concurrency: int = 4
    timeout_s: float = 120.0
    attempts: int = 6
    price_in: float | None = None
    price_out: float | None = None
    cache: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> LlmSettings:
        """Read KG_LLM_URL, KG_LLM_MODEL, KG_LLM_KEY, KG_LLM_CONCURRENCY, KG_LLM_TIMEOUT_S, KG_LLM_ATTEMPTS,
        KG_LLM_PRICE_IN, KG_LLM_PRICE_OUT and KG_LLM_CACHE (a file; "none" keeps no replies).

        Raises `ExtractorError` naming the variable that is missing or is no number.
        """  # fmt: skip
        for needed, example in (("KG_LLM_URL", "http://localhost:11434/v1"), ("KG_LLM_MODEL", "qwen3:8b")):
            if not environment.get(needed):
                raise ExtractorError(f"--extractor llm needs {needed}, for example {needed}={example}")
        if not environment["KG_LLM_URL"].startswith(("http://", "https://")):
            raise ExtractorError(f"KG_LLM_URL={environment['KG_LLM_URL']!r} is no http(s) address")
        return cls(
            url=environment["KG_LLM_URL"],
            model=environment["KG_LLM_MODEL"],
            key=environment.get("KG_LLM_KEY") or None,
            concurrency=max(1, int(_number(environment, "KG_LLM_CONCURRENCY") or 4)),
            timeout_s=_number(environment, "KG_LLM_TIMEOUT_S") or 120.0,
            attempts=max(1, int(_number(environment, "KG_LLM_ATTEMPTS") or 6)),
            price_in=_number(environment, "KG_LLM_PRICE_IN"),
            price_out=_number(environment, "KG_LLM_PRICE_OUT"),
            cache=_cache_path(environment),
        )


class LlmExtractor:
    """Reads texts with a language model; `summary()` says at the end what it cost and what was dropped."""

    in_process: Final = True  # it waits for a server: more processes would only ask more at once

    def __init__(self, settings: LlmSettings, sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self.name = "llm"
        self.version = f"llm/{PROMPT_VERSION}/{settings.model}"
        self.dropped = Dropped()
        self.from_cache = self.asked = self.failed = self._failed_in_a_row = 0
        self._client = ChatClient(
            settings.url, settings.model, settings.key, settings.timeout_s, settings.attempts, sleep
        )
        self._cache = ReplyCache(settings.cache) if settings.cache else None

    @property
    def usage(self) -> Usage:
        """Requests and tokens so far."""
        return self._client.usage

    def extract(self, texts: Iterable[Text]) -> Iterator[Annotations]:
        """Annotations in the order of the texts, `settings.concurrency` papers asked at a time.

        A paper that gets no usable answer comes back without edges and with
        `failed` saying why. Raises `ExtractorError` where no paper can
        succeed: wrong address, key or model, or a server that stays down.
        """
        pool = ThreadPoolExecutor(self.settings.concurrency, thread_name_prefix="llm")
        waiting: deque[tuple[Text, Future[_Read]]] = deque()
        try:
            for text in texts:
                waiting.append((text, pool.submit(self._read, text)))
                if len(waiting) >= 2 * self.settings.concurrency:
                    yield self._annotations(*waiting.popleft())
            while waiting:
                yield self._annotations(*waiting.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Close the connections and the cache."""
        self._client.close()
        if self._cache:
            self._cache.close()

    def summary(self) -> str:
        """One line for people: papers, requests, tokens, cost where prices are set, what was dropped."""
        usage, parts = (
            self.usage,
            [f"llm {self.settings.model}: {self.asked} papers asked, {self.from_cache} from the cache"],
        )
        if self.failed:
            parts.append(f"{self.failed} without a usable answer")
        parts.append(f"{usage.requests} requests ({usage.retries} repeated)")
        parts.append(f"{usage.tokens_in} tokens in, {usage.tokens_out} out")
        cost = self._cost()
        parts.append("cost unknown (set KG_LLM_PRICE_IN and KG_LLM_PRICE_OUT)" if cost is None else f"cost {cost:.4f}")
        if self.dropped.counts:
            parts.append(f"dropped: {self.dropped}")
        return "; ".join(parts)

    def _cost(self) -> float | None:
        if self.settings.price_in is None or self.settings.price_out is None:
            return None
        spent = self.usage.tokens_in * self.settings.price_in + self.usage.tokens_out * self.settings.price_out
        return spent / 1_000_000

    def _annotations(self, text: Text, reading: Future[_Read]) -> Annotations:
        try:
            reply, cached = reading.result()
        except PaperFailed as err:
            self.asked += 1
            self.failed += 1
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= FAILURES_IN_A_ROW:
                raise ExtractorError(
                    f"{self._failed_in_a_row} papers in a row got no answer; the last: {err.message}"
                ) from err
            return Annotations(title=text.title, failed=err.message)
        self._failed_in_a_row = 0
        self.from_cache += cached
        self.asked += not cached
        return annotations_from(reply, text, self.version, self.dropped)

    def _read(self, text: Text) -> _Read:
        """The model's reply to a text, and whether it came from the cache. Runs in a thread of the pool."""
        if self._cache is not None:
            kept = self._cache.get(self.settings.model, text)
            if kept is not None:
                return read_reply(kept), True
        messages = messages_for(text)
        why = ""
        for _ in range(READS_PER_PAPER):
            content = self._client.ask(messages)
            try:
                reply = read_reply(content)
            except BadReply as err:
                why = str(err)
                messages = [
                    *messages_for(text),
                    {"role": "assistant", "content": content},
                    {"role": "user", "content": complaint(why)},
                ]
                continue
            if self._cache is not None:
                self._cache.put(self.settings.model, text, content)
            return reply, False
        raise PaperFailed(f"{text.title[:80]!r}: {READS_PER_PAPER} replies could not be read; the last: {why}")


def make() -> LlmExtractor:
    """The extractor that the environment describes; `ExtractorError` where a setting is missing or wrong."""
    return LlmExtractor(LlmSettings.from_environment())


def _number(environment: Mapping[str, str], name: str) -> float | None:
    value = environment.get(name, "").strip()
    if not value:
        return None
    try:
        return float(value)
    except ValueError:
        raise ExtractorError(f"{name}={value!r} is no number") from None


def _cache_path(environment: Mapping[str, str]) -> Path | None:
    value = environment.get("KG_LLM_CACHE", "").strip()
    if value == "none":
        return None
    if value:
        return Path(value).expanduser()
    home = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser() / "paperatlas" / "llm.sqlite"
