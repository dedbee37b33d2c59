"""A server on the loopback that behaves and misbehaves as the sources of papers do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import loaders

SAMPLES = Path(loaders.__file__).parent / "samples"
TOTAL = 450
Params = dict[str, str]
Reply = tuple[int, dict[str, str], bytes]


def title(number: int) -> str:
    return f"Invented Paper Number {number} on CT"


def arxiv_entry(number: int) -> str:
    day = f"2024-{1 + (TOTAL - number) // 28 % 12:02}-{1 + (TOTAL - number) % 28:02}"
    return (
        f"<entry><id>http://arxiv.org/abs/2401.{number:05}v1</id><updated>{day}T00:00:00Z</updated>"
        f"<published>{day}T00:00:00Z</published><title>{title(number)}</title><summary>Text {number}.</summary></entry>"
    )


class Sources(ThreadingHTTPServer):
    """The stand-in for every source; `trouble` holds replies that are given before the true ones, first come first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reset()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def reset(self) -> None:
        """Forget what was asked and what was to go wrong."""
        self.asked: list[tuple[str, Params, dict[str, str]]] = []
        self.trouble: list[Callable[[Reply], Reply | None]] = []
        self.file = b""
        self.file_tag = '"one"'
        self.expired = False

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    def reply(self, path: str, params: Params, headers: dict[str, str]) -> Reply:
        for start, make in _ROUTES.items():
            if path.startswith(start):
                return make(self, path.removeprefix(start), params, headers)
        return 404, {}, b"nothing here"


def status(code: int, **headers: str) -> Callable[[Reply], Reply]:
    """Trouble: another status instead of the true reply."""
    return lambda true: (code, {k.replace("_", "-"): v for k, v in headers.items()}, b"busy")


def cut(true: Reply) -> Reply:
    """Trouble: the connection breaks inside the body, against its stated length."""
    return true[0], {**true[1], "x-cut": "1"}, true[2]


def cut_quietly(true: Reply) -> Reply:
    """Trouble: the body ends early and the stated length agrees with it."""
    return true[0], true[1], true[2][: len(true[2]) // 2]


def empty_feed(true: Reply) -> Reply:
    """Trouble: arXiv's slice without entries in the middle of a query."""
    return 200, {}, f"<feed><opensearch:totalResults>{TOTAL}</opensearch:totalResults></feed>".encode()


def _arxiv(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    start, size = int(params.get("start", 0)), int(params.get("max_results", 10))
    numbers = range(start, min(start + size, TOTAL))
    if "id_list" in params:
        numbers = range(int(params["id_list"].split("v")[0][-5:]), int(params["id_list"].split("v")[0][-5:]) + 1)
    total = len(numbers) if "id_list" in params else TOTAL
    body = "".join(map(arxiv_entry, numbers))
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<id>http://arxiv.org/api/x</id><opensearch:totalResults>{total}</opensearch:totalResults>{body}</feed>"
    )
    return 200, {"content-type": "application/atom+xml"}, feed.encode()


def _oai(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    token = params.get("resumptionToken", "")
    if token and server.expired:
        server.expired = False
        error = '<OAI-PMH><error code="badResumptionToken">the token has run out</error></OAI-PMH>'
        return 200, {}, error.encode()
    start = int(token.removeprefix("token-") or 0)
    records = "".join(
        f"<record><header><identifier>oai:arXiv.org:2401.{n:05}</identifier></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2401.{n:05}</id><created>2024-01-01</created>'
        f"<title>{title(n)}</title><abstract>Text {n}.</abstract></arXiv></metadata></record>"
        for n in range(start, start + 20)
    )
    more = f"<resumptionToken>token-{start + 20}</resumptionToken>" if start + 20 < 60 else "<resumptionToken/>"
    body = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{records}{more}</ListRecords></OAI-PMH>'
    return 200, {"content-type": "text/xml"}, body.encode()


def _esearch(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    if params["term"] == "[[":
        return 200, {}, json.dumps({"esearchresult": {"ERROR": "cannot be parsed"}}).encode()
    count = "30" if "mindate" in params else str(TOTAL)
    return 200, {}, json.dumps({"esearchresult": {"count": count, "webenv": "WEB", "querykey": "1"}}).encode()


def _efetch(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    if params["db"] == "pmc":
        return 200, {}, (SAMPLES / "pmc.xml").read_bytes()
    start = int(params.get("retstart", 0))
    numbers = (
        [int(n) for n in params["id"].split(",")] if "id" in params else range(start, start + int(params["retmax"]))
    )
    articles = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{n + 1}</PMID><Article><ArticleTitle>{title(n)}.</ArticleTitle>"
        f"</Article></MedlineCitation></PubmedArticle>"
        for n in numbers
        if n < TOTAL or "id" in params
    )
    return 200, {"content-type": "text/xml"}, f"<PubmedArticleSet>{articles}</PubmedArticleSet>".encode()


def _work(number: int) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/W{number + 1}", "title": title(number), "authorships": [], "referenced_works": [],
        "abstract_inverted_index": {"Text": [0]}, "publication_year": 2024,
    }  # fmt: skip


def _openalex(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    if rest:
        return 200, {}, json.dumps(_work(int(rest.strip("/W")) - 1)).encode()
    size = int(params["per-page"])
    start = 0 if params["cursor"] == "*" else int(params["cursor"])
    found = [_work(n) for n in range(start, min(start + size, TOTAL))]
    cursor = str(start + size) if found else None
    return 200, {}, json.dumps({"meta": {"count": TOTAL, "next_cursor": cursor}, "results": found}).encode()


def _s2(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    if not rest.endswith("/bulk"):
        return 200, {}, json.dumps({"paperId": rest.strip("/"), "title": title(1), "externalIds": {}}).encode()
    start = int(params.get("token", 0))
    found = [{"paperId": f"{n:040x}", "title": title(n), "externalIds": {}} for n in range(start, start + 100)]
    more = {"token": str(start + 100)} if start + 100 < 300 else {}
    return 200, {}, json.dumps({"total": 300, "data": found, **more}).encode()


def _hf(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    one = json.loads((SAMPLES / "hf-papers.json").read_text())[0]
    tag = {"etag": f'W/"{params.get("date", rest)}-{params.get("p", 0)}"'}
    if headers.get("if-none-match") == tag["etag"]:
        return 304, tag, b""
    if rest.startswith("/papers/"):
        return 200, tag, json.dumps(one["paper"] | {"id": rest.removeprefix("/papers/")}).encode()
    day = params["date"]
    papers = [one | {"paper": one["paper"] | {"id": f"{day[2:4]}{day[5:7]}.{day[8:]}{n:03}"}} for n in range(3)]
    return 200, tag, json.dumps(papers if params["p"] == "0" else []).encode()


def _crossref(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    if "harbour" not in rest:
        return 404, {}, b"Resource not found."
    work = json.loads((SAMPLES / "crossref.json").read_text())["message"]["items"][0]
    return 200, {}, json.dumps({"status": "ok", "message-type": "work", "message": work}).encode()


def _doi(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    if "csl+json" not in headers.get("accept", "") or "missing" in rest:
        return 404, {}, b"not found"
    item = json.loads((SAMPLES / "csl.json").read_text())[0] | {"DOI": rest.strip("/")}
    return 200, {"content-type": "application/vnd.citationstyles.csl+json"}, json.dumps(item).encode()


def _notes(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    content = {"title": {"value": title(1)}, "abstract": {"value": "Text."}, "keywords": {"value": ["CT"]}}
    note = {
        "id": params["forum"],
        "forum": params["forum"],
        "content": content,
        "invitations": ["Invented/-/Submission"],
    }
    review = {
        "id": "review1",
        "forum": params["forum"],
        "content": {"review": {"value": "Fine."}},
        "invitations": ["x"],
    }
    return 200, {}, json.dumps({"notes": [note, review], "count": 2}).encode()


def _files(server: Sources, rest: str, params: Params, headers: dict[str, str]) -> Reply:
    tag = {"etag": server.file_tag, "accept-ranges": "bytes"}
    if headers.get("if-none-match") == server.file_tag:
        return 304, tag, b""
    if "range" in headers and headers.get("if-range") == server.file_tag:
        start = int(headers["range"].removeprefix("bytes=").rstrip("-"))
        return (
            206,
            {**tag, "content-range": f"bytes {start}-{len(server.file) - 1}/{len(server.file)}"},
            server.file[start:],
        )
    return 200, tag, server.file


_ROUTES: dict[str, Callable[[Sources, str, Params, dict[str, str]], Reply]] = {
    "/arxiv": _arxiv, "/oai": _oai, "/eutils/esearch.fcgi": _esearch, "/eutils/efetch.fcgi": _efetch,
    "/openalex/works": _openalex, "/s2/paper": _s2, "/hf/api": _hf, "/crossref/works": _crossref, "/doi": _doi,
    "/openreview/notes": _notes, "/files": _files,
}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    server: Sources

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = {k: v[-1] for k, v in parse_qs(parts.query).items()}
        headers = {k.casefold(): v for k, v in self.headers.items()}
        self.server.asked.append((parts.path, params, headers))
        true = self.server.reply(parts.path, params, headers)
        trouble = self.server.trouble.pop(0)(true) if self.server.trouble else None
        code, extra, body = trouble or true
        self.send_response(code)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if "x-cut" in extra else body)
        if "x-cut" in extra:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
