"""Extractors that other distributions bring, found by their entry point."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.extract import extractor_names, get_extractor
from schema.annotation import Annotations, Text
from schema.errors import ExtractorError

PAGE = Path(__file__).parents[1] / "docs" / "extractors.md"
OTHERS = """

class Mute:
    name = "mute"


def broken():
    raise RuntimeError("no weights")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution with these entry points (name = module:attribute) for the length of a test."""

    def put(**entries: str) -> None:
        example = PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
        (tmp_path / "shouting_extractor.py").write_text(example + OTHERS)
        info = tmp_path / "shouting_extractor-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting-extractor\nVersion: 1.2\n")
        lines = (f"{name} = shouting_extractor:{attribute}\n" for name, attribute in entries.items())
        (info / "entry_points.txt").write_text("[paperatlas.extractors]\n" + "".join(lines))
        monkeypatch.syspath_prepend(str(tmp_path))
        get_extractor.cache_clear()

    yield put
    sys.modules.pop("shouting_extractor", None)
    get_extractor.cache_clear()


def test_the_plug_in_of_the_docs_is_an_extractor_by_its_name(install):
    install(shouting="Shouting")

    found: list[Annotations] = list(get_extractor("shouting").extract([Text("We like BERT a lot")]))

    assert "shouting" in extractor_names()
    assert [(e.name, e.evidence.start) for e in found[0].edges] == [("BERT", 8)]


def test_a_plug_in_does_not_take_over_a_built_in_name(install):
    install(fast="Shouting")

    assert type(get_extractor("fast")).__name__ != "Shouting"
    assert extractor_names().count("fast") == 1


@pytest.mark.parametrize(("attribute", "said"), [("broken", "RuntimeError: no weights"), ("absent", "AttributeError")])
def test_a_plug_in_that_cannot_be_made_is_named_with_its_distribution(install, attribute, said):
    install(loud=attribute)

    with pytest.raises(ExtractorError, match=f"loud.*shouting-extractor 1.2.*{said}"):
        get_extractor("loud")


def test_a_plug_in_that_is_no_extractor_is_told_what_it_lacks(install):
    install(mute="Mute")

    with pytest.raises(ExtractorError, match="no version, no extract"):
        get_extractor("mute")


def test_an_unknown_name_is_answered_with_the_nearest_one(install):
    install(shouting="Shouting")

    with pytest.raises(ExtractorError, match="Did you mean 'shouting'"):
        get_extractor("shoutin")
