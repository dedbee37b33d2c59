"""A graph on a SPARQL 1.1 server: asked over the protocol, written through SPARQL Update."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import IO, Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from kg.store.answers import Answer, Output, Question, answer_of, write_table
from kg.store.formats import SOLUTIONS, find_format
from schema.errors import BadQuery, BadRequest, LimitExceeded, StoreError
from schema.vocabulary import PREFIXES

_TRIES: Final = 4
_TRIPLES: Final = "application/n-triples, text/turtle;q=0.9"
_PREFIX = re.compile(r"prefix\s+([\w.-]*):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server takes queries and updates, who asks, and in which graph it keeps facts ("": the default one)."""

    query: str
    update: str
    user: str = ""
    password: str = ""
    facts: str = ""


def addresses_of(url: str) -> Addresses:
    """The addresses behind one URL, as the common servers have them.

    User and password may stand in the URL. A bare host is taken for
    `oxigraph serve`; a path is the query's, and the update's is known for
    Oxigraph, Fuseki, Stardog (`…/query`), GraphDB and RDF4J
    (`…/repositories/NAME`) and Virtuoso (`…/sparql`, updates with a password
    at `…/sparql-auth`). A separate one follows after a space or `|`.

    >>> addresses_of("http://localhost:7878").update
    'http://localhost:7878/update'
    >>> addresses_of("https://db.example.org/repositories/atlas").update
    'https://db.example.org/repositories/atlas/statements'
    """
    first, _, second = url.strip().replace("|", " ").partition(" ")
    parts = urlsplit(first)
    host = parts.netloc.rpartition("@")[2]
    bare = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), parts.query, ""))
    path = parts.path.rstrip("/")
    if not path:
        query, update = f"{bare}/query", f"{bare}/update"
    elif path.endswith("/query"):
        query, update = bare, f"{bare.removesuffix('/query')}/update"
    elif re.search(r"/repositories/[^/]+$", path):
        query, update = bare, f"{bare}/statements"
    elif path.endswith("/sparql") and parts.password:
        query, update = bare, f"{bare}-auth"
    else:
        query, update = bare, bare
    return Addresses(query, second.strip() or update, parts.username or "", parts.password or "")


