"""What a server process counts about its requests, for Prometheus."""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FAMILIES: Final = frozenset({"graphql", "sparql", "export", "health", "metrics", "ns", "static", "suggest"})
"""First path segments with a count of their own; everything else is counted as a page."""
_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "paperatlas_request_seconds", "Time to the end of an answer.", ("route", "status"),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.running = Gauge("paperatlas_requests_running", "Requests that are being answered.", registry=self.registry)
        self.entities = Gauge("paperatlas_entities", "Entities of the graph.", ("class_name",), registry=self.registry)
        self.snapshot = Gauge(
            "paperatlas_snapshot", "1 for the snapshot that is served.", ("version",), registry=self.registry
        )

    def text(self, version: str, counts: dict[str, int]) -> bytes:
        """Everything in the text format of Prometheus."""
        self.snapshot.clear()
        self.snapshot.labels(version).set(1)
        for name, count in counts.items():
            self.entities.labels(name).set(count)
        return generate_latest(self.registry)


class Measured:
    """An ASGI application whose requests are counted and timed."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self.metrics.running.inc()
        try:
            await self.app(scope, receive, sending)
        finally:
            self.metrics.running.dec()
            self.metrics.seconds.labels(family(scope["path"]), str(status)).observe(time.perf_counter() - began)


def family(path: str) -> str:
    """The family of routes that a path belongs to: few and fixed, whatever is asked.

    >>> family("/graphql"), family("/paper/x"), family("/.well-known/void")
    ('graphql', 'page', 'page')
    """
    first = path.lstrip("/").partition("/")[0]
    return first if first in FAMILIES else "page"
