"""The HTTP side of the language-model extractor: one chat completion, asked until there is an answer.

The protocol is that of the OpenAI chat completions endpoint, which Ollama,
vLLM, llama.cpp and most hosted services speak.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from kg.extract._llm_reply import reply_schema
from schema.errors import ExtractorError

# 408 request timeout, 409 conflict and 425 too early are sent by gateways for what may work a moment later.
_TRY_AGAIN: Final = frozenset({408, 409, 425, 429})
_LONGEST_WAIT_S: Final = 120.0
# What a server may not know, most wished for first. A 400 or 422 moves on to the next and stays there.
_FORMATS: Final[tuple[dict[str, Any], ...]] = (
    {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "edges", "strict": True, "schema": reply_schema()},
        },
        "temperature": 0,
    },
    {"response_format": {"type": "json_object"}, "temperature": 0},
    {"response_format": {"type": "json_object"}},
    {},
)


class PaperFailed(ExtractorError):
    """One paper got no usable answer; others may."""

    code = "extractor-paper-failed"


@dataclass
class Usage:
    """What has been spent so far; safe to add to from several threads."""

    requests: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, requests: int = 0, retries: int = 0, tokens_in: int = 0, tokens_out: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            self.requests += requests
            self.retries += retries
            self.tokens_in += tokens_in
            self.tokens_out += tokens_out


class ChatClient:
    """Asks one endpoint; shared by threads.

    `sleep` is called with seconds between attempts, so that tests need not wait.
    """

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None = None,
        timeout_s: float = 120.0,
        attempts: int = 6,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url, self.model, self.attempts = url.rstrip("/") + "/chat/completions", model, attempts
        self.usage = Usage()
        self._sleep = sleep
        self._format = 0
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(timeout=timeout_s, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, messages: list[dict[str, str]]) -> str:
        """The content of the reply.

        Rate limits (429), server errors, timeouts and broken connections are
        tried again with growing pauses, or after the pause that the server
        asks for in Retry-After (RFC 9110, 10.2.3). Raises `PaperFailed` when the attempts
        are used up, `ExtractorError` where asking again cannot help.
        """
        tried, why = 0, ""
        while tried < self.attempts:
            level = self._format
            try:
                self.usage.add(requests=1, retries=int(tried > 0))
                answer = self._http.post(self.url, json={"model": self.model, "messages": messages, **_FORMATS[level]})
            except httpx.TransportError as err:
                why, pause = f"{type(err).__name__}: {err}", None
            else:
                if answer.is_success:
                    return self._content(answer)
                if answer.status_code in (400, 422) and level + 1 < len(_FORMATS):
                    self._format = max(self._format, level + 1)
                    continue
                why, pause = f"HTTP {answer.status_code}: {answer.text[:200]}", _retry_after(answer.headers)
                if answer.status_code not in _TRY_AGAIN and answer.status_code < 500:
                    raise ExtractorError(f"{self.url} refuses model {self.model!r}: {why}{_advice(answer.status_code)}")
            tried += 1
            if tried < self.attempts:
                self._sleep(_backoff(tried) if pause is None else pause)
        raise PaperFailed(f"{self.url} gave no answer in {self.attempts} attempts; the last: {why}")

    def _content(self, answer: httpx.Response) -> str:
        try:
            body = answer.json()
            content = body["choices"][0]["message"]["content"] or ""
        except (ValueError, KeyError, IndexError, TypeError) as err:
            raise PaperFailed(
                f"{self.url} answered something else than a chat completion: {answer.text[:200]}"
            ) from err
        spent = body.get("usage") or {}
        self.usage.add(
            tokens_in=int(spent.get("prompt_tokens") or 0), tokens_out=int(spent.get("completion_tokens") or 0)
        )
        return str(content)


def _backoff(tried: int) -> float:
    """Seconds before attempt `tried` + 1: doubling, with jitter so that threads do not come back together."""
    return min(_LONGEST_WAIT_S, 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The pause in seconds that a server asks for, as seconds or as a date; None where it asks for none."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        pause = float(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value)
        except ValueError:
            return None
        pause = (when - datetime.now(UTC)).total_seconds()
    return min(_LONGEST_WAIT_S, max(0.0, pause))


def _advice(status: int) -> str:
    if status in (401, 403):
        return ". Check KG_LLM_KEY."
    if status == 404:
        return ". Check KG_LLM_URL (it ends in /v1 for most servers) and KG_LLM_MODEL."
    return ""