class RemoteStore:
    """A SPARQL 1.1 server. Use as a context manager, or close it."""

    def __init__(self, url: str, base: str, timeout_s: float = 60.0, retry_s: float = 0.5) -> None:
        self.base, self.retry_s = base, retry_s
        self.at = addresses_of(url)
        self.http = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=10.0), follow_redirects=True, auth=_login(self.at)
        )

    def __enter__(self) -> RemoteStore:
        self.adapt()
        return self

    def __exit__(self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def adapt(self) -> None:
        """Learn what the server is: Virtuoso has no default graph, so facts get a named one there."""
        with self._asked(Question("ASK {}"), "application/sparql-results+json") as response:
            response.read()
            if "virtuoso" in response.headers.get("server", "").lower():
                self.at = replace(self.at, facts=f"{self.base}graph/facts")

    def write_answer(self, question: Question, format_name: str, out: Output) -> None:
        """Ask, and pass the answer on as it comes; `format_name` as in `find_format`.

        Raises `BadQuery` with the server's message, `BadRequest` for a format
        that the answer cannot have, `StoreError` where the server fails.
        """
        wanted = []
        for kind in ("solutions", "graph"):
            with contextlib.suppress(BadRequest):
                wanted.append(find_format(format_name, kind))
        if not wanted:
            find_format(format_name)
        if self.at.facts and _form(question.text) == "ask":
            self.ask(question).write(wanted[0], out)
            return
        with self._asked(question, ", ".join(f.media_type for f in wanted)) as response:
            for part in response.iter_bytes():
                out.write(part)

    def write_table(self, question: Question, out: IO[str]) -> int:
        """Ask, and write the answer as an aligned table; returns the number of rows."""
        return write_table(self.ask(question), out)

    def ask(self, question: Question) -> Answer:
        """Ask, and read the whole answer."""
        # Virtuoso gives triples as rows to whoever takes rows, so only one kind is asked for.
        triples = _form(question.text) in ("construct", "describe")
        with self._asked(question, _TRIPLES if triples else SOLUTIONS[0].media_type) as response:
            media_type = response.headers.get("content-type", "").partition(";")[0].strip()
            return answer_of(response.read(), media_type)

    def update(self, text: str) -> None:
        """Run an update, again after a pause where the server is busy or the line breaks.

        Only send what may be run twice. Raises `StoreError`.
        """
        failure = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(self.retry_s * 2**attempt)
            try:
                response = self._post(self.at.update, text, "application/sparql-update")
            except httpx.TransportError as err:
                failure = f"{type(err).__name__}: {err}"
                continue
            if response.status_code < 300:
                return
            failure = f"{response.status_code}: {response.text[:500]}"
            if response.status_code not in (408, 425, 429, 500, 502, 503, 504):
                break
        raise StoreError(f"the server at {self.at.update} did not take an update: {failure}")

    @contextlib.contextmanager
    def _asked(self, question: Question, accept: str) -> Iterator[httpx.Response]:
        parameters = [("default-graph-uri", g) for g in self._default_graphs(question)]
        parameters += [("named-graph-uri", g) for g in self._named_graphs(question)]
        fields = {"query": with_prefixes(question.text), **_grouped(parameters)}
        failure = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(self.retry_s * 2**attempt)
            try:
                with self.http.stream("POST", self.at.query, data=fields, headers={"accept": accept}) as response:
                    if response.status_code == 503:
                        failure = f"503: {response.read().decode(errors='replace')[:300]}"
                        continue
                    self._check(response)
                    yield response
                    return
            except httpx.ConnectError as err:
                failure = str(err)
            except httpx.TransportError as err:
                raise StoreError(f"the server at {self.at.query} broke off: {type(err).__name__} {err}") from err
        raise StoreError(
            f"the server at {self.at.query} cannot be reached ({failure}). Is it running, and is --store right?"
        )

    def _default_graphs(self, question: Question) -> tuple[str, ...]:
        if question.default_graphs is not None or question.named_graphs is not None or not self.at.facts:
            return question.default_graphs or ()
        return (self.at.facts,) if not _has_from(question.text) else ()

    def _named_graphs(self, question: Question) -> tuple[str, ...]:
        if question.named_graphs is None and question.default_graphs is None and self.at.facts:
            names = ("evidence", "provenance")
            return tuple(f"{self.base}graph/{n}" for n in names) if not _has_from(question.text) else ()
        return question.named_graphs or ()

    def _check(self, response: httpx.Response) -> None:
        if response.status_code < 300:
            return
        text = response.read().decode("utf-8", "replace")[:1000].strip()
        if response.status_code in (400, 414, 422):
            raise BadQuery(f"the server does not take the query: {text}")
        if response.status_code in (406, 415):
            raise BadRequest(f"the server does not have the answer in this format: {text}")
        if response.status_code == 413:
            raise LimitExceeded(f"the server finds the query too long: {text}")
        raise StoreError(f"the server at {self.at.query} answered {response.status_code}: {text}")

    def _post(self, url: str, text: str, content_type: str) -> httpx.Response:
        return self.http.post(url, content=text.encode(), headers={"content-type": f"{content_type}; charset=utf-8"})


def _login(at: Addresses) -> httpx.Auth | None:
    if not at.user:
        return None
    # Virtuoso asks for digests; the others take a password as it is.
    return (httpx.DigestAuth if at.update.endswith("-auth") else httpx.BasicAuth)(at.user, at.password)


def with_prefixes(text: str) -> str:
    """The query with those of our prefixes declared that it uses and does not declare; lines keep their numbers.

    >>> with_prefixes("ASK { ?s a kg:Paper }")
    'PREFIX kg: <https://w3id.org/paperatlas/ns#> ASK { ?s a kg:Paper }'
    """
    declared = set(_PREFIX.findall(text))
    used = {p for p in re.findall(r"([A-Za-z][\w-]*):", text) if p in PREFIXES and p not in declared}
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in sorted(used)) + text


def _form(text: str) -> str:
    found = re.search(r"\b(select|ask|construct|describe)\b", text, re.IGNORECASE)
    return found[1].lower() if found else ""


def _has_from(text: str) -> bool:
    return bool(re.search(r"\bfrom\s+(named\s+)?<", text, re.IGNORECASE))


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped
