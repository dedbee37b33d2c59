"""The language-model extractor against a real HTTP server that misbehaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kg.cli import app
from kg.extract import get_extractor
from kg.extract._llm_reply import find_passage, reply_schema
from kg.extract.llm import FAILURES_IN_A_ROW, READS_PER_PAPER, LlmExtractor, LlmSettings
from kg.load import load
from schema.annotation import Text
from schema.errors import ExtractorError
from schema.paper import Paper

PAPER = Text(
    "Merlin: a vision-language model for CT",
    "We present Merlin, trained on CT-RATE with a ResNet-18 encoder. It reaches an AUC of 0.955.\n"
    "Code is available at https://github.com/a/ merlin.",
)
GOOD: dict[str, Any] = {
    "edges": [
        {"relation": "proposesMethod", "name": "Merlin", "passage": "We present Merlin", "confidence": 0.9},
        {"relation": "usesDataset", "name": "CT-RATE", "passage": "trained on CT-RATE", "confidence": 0.8},
        {"relation": "targetsModality", "name": "ct", "passage": "model for CT", "confidence": 0.9},
    ],
    "code": {
        "status": "released",
        "urls": ["https://github.com/a/merlin"],
        "passage": "Code is available at https://github.com/a/ merlin",
        "confidence": 0.9,
    },
    "results": [
        {"metric": "AUC", "value": "0.955", "unit": None, "dataset": None, "delta": False,
         "passage": "an AUC of 0.955", "confidence": 0.7},
    ],
}  # fmt: skip


@dataclass
class Scripted:
    """A server that answers each request with what `script(request body, number of the request)` says."""

    script: Callable[[dict[str, Any], int], tuple[int, Any, dict[str, str]]]
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def said(content: Any, status: int = 200, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """A chat completion with this content."""
    text = content if isinstance(content, str) else json.dumps(content)
    body = {"choices": [{"message": {"content": text}}], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
    return status, body, headers


@pytest.fixture
def serve() -> Iterator[Callable[..., Scripted]]:
    """Start a scripted server on a free port of the loopback interface."""
    running: list[ThreadingHTTPServer] = []

    def start(script: Callable[[dict[str, Any], int], tuple[int, Any, dict[str, str]]]) -> Scripted:
        scripted = Scripted(script)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with scripted.lock:
                    number = len(scripted.bodies)
                    scripted.bodies.append(body)
                    scripted.keys.append(self.headers["authorization"])
                    scripted.at_once += 1
                    scripted.most_at_once = max(scripted.most_at_once, scripted.at_once)
                status, answer, headers = scripted.script(body, number)
                data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                with scripted.lock:
                    scripted.at_once -= 1
                try:
                    self.send_response(status)
                    for name, value in {"content-length": str(len(data)), **headers}.items():
                        self.send_header(name.replace("_", "-"), value)
                    self.end_headers()
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client gave up waiting

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        running.append(server)
        scripted.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        return scripted

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def extractor_for() -> Iterator[Callable[..., LlmExtractor]]:
    """Make an extractor for a server; `pauses` of the extractor holds the seconds it would have slept."""
    made: list[LlmExtractor] = []

    def make(server: Scripted, **settings: Any) -> LlmExtractor:
        pauses: list[float] = []
        extractor = LlmExtractor(LlmSettings(server.url, "tester", **settings), sleep=pauses.append)
        extractor.pauses = pauses  # type: ignore[attr-defined]
        made.append(extractor)
        return extractor

    yield make
    for extractor in made:
        extractor.close()


def test_a_good_reply_becomes_edges_with_their_place_in_the_text(serve, extractor_for):
    server = serve(lambda body, n: said(GOOD))

    found = next(extractor_for(server, key="secret").extract([PAPER]))

    assert [(e.relation, e.name, e.id) for e in found.edges] == [
        ("proposesMethod", "Merlin", None),
        ("usesDataset", "CT-RATE", None),
        ("targetsModality", "computed tomography", "ct"),
    ]
    for part in (*found.edges, found.code, *found.results):
        assert PAPER.section(part.evidence.section)[part.evidence.start : part.evidence.end] == part.evidence.quote
    assert (found.code.status, found.code.urls) == ("released", ("https://github.com/a/merlin",))
    assert [(r.metric, r.value) for r in found.results] == [("AUC", "0.955")]
    assert server.keys == ["Bearer secret"]
    assert server.bodies[0]["model"] == "tester"
    assert server.bodies[0]["response_format"]["json_schema"]["schema"] == reply_schema()


def test_what_the_text_does_not_bear_out_is_dropped_and_counted(serve, extractor_for):
    invented = {
        "edges": [
            *GOOD["edges"],
            {"relation": "usesDataset", "name": "MIMIC-CXR", "passage": "evaluated on MIMIC-CXR"},
            {"relation": "usesMethod", "name": "GPT-4", "passage": "a ResNet-18 encoder"},
            {"relation": "targetsModality", "name": "telepathy", "passage": "We present Merlin"},
        ],
        "code": GOOD["code"] | {"urls": ["https://github.com/a/merlin", "https://github.com/not/there"]},
        "results": [{"metric": "AUC", "value": "0.999", "passage": "an AUC of 0.955"}],
    }
    extractor = extractor_for(serve(lambda body, n: said(invented)))

    found = next(extractor.extract([PAPER]))

    assert [e.name for e in found.edges] == ["Merlin", "CT-RATE", "computed tomography"]
    assert found.code.urls == ("https://github.com/a/merlin",)
    assert found.results == ()
    assert extractor.dropped.counts == {
        "passages not in the text": 1,
        "names not in the text": 1,
        "unknown modalities": 1,
        "addresses not in the text": 1,
        "values not in the text": 1,
    }
    assert "1 passages not in the text" in extractor.summary()


@pytest.mark.parametrize(
    "wrapped",
    [
        f"```json\n{json.dumps(GOOD)}\n```",
        f"Here are the edges:\n{json.dumps(GOOD)}\nTell me if you need more.",
        f"<think>Is {{Merlin}} a method? Yes.</think>{json.dumps(GOOD)}",
    ],
)
def test_json_in_a_fence_or_between_words_is_read(serve, extractor_for, wrapped):
    extractor = extractor_for(serve(lambda body, n: said(wrapped)))

    assert len(next(extractor.extract([PAPER])).edges) == 3
    assert extractor.usage.requests == 1


def test_malformed_json_is_asked_for_again_with_the_reason(serve, extractor_for):
    broken = [said('{"edges": [{"relation": "usesDataset"'), said({"edges": [{"relation": "likes"}]}), said(GOOD)]
    server = serve(lambda body, n: broken[n])

    found = next(extractor_for(server).extract([PAPER]))

    assert len(found.edges) == 3
    assert "could not be read" in server.bodies[1]["messages"][-1]["content"]
    assert "edges.0.relation" in server.bodies[2]["messages"][-1]["content"]


def test_a_model_that_never_answers_in_json_fails_that_paper_only(serve, extractor_for, tmp_path):
    other = Text("Another paper", "We present Merlin.")
    server = serve(lambda body, n: said("I cannot." if "Another" in body["messages"][1]["content"] else GOOD))
    extractor = extractor_for(server, cache=tmp_path / "llm.sqlite")

    first, second, third = extractor.extract([PAPER, other, PAPER])

    assert (first.failed, third.failed) == (None, None)
    assert second.edges == () and "could not be read" in second.failed
    assert second.as_json()["failed"] == second.failed
    assert extractor.failed == 1
    asked = len(server.bodies)
    assert next(extractor.extract([other])).failed  # a failure is not kept: it is asked for again
    assert len(server.bodies) == asked + READS_PER_PAPER


def test_a_rate_limit_is_waited_out_as_long_as_the_server_says(serve, extractor_for):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    replies = [(429, "slow down", {"retry_after": "7"}), (429, "slow down", {"retry_after": date}), said(GOOD)]
    extractor = extractor_for(serve(lambda body, n: replies[n]))

    assert len(next(extractor.extract([PAPER])).edges) == 3
    assert extractor.pauses[0] == 7
    assert 30 < extractor.pauses[1] <= 60
    assert (extractor.usage.requests, extractor.usage.retries) == (3, 2)


def test_server_errors_are_tried_again_with_growing_pauses(serve, extractor_for):
    extractor = extractor_for(serve(lambda body, n: said(GOOD) if n == 4 else (500, "oops", {})))

    assert len(next(extractor.extract([PAPER])).edges) == 3
    for doubling, pause in enumerate(extractor.pauses):
        assert 2**doubling / 2 <= pause <= 2**doubling
    assert len(extractor.pauses) == 4


def test_a_timeout_is_tried_again(serve, extractor_for):
    def slow_once(body: dict[str, Any], n: int) -> tuple[int, Any, dict[str, str]]:
        if n == 0:
            time.sleep(0.4)
        return said(GOOD)

    extractor = extractor_for(serve(slow_once), timeout_s=0.15)

    assert len(next(extractor.extract([PAPER])).edges) == 3
    assert extractor.usage.requests == 2


def test_something_else_than_a_chat_completion_fails_the_paper(serve, extractor_for):
    extractor = extractor_for(serve(lambda body, n: (200, "<html>a login page</html>", {})))

    assert "login page" in next(extractor.extract([PAPER])).failed


def test_a_server_that_stays_down_stops_the_run(serve, extractor_for):
    extractor = extractor_for(serve(lambda body, n: (503, "down", {})), attempts=1)

    with pytest.raises(ExtractorError, match=f"{FAILURES_IN_A_ROW} papers in a row"):
        list(extractor.extract(Text(f"Paper {n}") for n in range(100)))


def test_a_wrong_key_stops_the_run_at_once_and_says_what_to_check(serve, extractor_for):
    server = serve(lambda body, n: (401, "bad key", {}))

    with pytest.raises(ExtractorError, match="KG_LLM_KEY"):
        list(extractor_for(server, concurrency=1).extract([PAPER]))
    assert len(server.bodies) == 1


def test_a_server_without_structured_output_is_asked_without_it_from_then_on(serve, extractor_for):
    def old(body: dict[str, Any], n: int) -> tuple[int, Any, dict[str, str]]:
        return (400, "unknown field", {}) if "response_format" in body or "temperature" in body else said(GOOD)

    server = serve(old)
    papers = list(extractor_for(server, concurrency=1).extract([PAPER, Text("Merlin", "We present Merlin.")]))

    assert papers[0].edges and papers[1].edges
    assert ["response_format" in b for b in server.bodies] == [True, True, True, False, False]


def test_a_rerun_costs_nothing(serve, extractor_for, tmp_path):
    server = serve(lambda body, n: said(GOOD))
    cache = tmp_path / "deeper" / "llm.sqlite"
    once = list(extractor_for(server, cache=cache).extract([PAPER]))
    again = extractor_for(server, cache=cache)

    assert list(again.extract([PAPER])) == once
    assert len(server.bodies) == 1
    assert again.summary().startswith("llm tester: 0 papers asked, 1 from the cache; 0 requests")


def test_order_is_kept_and_no_more_papers_are_asked_at_once_than_allowed(serve, extractor_for):
    def uneven(body: dict[str, Any], n: int) -> tuple[int, Any, dict[str, str]]:
        time.sleep(0.03 if n % 3 == 0 else 0.005)
        return said({"edges": []})

    server = serve(uneven)
    texts = [Text(f"Paper {n}") for n in range(20)]

    assert [a.title for a in extractor_for(server, concurrency=3).extract(texts)] == [t.title for t in texts]
    assert 2 <= server.most_at_once <= 3


def test_texts_are_taken_as_they_are_needed(serve, extractor_for):
    taken = []

    def endless() -> Iterator[Text]:
        for n in range(1_000_000):
            taken.append(n)
            yield Text(f"Paper {n}")

    reading = extractor_for(serve(lambda body, n: said({"edges": []})), concurrency=2).extract(endless())
    next(reading)
    reading.close()

    assert len(taken) == 4


def test_the_summary_counts_tokens_and_money(serve, extractor_for):
    server = serve(lambda body, n: said(GOOD))
    extractor = extractor_for(server, price_in=2.0, price_out=10.0)

    list(extractor.extract([PAPER, PAPER]))

    assert "2000 tokens in, 200 out; cost 0.0060" in extractor.summary()
    assert "cost unknown" in extractor_for(server).summary()


def test_settings_come_from_the_environment(tmp_path):
    given_ = {"KG_LLM_URL": "http://localhost:1/v1", "KG_LLM_MODEL": "m", "KG_LLM_CONCURRENCY": "9"}

    settings = LlmSettings.from_environment(given_ | {"KG_LLM_CACHE": "none", "KG_LLM_PRICE_IN": "0.5"})

    assert (settings.url, settings.concurrency, settings.cache, settings.price_in) == (
        given_["KG_LLM_URL"],
        9,
        None,
        0.5,
    )
    by_default = LlmSettings.from_environment(given_ | {"XDG_CACHE_HOME": str(tmp_path)})
    assert by_default.cache == tmp_path / "paperatlas" / "llm.sqlite"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "KG_LLM_URL"),
        ({"KG_LLM_URL": "http://localhost/v1"}, "KG_LLM_MODEL"),
        ({"KG_LLM_URL": "localhost", "KG_LLM_MODEL": "m"}, "http"),
        ({"KG_LLM_URL": "http://localhost/v1", "KG_LLM_MODEL": "m", "KG_LLM_TIMEOUT_S": "long"}, "KG_LLM_TIMEOUT_S"),
    ],
)
def test_a_missing_or_wrong_setting_is_named(environment, named):
    with pytest.raises(ExtractorError, match=named):
        LlmSettings.from_environment(environment)


def test_the_schema_closes_every_object_as_structured_output_wants():
    def objects(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for value in node.values():
                yield from objects(value)
        elif isinstance(node, list):
            for value in node:
                yield from objects(value)

    found = list(objects(reply_schema()))

    assert len(found) == 4
    for one in found:
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])


@given(st.text(max_size=60), st.text(max_size=200))
def test_a_passage_that_is_found_stands_where_it_says(passage, abstract):
    found = find_passage(passage, Text("A title", abstract))

    if found is not None:
        assert Text("A title", abstract).section(found.section)[found.start : found.end] == found.quote
        assert found.quote.split() == passage.split()
    elif passage.split():
        assert passage not in abstract


@pytest.fixture
def chosen_by_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Scripted], None]]:
    """Point `--extractor llm` to a server by environment variables, as users do."""

    def choose(server: Scripted) -> None:
        get_extractor.cache_clear()
        monkeypatch.setenv("KG_LLM_URL", server.url)
        monkeypatch.setenv("KG_LLM_MODEL", "tester")
        monkeypatch.setenv("KG_LLM_CACHE", str(tmp_path / "llm.sqlite"))

    yield choose
    if get_extractor.cache_info().currsize:
        get_extractor("llm").close()  # type: ignore[attr-defined]
    get_extractor.cache_clear()


def never_for_another(body: dict[str, Any], n: int) -> tuple[int, Any, dict[str, str]]:
    return said("I cannot." if "Another" in body["messages"][1]["content"] else GOOD)


def test_the_command_line_tells_tokens_and_failures_on_standard_error(serve, chosen_by_environment, tmp_path):
    chosen_by_environment(serve(never_for_another))
    papers = tmp_path / "papers.jsonl"
    rows = [{"title": PAPER.title, "abstract": PAPER.abstract}, {"title": "Another paper", "abstract": "Merlin."}]
    papers.write_text("".join(json.dumps(row) + "\n" for row in rows))

    run = CliRunner().invoke(app, ["extract", str(papers), "--extractor", "llm", "-o", str(tmp_path / "edges.jsonl")])

    assert run.exit_code == 1
    read, unread = map(json.loads, (tmp_path / "edges.jsonl").read_text().splitlines())
    assert [e["name"] for e in read["edges"]] == ["Merlin", "CT-RATE", "computed tomography"]
    assert (unread["edges"], "could not be read" in unread["failed"]) == ([], True)
    assert "papers.jsonl line 2: 'Another paper': 3 replies could not be read" in run.stderr
    assert "llm tester: 2 papers asked, 0 from the cache; 1 without a usable answer" in run.stderr
    assert "tokens in" in run.stderr


def test_a_paper_that_was_not_answered_is_rejected_and_read_by_the_next_load(serve, chosen_by_environment, tmp_path):
    server = serve(never_for_another)
    chosen_by_environment(server)
    papers = [Paper(title=t, abstract="We present Merlin", source="jsonl") for t in ("Merlin", "Another Merlin")]

    first = load(papers, tmp_path / "graph", extractor="llm", workers=1)
    server.script = lambda body, n: said(GOOD)
    second = load(papers, tmp_path / "graph", extractor="llm", workers=1)

    assert (first.new, first.rejected) == (1, {"unread": 1})
    assert (second.new, second.unchanged, second.rejected) == (1, 1, {})
