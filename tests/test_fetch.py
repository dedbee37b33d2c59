"""Sources on the network, stood in for by a server that behaves and misbehaves as they do."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fetch_server import TOTAL, Sources, cut, cut_quietly, empty_feed, status, title

from kg import fetch
from kg.fetch import Client, FetchOptions, Spec, is_remote, parse_spec
from schema.errors import BadRequest, KgError, NotFound, Rejected, SourceError
from schema.paper import Paper

NOW = 1_732_406_400.0  # 2024-11-24


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def monotonic(self) -> float:
        return self.time

    def now(self) -> float:
        return NOW + self.time


@pytest.fixture(scope="module")
def one_server() -> Iterator[Sources]:
    sources = Sources()
    yield sources
    sources.shutdown()
    sources.server_close()


@pytest.fixture
def server(one_server: Sources) -> Sources:
    one_server.reset()
    return one_server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def options(server: Sources, tmp_path: Path) -> FetchOptions:
    return FetchOptions(
        cache=str(tmp_path / "cache"), contact="me@example.org", arxiv_url=f"{server.base}/arxiv/query",
        arxiv_oai_url=f"{server.base}/oai", pubmed_url=f"{server.base}/eutils", openalex_url=f"{server.base}/openalex",
        s2_url=f"{server.base}/s2", huggingface_url=f"{server.base}/hf", crossref_url=f"{server.base}/crossref",
        doi_url=f"{server.base}/doi", openreview_url=f"{server.base}/openreview",
    )  # fmt: skip


@pytest.fixture
def client(options: FetchOptions, clock: Clock) -> Iterator[Client]:
    with Client(options, sleep=clock.sleep, clock=clock.monotonic, now=clock.now) as client:
        yield client


def fetched(client: Client, text: str, most: int | None = None, since: date | None = None) -> list[Paper | Rejected]:
    return list(fetch.open_source(text, client=client, most=most, since=since))


def titles(records: list[Paper | Rejected]) -> list[str]:
    return [r.title for r in records if isinstance(r, Paper)]


ALL = [title(n) for n in range(TOTAL)]


@pytest.mark.parametrize(
    ("text", "count", "requests"),
    [
        ('arxiv:"cat:eess.IV AND abs:CT"', TOTAL, 3),
        ("arxiv-oai:eess", 60, 3),
        ("pubmed:low-dose CT", TOTAL, 4),
        ("openalex:low-dose CT", TOTAL, 6),
        ("s2:low-dose CT", 300, 3),
    ],
)
def test_every_page_of_an_answer_is_read_in_order(
    client: Client, server: Sources, text: str, count: int, requests: int
) -> None:
    assert titles(fetched(client, text)) == ALL[:count]
    assert len(server.asked) == requests


@pytest.mark.parametrize("text", ["arxiv:CT", "pubmed:CT", "openalex:CT", "s2:CT", "arxiv-oai:eess"])
def test_no_more_is_read_and_asked_for_than_is_wanted(client: Client, server: Sources, text: str) -> None:
    assert titles(fetched(client, text, most=5)) == ALL[:5]
    assert len(server.asked) <= 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2401.00007v2", title(7)),
        ("arXiv:2401.00007", title(7)),
        ("https://arxiv.org/abs/2401.00007v1", title(7)),
        ("10.48550/arXiv.2401.00007", title(7)),
        ("pubmed:8", title(8)),
        ("https://pubmed.ncbi.nlm.nih.gov/8/", title(8)),
        ("PMC:PMC9000001", "Segmenting kidney tumours on CT with few labels"),
        ("openalex:W8", title(7)),
        ("https://openalex.org/W8", title(7)),
        ("s2:DOI:10.1234/x", title(1)),
        ("hf:2405.00001", "Harbour-Seg: Segmenting Kidney Tumours on CT with Few Labels"),
        ("https://huggingface.co/papers/2405.00001", "Harbour-Seg: Segmenting Kidney Tumours on CT with Few Labels"),
        ("10.1234/harbour.7", "Harbour-Seg: Segmenting kidney tumours on CT with few labels"),
        ("https://doi.org/10.1234/Harbour.7", "Harbour-Seg: Segmenting kidney tumours on CT with few labels"),
        ("doi:10.5555/datacite.1", "Harbour-Seg: Segmenting Kidney Tumours on CT with Few Labels"),
        ("https://openreview.net/forum?id=Abc123", title(1)),
    ],
)
def test_one_paper_is_found_by_any_of_its_names(client: Client, text: str, wanted: str) -> None:
    assert titles(fetched(client, text)) == [wanted]


def test_a_day_and_days_of_hugging_face_are_read(client: Client, server: Sources) -> None:
    assert len(titles(fetched(client, "hf:daily/2024-11-20"))) == 3
    assert len(titles(fetched(client, "hf:daily/2024-11-18..2024-11-20"))) == 9
    assert len(titles(fetched(client, "hf:daily/2024-11-01..", since=date(2024, 11, 23)))) == 6


def test_the_client_says_who_it_is_and_keys_go_where_they_belong(
    server: Sources, options: FetchOptions, clock: Clock
) -> None:
    keyed = replace(options, ncbi_key="N", openalex_key="O", s2_key="S", hf_token="H")
    with Client(keyed, sleep=clock.sleep, clock=clock.monotonic, now=clock.now) as client:
        for text in ("pubmed:8", "openalex:W8", "s2:CT", "hf:2405.00001"):
            fetched(client, text, most=1)
    (_, pubmed, agent), (_, openalex, _), (_, _, s2), (_, _, hf) = server.asked
    assert agent["user-agent"].startswith("PaperAtlas/")
    assert "mailto:me@example.org" in agent["user-agent"]
    assert (pubmed["api_key"], pubmed["email"], pubmed["tool"]) == ("N", "me@example.org", "paperatlas")
    assert (openalex["api_key"], openalex["mailto"]) == ("O", "me@example.org")
    assert s2["x-api-key"] == "S"
    assert hf["authorization"] == "Bearer H"


def test_requests_keep_the_pace_of_the_source(client: Client, clock: Clock) -> None:
    fetched(client, "arxiv:CT")
    assert clock.slept == [3.0, 3.0]


@pytest.mark.parametrize(
    ("trouble", "waited"),
    [
        (status(429, retry_after="7"), 7.0),
        (status(503, retry_after="Sun, 24 Nov 2024 00:00:20 GMT"), 20.0),
        (status(503), 1.0),
        (status(500), 1.0),
    ],
    ids=["429 with seconds", "503 with a date", "503", "500"],
)
def test_a_busy_source_is_asked_again_after_the_wait_that_it_asks_for(
    client: Client, server: Sources, clock: Clock, trouble: object, waited: float
) -> None:
    server.trouble = [trouble]  # type: ignore[list-item]
    assert titles(fetched(client, "pubmed:8")) == [title(8)]
    assert clock.slept[0] == waited


@pytest.mark.parametrize("trouble", [cut, cut_quietly], ids=["broken connection", "short body"])
@pytest.mark.parametrize("text", ["arxiv:CT", "arxiv-oai:eess", "pubmed:CT", "openalex:CT", "s2:CT"])
def test_a_page_that_breaks_off_is_asked_for_again(client: Client, server: Sources, text: str, trouble: object) -> None:
    server.trouble = [lambda true: None, trouble]  # type: ignore[list-item]
    records = fetched(client, text)
    assert titles(records) == ALL[: len(records)]
    assert len(records) >= 60


def test_an_empty_slice_of_arxiv_is_asked_for_again(client: Client, server: Sources) -> None:
    server.trouble = [lambda true: None, empty_feed]
    assert titles(fetched(client, "arxiv:CT")) == ALL


def test_a_source_that_asks_for_too_much_patience_says_when_to_come_back(client: Client, server: Sources) -> None:
    server.trouble = [status(429, retry_after="86400")]
    with pytest.raises(SourceError, match="86,400 seconds"):
        fetched(client, "pubmed:8")


def test_what_came_before_a_failure_is_kept_and_the_next_run_goes_on_from_there(
    client: Client, server: Sources
) -> None:
    server.trouble = [lambda true: None, *[status(503)] * 5]
    records = fetched(client, "arxiv:CT")
    assert titles(records) == ALL[:200]
    assert [r.code for r in records if isinstance(r, Rejected)] == ["source-error"]
    before = len(server.asked)
    assert titles(fetched(client, "arxiv:CT")) == ALL
    assert len(server.asked) == before + 2


def test_a_token_that_has_run_out_begins_the_harvest_again(client: Client, server: Sources) -> None:
    server.expired = True
    found = titles(fetched(client, "arxiv-oai:eess"))
    assert list(dict.fromkeys(found)) == ALL[:60]


def test_an_answer_with_a_validator_is_not_sent_again(client: Client, server: Sources) -> None:
    first = fetched(client, "hf:daily/2024-11-20")
    assert fetched(client, "hf:daily/2024-11-20") == first
    assert server.asked[-1][2]["if-none-match"] == 'W/"2024-11-20-0"'


def test_an_answer_without_a_validator_is_kept_for_a_day(client: Client, server: Sources, clock: Clock) -> None:
    fetched(client, "pubmed:8")
    fetched(client, "pubmed:8")
    assert len(server.asked) == 1
    clock.time += 90_000
    fetched(client, "pubmed:8")
    assert len(server.asked) == 2


def test_a_kept_answer_that_was_damaged_on_disk_is_fetched_anew(client: Client, server: Sources) -> None:
    fetched(client, "pubmed:8")
    for body in client.options.cache_path.rglob("*.body"):
        body.write_bytes(b"damaged")
    assert titles(fetched(client, "pubmed:8")) == [title(8)]
    assert len(server.asked) == 2


def test_keys_are_not_written_to_the_disk(server: Sources, options: FetchOptions, clock: Clock) -> None:
    with Client(replace(options, ncbi_key="topsecret"), sleep=clock.sleep, clock=clock.monotonic) as client:
        fetched(client, "pubmed:8")
    assert all(b"topsecret" not in f.read_bytes() for f in options.cache_path.rglob("*") if f.is_file())


ROWS = b"".join(b'{"title": "%s", "abstract": "a"}\n' % t.encode() for t in ALL)


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.jsonl.gz"])
def test_a_file_at_an_address_is_read_and_not_sent_again(client: Client, server: Sources, name: str) -> None:
    server.file = gzip.compress(ROWS) if name.endswith("gz") else ROWS
    address = f"{server.base}/files/{name}"
    assert titles(fetched(client, address)) == ALL
    assert titles(fetched(client, address)) == ALL
    assert server.asked[-1][2]["if-none-match"] == '"one"'


def test_a_download_that_broke_off_goes_on_where_it_stopped(client: Client, server: Sources) -> None:
    server.file = ROWS
    server.trouble = [cut]
    assert titles(fetched(client, f"{server.base}/files/papers.jsonl")) == ALL
    assert server.asked[-1][2]["range"] == f"bytes={len(ROWS) // 2}-"


def test_a_download_of_a_file_that_changed_meanwhile_begins_again(client: Client, server: Sources) -> None:
    server.file = b'{"title": "old", "abstract": "a"}\n' * 900

    def cut_and_change(true: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
        server.file, server.file_tag = ROWS, '"two"'
        return cut(true)

    server.trouble = [cut_and_change]
    assert titles(fetched(client, f"{server.base}/files/papers.jsonl")) == ALL


def test_what_is_new_is_asked_for_in_the_words_of_each_source(client: Client, server: Sources) -> None:
    since = date(2024, 11, 20)
    for text in ("arxiv:CT", "arxiv-oai:eess", "pubmed:CT", "openalex:CT", "s2:CT"):
        fetched(client, text, most=1, since=since)
    arxiv, oai, pubmed, _, openalex, s2 = (params for _, params, _ in server.asked)
    assert arxiv["sortBy"] == "lastUpdatedDate"
    assert oai["from"] == "2024-11-20"
    assert pubmed["mindate"] == "2024/11/19"
    assert openalex["filter"] == "from_publication_date:2024-09-21"
    assert s2["publicationDateOrYear"] == "2024-11-20:"


def test_arxiv_is_not_asked_beyond_the_first_paper_that_is_old(client: Client, server: Sources) -> None:
    found = fetched(client, "arxiv:CT", since=date(2024, 12, 1))
    assert len(server.asked) == 1
    assert 0 < len(found) <= 200


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("arxv:CT", BadRequest, "Did you mean 'arxiv'"),
        ("pubmed:", BadRequest, "asks for nothing"),
        ("pubmed:[[", SourceError, "cannot search"),
        ("hf:weekly/3", BadRequest, "is no day"),
        ("hf:daily/2024-13-01", BadRequest, "2026-11-20"),
        ("10.9999/missing", NotFound, "is not there"),
        ("no-such-file.jsonl", NotFound, "no file"),
    ],
)
def test_a_source_that_cannot_be_opened_says_why(client: Client, text: str, error: type[KgError], said: str) -> None:
    with pytest.raises(error, match=said):
        fetched(client, text)


def test_a_server_that_is_not_there_is_an_error_that_says_so(options: FetchOptions, clock: Clock) -> None:
    nowhere = replace(options, pubmed_url="http://127.0.0.1:9")
    with (
        Client(nowhere, sleep=clock.sleep, clock=clock.monotonic) as client,
        pytest.raises(SourceError, match="cannot be reached"),
    ):
        fetched(client, "pubmed:8")


def test_files_and_standard_input_are_not_on_the_network(tmp_path: Path) -> None:
    odd = tmp_path / "arxiv:x"
    odd.write_text('{"title": "T"}\n')
    assert not is_remote(str(odd))
    assert not is_remote("-")
    assert not is_remote("papers.jsonl")
    assert not is_remote("C:\\papers.jsonl")
    assert parse_spec("openalex:type:article,publication_year:2024") == Spec(
        "openalex", "type:article,publication_year:2024", "openalex:type:article,publication_year:2024"
    )


def test_quotes_around_a_query_go_and_quotes_inside_it_stay() -> None:
    def query_of(text: str) -> str:
        spec = parse_spec(text)
        assert spec is not None
        return spec.query

    assert query_of('arxiv:"cat:eess.IV AND abs:CT"') == "cat:eess.IV AND abs:CT"
    assert query_of('arxiv:abs:"computed tomography"') == 'abs:"computed tomography"'
    assert query_of('s2:"low dose" | "cone beam"') == '"low dose" | "cone beam"'
