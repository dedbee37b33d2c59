"""The web pages, rendered on the server: every state has an address, and reading needs no script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.app import create_app
from graphql_api.web.marks import Mark, segments
from graphql_api.web.selection import CODE, FACETS, Selection, graphql_literal
from kg.settings import Settings


@pytest.fixture(scope="module")
def site(listing_atlas: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as client:
        yield client


def test_the_front_page_says_what_is_in_the_graph(site: TestClient) -> None:
    text = site.get("/").text

    assert "A graph of 119 papers" in text
    assert "computed tomography" in text


def test_a_facet_narrows_the_papers_down_and_can_be_taken_away(site: TestClient) -> None:
    text = site.get("/?modality=ct&code=released").text

    assert "modality: computed tomography" in text
    assert 'href="/?modality=ct"' in text
    assert 'href="/?code=released"' in text


def test_what_fits_nothing_says_what_to_take_away(site: TestClient) -> None:
    text = site.get("/?modality=ct&since=2999").text

    assert "No paper fits all of this" in text
    assert "without modality: computed tomography" in text


def test_a_value_that_is_not_in_the_graph_is_named_and_left_out(site: TestClient) -> None:
    assert "Not in this graph, and left out: nonsense" in site.get("/?modality=nonsense").text


def test_words_are_marked_in_the_results(site: TestClient) -> None:
    assert "<mark>" in site.get("/?q=segmentation").text


def test_type_ahead_finds_entities_and_papers(site: TestClient) -> None:
    hits = site.get("/suggest", params={"q": "computed tomo"}).json()

    assert {"id": "modality/ct", "label": "computed tomography", "kind": "modality"} in hits


@pytest.mark.parametrize("plural", ["datasets", "methods", "tasks", "modalities", "conditions"])
def test_every_class_has_a_list(site: TestClient, plural: str) -> None:
    assert site.get(f"/{plural}").status_code == 200


def test_nothing_is_fetched_from_outside(site: TestClient) -> None:
    answer = site.get("/?modality=ct")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'src="http' not in answer.text
    assert '<link rel="stylesheet" href="http' not in answer.text


def test_hostile_addresses_show_a_page_and_no_markup(site: TestClient) -> None:
    answer = site.get("/", params={"q": "<script>alert(1)</script>", "page": "9" * 40, "since": "x", "modality": "<b>"})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


values = st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=3, unique=True).map(tuple)
states = st.builds(
    Selection,
    words=st.from_regex(r"([a-z]{1,6}( [a-z]{1,6})?)?", fullmatch=True),
    values=st.fixed_dictionaries(dict.fromkeys(FACETS, values)).map(lambda d: tuple((k, d[k]) for k in FACETS if d[k])),
    code=st.sets(st.sampled_from([*CODE])).map(lambda s: tuple(c for c in CODE if c in s)),
    since=st.none() | st.integers(1000, 2999),
    page=st.integers(1, 50),
)


@given(states)
def test_a_state_survives_its_address(state: Selection) -> None:
    from urllib.parse import parse_qsl, urlsplit

    assert Selection.read(parse_qsl(urlsplit(state.address()).query)) == state


@given(states, st.sampled_from([*FACETS]), st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_choosing_a_value_twice_is_not_choosing_it(state: Selection, facet: str, key: str) -> None:
    from urllib.parse import parse_qsl, urlsplit

    once = Selection.read(parse_qsl(urlsplit(state.toggled(facet, key)).query))
    assert (key in once.facets.get(facet, ())) != (key in state.facets.get(facet, ()))


@given(st.text(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40))))
def test_pieces_in_order_give_the_text_again(text: str, ends: list[tuple[int, int]]) -> None:
    marks = [Mark(a, min(b, len(text)), "usesMethod", n) for n, (a, b) in enumerate(ends) if a < len(text)]

    assert "".join(s.text for s in segments(text, marks)) == text


def test_a_filter_is_written_as_graphql() -> None:
    assert graphql_literal({"targetsModality": {"is": "CT"}, "n": [1, True]}) == (
        '{targetsModality: {is: "CT"}, n: [1, true]}'
    )


def test_a_modality_has_a_page_with_its_place_in_the_tree(site: TestClient) -> None:
    text = site.get("/modality/ct", headers={"accept": "text/html"}).text

    assert "Papers that target this modality" in text
    assert '<a href="/modality/medical-imaging">medical imaging</a>' in text
    assert "mesh:D014057" in text


def test_a_papers_page_marks_the_words_that_support_its_edges(site: TestClient) -> None:
    hit = next(h for h in site.get("/suggest", params={"q": "CLIMAT"}).json() if h["kind"] == "paper")

    text = site.get(f"/{hit['id']}", headers={"accept": "text/html"}).text

    assert 'class="rel-studiesCondition" data-edges="' in text
    assert "drawn by" in text
    assert "kg corrections add" in text


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/graph", "The whole graph"),
        ("/graph?ego=modality/ct", "Around computed tomography"),
        ("/graph?modality=ct", "papers and"),
    ],
)
def test_the_graph_can_be_looked_at_or_taken_as_a_file(site: TestClient, address: str, heading: str) -> None:
    text = site.get(address).text

    assert heading in text
    assert "/export/gexf?" in text


def test_papers_stand_side_by_side_and_leave_as_a_table(site: TestClient) -> None:
    hits = [h["id"] for h in site.get("/suggest", params={"q": "CLIMAT"}).json() if h["kind"] == "paper"][:2]
    query = "&".join(f"id={h}" for h in hits)

    assert "addresses task" in site.get(f"/compare?{query}").text
    assert site.get(f"/compare.csv?{query}").text.splitlines()[0].startswith(",")
    assert site.get(f"/compare.md?{query}").text.startswith("|  | ")
    assert r"\begin{tabular}" in site.get(f"/compare.tex?{query}").text


def test_things_of_two_kinds_are_not_compared(site: TestClient) -> None:
    paper = next(h["id"] for h in site.get("/suggest", params={"q": "CLIMAT"}).json() if h["kind"] == "paper")

    assert site.get(f"/compare?id={paper}&id=modality/ct").status_code == 400


def test_a_filter_has_a_feed(site: TestClient) -> None:
    from xml.etree import ElementTree as ET

    root = ET.fromstring(site.get("/feed?modality=ct").content)
    entries = root.findall("{http://www.w3.org/2005/Atom}entry")

    assert 0 < len(entries) <= 50
    assert all(e.findtext("{http://www.w3.org/2005/Atom}id", "").startswith("https://w3id.org/") for e in entries)


def test_every_plot_has_its_data_and_a_query_that_runs(site: TestClient) -> None:
    from graphql_api.web.plots import PLOTS

    text = site.get("/plots").text
    queries = [html.unescape(q) for q in re.findall(r'<pre tabindex="0">(\{.*?)</pre>', text, re.DOTALL)]

    assert queries
    for query in queries:
        assert "errors" not in site.post("/graphql", json={"query": query}).json()
    for name in PLOTS:
        assert "," in site.get(f"/plots/{name}.csv").text.splitlines()[0]
    assert site.get("/plots/nonsense.csv").status_code == 404


@pytest.mark.parametrize("address", ["/?modality=ct&code=released", "/?q=segmentation", "/task/image-segmentation"])
def test_what_is_taken_away_runs_as_it_stands(site: TestClient, address: str) -> None:
    text = site.get(address, headers={"accept": "text/html"}).text
    taken = dict(re.findall(r"<summary>As (\w+)</summary>.*?<pre[^>]*>(.*?)</pre>", text, re.DOTALL))

    answer = site.post("/graphql", json={"query": html.unescape(taken["GraphQL"])}).json()
    assert "errors" not in answer, answer
    rows = site.get("/sparql", params={"query": html.unescape(taken["SPARQL"])}, headers={"accept": "text/csv"})
    assert rows.status_code == 200, rows.text
    found = len(rows.text.splitlines()) - 1
    # Full text finds other forms of a word, too; SPARQL does not, and the query says so.
    assert 0 < found <= (papers := len(answer["data"]["papers"]["nodes"]))
    assert found == papers or "no full text" in taken["SPARQL"]
    compile(html.unescape(taken["Python"]), "taken.py", "exec")
    for href in re.findall(r'href="(/export/[^"]+)"', text):
        assert site.get(html.unescape(href)).status_code == 200, href


def test_a_task_has_its_leaderboards_with_the_words_behind_each_value(site: TestClient, listing_atlas: Path) -> None:
    from kg.analysis import leaderboards
    from kg.query import Graph

    table = next(t for t in leaderboards(Graph.open(listing_atlas)) if t.task and t.dataset)

    for id_ in (table.task, table.dataset):
        text = site.get(f"/{id_}", headers={"accept": "text/html"}).text
        assert "Leaderboards" in text
        assert f'href="/{table.entries[0].result_id}"' in text


def test_a_list_counts_each_relation_as_the_filter_does(site: TestClient) -> None:
    text = site.get("/datasets").text
    (used, introduced) = re.findall(
        r'<a href="/dataset/mimic-iv">.*?</a></td><td class="num">(\d+)</td><td class="num">(\d+)', text
    )[0]
    query = '{dataset(id: "dataset/mimic-iv") {usedBy {totalCount} introducedBy {id}}}'
    found = site.post("/graphql", json={"query": query}).json()["data"]["dataset"]

    assert (int(used), int(introduced)) == (found["usedBy"]["totalCount"], len(found["introducedBy"]))


def test_matching_words_are_marked_in_names_too(site: TestClient) -> None:
    assert re.search(r'<a href="/task/[^"]+">[^<]*<mark>segmentation</mark>', site.get("/?q=segmentation").text)


def test_the_papers_page_leads_to_loading_where_it_is_allowed(listing_atlas: Path, site: TestClient) -> None:
    with TestClient(create_app(Settings(store=str(listing_atlas), allow_load=True))) as allowed:
        assert '<a href="/load">Load papers</a>' in allowed.get("/").text
    assert "/load" not in site.get("/").text


@pytest.mark.parametrize(("path", "most"), [("/datasets", 1), ("/tasks", 1), ("/?modality=ct", 1)])
def test_a_page_searches_as_often_for_many_rows_as_for_few(
    listing_atlas: Path, monkeypatch: pytest.MonkeyPatch, path: str, most: int
) -> None:
    from kg.query import Graph

    searches = []
    find = Graph.find
    monkeypatch.setattr(Graph, "find", lambda *args, **more: (searches.append(args[1]), find(*args, **more))[1])
    with TestClient(create_app(Settings(store=str(listing_atlas)))) as client:
        assert client.get(path).status_code == 200

    assert len(searches) <= most
