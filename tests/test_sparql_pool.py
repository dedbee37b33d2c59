"""No query hurts another: limits of time, memory, rows and bytes, and what becomes of the processes."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

import pytest

from kg.sparql.pool import SparqlPool
from kg.sparql.question import SparqlLimits, SparqlQuery
from kg.store import embedded
from kg.store.answers import Question, ask
from kg.store.formats import BY_NAME
from schema.errors import BadQuery, KgError, LimitExceeded, NotAcceptable, Overloaded, StoreError

T = TypeVar("T")
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = "SELECT (COUNT(DISTINCT *) AS ?n) { ?a ?b ?c . ?d ?e ?f }"
EVERYTHING = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
SMALL = "SELECT ?s { ?s ?p 'x3' }"


@pytest.fixture(scope="module")
def rdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pool") / "rdf"
    embedded.build(path, (f'<http://s/{i}> <http://p> "x{i}" .\n'.encode() for i in range(3000)))
    return path


@pytest.fixture
def pool(rdf: Path, request: pytest.FixtureRequest) -> Iterator[SparqlPool]:
    limits = SparqlLimits(
        **{"timeout_s": 1.0, "quick_s": 0.2, "memory_bytes": 64 << 20, **getattr(request, "param", {})}
    )
    with SparqlPool("http://base/", limits) as made:
        made.use(rdf)
        yield made


def run(asked: Callable[[], Awaitable[T]]) -> T:
    return asyncio.run(asked())  # type: ignore[arg-type]


async def whole(pool: SparqlPool, text: str, **more: object) -> bytes:
    stream = await pool.ask(SparqlQuery(text, **more))  # type: ignore[arg-type]
    return b"".join([part async for part in stream.parts()])


def processes(pool: SparqlPool) -> set[int]:
    host = pool._host
    assert host is not None
    found = {host._process.pid}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == host._process.pid and fields[0] != "Z":
                found.add(int(entry.name))
    return found


def test_a_query_is_answered(pool: SparqlPool) -> None:
    assert b"http://s/3" in run(lambda: whole(pool, SMALL))


def test_a_query_that_runs_too_long_is_killed_and_the_next_one_answered(pool: SparqlPool) -> None:
    began = time.monotonic()
    with pytest.raises(LimitExceeded, match="1 seconds"):
        run(lambda: whole(pool, PRODUCT))

    assert time.monotonic() - began < 5
    assert b"http://s/3" in run(lambda: whole(pool, SMALL))


@pytest.mark.parametrize("pool", [{"timeout_s": 30.0}], indirect=True)
def test_a_query_that_takes_too_much_memory_ends_alone(pool: SparqlPool) -> None:
    with pytest.raises(LimitExceeded, match="64 MB"):
        run(lambda: whole(pool, GREEDY))

    assert b"http://s/3" in run(lambda: whole(pool, SMALL))


@pytest.mark.parametrize("pool", [{"rows": 100}], indirect=True)
@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv"])
def test_one_row_more_than_the_limit_is_an_error_and_the_limit_itself_is_not(pool: SparqlPool, format: str) -> None:
    text = "SELECT * { ?s ?p ?o } LIMIT %d"

    assert run(lambda: whole(pool, text % 100, solutions=(format,)))
    with pytest.raises(LimitExceeded, match="100 rows"):
        run(lambda: whole(pool, text % 101, solutions=(format,)))


@pytest.mark.parametrize("pool", [{"bytes": 3_000_000, "timeout_s": 20.0, "rows": 0}], indirect=True)
def test_a_stream_that_is_cut_says_so_at_its_end(pool: SparqlPool) -> None:
    async def read() -> tuple[bytes, KgError | None]:
        stream = await pool.ask(SparqlQuery(EVERYTHING))
        data = b""
        try:
            async for part in stream.parts():
                data += part
        except KgError as err:
            return data, err
        return data, None

    data, error = run(read)

    assert isinstance(error, LimitExceeded) and b"# Cut off. limit-exceeded" in data[-300:]
    assert 1_000_000 < len(data) < 3_100_000


def test_a_reader_that_leaves_ends_the_query(pool: SparqlPool) -> None:
    async def read_a_little() -> None:
        stream = await pool.ask(SparqlQuery(EVERYTHING))
        async for _ in stream.parts():
            break
        stream.close()

    run(read_a_little)
    _eventually(lambda: len(processes(pool)) == 1)
    assert b"http://s/3" in run(lambda: whole(pool, SMALL))


@pytest.mark.parametrize(
    "pool", [{"quick": 1, "quick_s": 5.0, "timeout_s": 1.0, "queue": 1, "queue_wait_s": 0.3}], indirect=True
)
def test_a_full_queue_turns_away_at_once_and_a_long_wait_later(pool: SparqlPool) -> None:
    run(lambda: whole(pool, SMALL))

    async def three() -> list[object]:
        first = asyncio.create_task(whole(pool, PRODUCT))
        await asyncio.sleep(0.1)
        return await asyncio.gather(first, whole(pool, SMALL), whole(pool, SMALL), return_exceptions=True)

    first, second, third = run(three)

    assert isinstance(first, LimitExceeded | Overloaded)
    assert isinstance(second, Overloaded) and "0.3 seconds" in str(second)
    assert isinstance(third, Overloaded) and "waiting already" in str(third)


@pytest.mark.parametrize(
    "pool", [{"quick": 2, "quick_s": 0.05, "slow": 1, "timeout_s": 60.0, "queue_wait_s": 4.0}], indirect=True
)
def test_long_queries_leave_the_way_free_for_short_ones(pool: SparqlPool) -> None:
    run(lambda: whole(pool, SMALL))

    async def mixed() -> BaseException | None:
        long = [asyncio.create_task(whole(pool, PRODUCT)) for _ in range(2)]
        while pool._slow.free or pool._quick.free < 2:  # until one runs in the slow lane and one is paused before it
            await asyncio.sleep(0.01)
        for _ in range(10):
            assert b"http://s/3" in await whole(pool, SMALL)
        ended, running = await asyncio.wait(long, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return ended.pop().exception()

    turned_away = run(mixed)

    assert isinstance(turned_away, Overloaded) and "long queries" in str(turned_away)
    _eventually(lambda: len(processes(pool)) <= 3)


def test_processes_are_kept_for_the_next_query_and_all_end_at_the_close(rdf: Path) -> None:
    pool = SparqlPool("http://base/", SparqlLimits(quick=2))
    pool.use(rdf)
    for _ in range(5):
        run(lambda: whole(pool, SMALL))
    seen = processes(pool)
    pool.close()

    assert len(seen) == 2
    _eventually(lambda: not any(_runs(pid) for pid in seen))


def test_a_host_that_was_killed_is_started_anew(pool: SparqlPool) -> None:
    run(lambda: whole(pool, SMALL))
    host = pool._host
    assert host is not None
    os.kill(host._process.pid, 9)
    host._process.wait()

    _eventually(lambda: _answers(pool))


def test_another_snapshot_replaces_the_first(pool: SparqlPool, tmp_path: Path) -> None:
    run(lambda: whole(pool, SMALL))
    first = pool._host
    embedded.build(tmp_path / "rdf", iter([b'<http://other> <http://p> "x3" .\n']))
    pool.use(tmp_path / "rdf")

    assert b"http://other" in run(lambda: whole(pool, SMALL))
    assert first is not None
    _eventually(lambda: not first.alive)


@pytest.mark.parametrize("pool", [{"in_memory_bytes": 0}], indirect=True)
def test_a_snapshot_too_large_for_memory_is_asked_on_disk(pool: SparqlPool) -> None:
    assert b"http://s/3" in run(lambda: whole(pool, SMALL))
    assert pool._host is not None and not pool._host.memory


def test_a_middling_snapshot_is_asked_on_disk_until_it_is_in_memory(rdf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.sparql.pool._SMALL", 0)
    with SparqlPool("http://base/") as pool:
        pool.use(rdf)
        assert b"http://s/3" in run(lambda: whole(pool, SMALL))
        _eventually(lambda: pool._host is not None and pool._host.memory, within_s=20)
        assert b"http://s/3" in run(lambda: whole(pool, SMALL))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
def test_a_worker_cannot_open_a_socket() -> None:
    script = (
        "import socket; from kg.sparql.worker import _close_the_door; _close_the_door(True)\n"
        "try: socket.socket()\nexcept OSError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert done.stdout == "refused\n", done.stderr


class _OtherEndpoint(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"from afar"}}]}}'
        self.send_response(200)
        self.send_header("content-type", "application/sparql-results+json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


def test_an_endpoint_that_is_allowed_is_asked_and_another_is_not(rdf: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OtherEndpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/sparql"
    try:
        with SparqlPool("http://base/", SparqlLimits(timeout_s=30), (url,)) as pool:
            pool.use(rdf)
            text = "SELECT ?x { SERVICE <%s> { ?s ?p ?x } }"
            assert b"from afar" in run(lambda: whole(pool, text % url))
            with pytest.raises(BadQuery, match="Allowed are"):
                run(lambda: whole(pool, text % f"{url}/2"))
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("pool", [{"timeout_s": 20.0}], indirect=True)
def test_errors_keep_their_kind_on_the_way_from_the_worker(pool: SparqlPool) -> None:
    for text, kind in (("SELEC", BadQuery), ("ASK { SERVICE <http://x/> { ?s ?p ?o } }", BadQuery)):
        with pytest.raises(kind):
            run(lambda text=text: whole(pool, text))
    with pytest.raises(NotAcceptable, match="text/csv"):
        run(lambda: whole(pool, SMALL, solutions=()))


def test_a_snapshot_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rdf").mkdir()
    with SparqlPool("http://base/") as pool:
        pool.use(tmp_path / "rdf")
        with pytest.raises(StoreError):
            run(lambda: whole(pool, SMALL))


def test_rows_in_csv_are_counted_by_rows_and_not_by_lines(rdf: Path) -> None:
    store = embedded.open_read_only(rdf)
    text = 'SELECT ?x { VALUES ?x { "one\\r\\ntwo" "a \\"quoted\\r\\n\\" thing" "three" } }'

    ask(store, Question(text)).write(BY_NAME["csv"], io.BytesIO(), limit_rows=3)
    with pytest.raises(LimitExceeded):
        ask(store, Question(text)).write(BY_NAME["csv"], io.BytesIO(), limit_rows=2)


def _answers(pool: SparqlPool) -> bool:
    try:
        return b"http://s/3" in run(lambda: whole(pool, SMALL))
    except KgError:
        return False


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _eventually(is_so: Callable[[], bool], within_s: float = 5.0) -> None:
    until = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)
