"""The journeys of people who never write a query, in a real browser: look, filter, understand, take away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import ROOT, require_or_skip
from test_serve import Server

CHROMIUM = shutil.which("chromium")
AXE = ROOT / "tests" / "clients" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(listing_atlas: Path) -> Iterator[Server]:
    require_or_skip(CHROMIUM, "chromium")
    running = Server(listing_atlas)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    require_or_skip(CHROMIUM, "chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


class Visit:
    """A page with what must never happen on it: requests to other hosts, messages on the console."""

    def __init__(self, browser: Any, server: Server, **options: Any) -> None:
        self.context = browser.new_context(base_url=server.url, accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.outside: list[str] = []
        self.messages: list[str] = []
        self.page.on("request", lambda r: self._look(r.url, server.url))
        self.page.on("console", lambda m: self.messages.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.messages.append(str(e)))

    def _look(self, url: str, own: str) -> None:
        if not url.startswith((own, "data:", "blob:")):
            self.outside.append(url)

    def close(self) -> None:
        self.context.close()
        assert self.outside == []
        assert [m for m in self.messages if "GPU stall" not in m and "WebGL" not in m] == []


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Any]:
    visits: list[Visit] = []

    def start(**options: Any) -> Any:
        visits.append(Visit(browser, server, **options))
        return visits[-1].page

    yield start
    for one in visits:
        one.close()


@pytest.mark.parametrize("width", [380, 1440])
@pytest.mark.parametrize("script", [True, False])
def test_from_the_front_page_to_a_bibtex_file_of_papers_on_ct_that_release_code(
    visit: Any, tmp_path: Path, width: int, script: bool
) -> None:
    page = visit(viewport={"width": width, "height": 900}, java_script_enabled=script)
    facets = page.get_by_role("complementary", name="Narrow down")

    def narrow(value: str) -> None:
        if width < 500:
            page.get_by_role("link", name="Narrow down").click()
        facets.get_by_role("link", name=value).first.click()

    page.goto("/")
    narrow("computed tomography")
    narrow("released")
    assert page.url.endswith("/?modality=ct&code=released")
    papers = page.locator(".results > li").count()
    assert papers > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if script else True
    with page.expect_download() as download:
        page.get_by_role("link", name="BibTeX").click()
    download.value.save_as(tmp_path / "papers.bib")

    assert (tmp_path / "papers.bib").read_text().count("\n@") + 1 >= papers
    page.go_back()
    assert page.url.removesuffix("#narrow").endswith("/?modality=ct")


def test_from_a_search_to_a_gexf_of_who_uses_a_dataset(visit: Any, tmp_path: Path) -> None:
    page = visit(viewport={"width": 1440, "height": 1000})
    page.goto("/datasets")
    name = page.locator("tbody td a").first.inner_text()
    page.get_by_role("combobox").fill(name)
    page.locator("#suggest a").filter(has_text="dataset").first.click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    page.get_by_role("link", name="See the graph around it").click()
    page.locator(".view[data-ready]").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Open in Gephi").click()
    download.value.save_as(tmp_path / "view.gexf")

    graph = nx.read_gexf(tmp_path / "view.gexf")
    assert graph.number_of_nodes() > 1
    assert name in {data["label"] for _, data in graph.nodes(data=True)}


def test_from_an_edge_of_a_paper_to_its_words(visit: Any) -> None:
    page = visit(viewport={"width": 1440, "height": 900})
    page.goto("/?q=knee+osteoarthritis")
    page.locator(".results h3 a").first.click()
    edge = page.locator(".edges li").first
    edge.hover()
    assert page.locator("mark.lit").count() > 0
    edge.locator("summary").click()
    quote = edge.locator("q").first.inner_text()
    assert quote in page.locator("article").inner_text()


def test_years_are_chosen_by_pointer_and_by_keyboard(browser: Any, small_atlas: Path) -> None:
    running = Server(small_atlas)
    try:
        visit = Visit(browser, running, viewport={"width": 1280, "height": 900})
        page = visit.page
        page.goto("/")
        picture = page.get_by_role("slider", name="Papers per year")
        picture.focus()
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowRight")
        assert picture.get_attribute("aria-valuetext") == "2022 to 2023"
        page.keyboard.press("Enter")
        page.wait_for_url("**/?since=2022&until=2023")
        page.goto("/")
        box = picture.bounding_box()
        page.mouse.move(box["x"] + 2, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
        page.mouse.up()
        page.wait_for_url("**/?since=2021&until=2022")
        visit.close()
    finally:
        running.stop()


def test_every_plot_is_drawn_when_it_comes_near(visit: Any) -> None:
    page = visit(viewport={"width": 380, "height": 800})
    page.goto("/plots")
    for place in page.locator("[data-plot]").all():
        place.scroll_into_view_if_needed()
        place.locator("svg").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_theme_and_the_keyboard_work(visit: Any) -> None:
    page = visit(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("combobox").fill("segmen")
    page.locator("#suggest a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*/*")


ADDRESSES = (
    "/", "/?modality=ct&code=released", "/?q=nothing+fits+this&since=2999", "/modalities", "/datasets", "/modality/ct",
    "/graph?ego=modality/ct", "/plots", "/compare?id=modality/ct&id=modality/mri", "/sparql-editor", "PAPER",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(visit: Any, address: str, scheme: str) -> None:
    require_or_skip(AXE.exists(), "axe-core (npm install in tests/clients)")
    page = visit(viewport={"width": 1280, "height": 900}, color_scheme=scheme, bypass_csp=True)
    if address == "PAPER":
        page.goto("/?q=knee+osteoarthritis")
        page.locator(".results h3 a").first.click()
        page.get_by_role("heading", name="What it says").wait_for()
    else:
        page.goto(address)
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)")

    assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found] == []
