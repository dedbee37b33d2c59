"""Every spelling of a repository's address is one repository."""

from __future__ import annotations

import pytest

from kg.resolve import LoadedRecord, decision, nodes
from kg.resolve.repositories import repository_id, repository_label, repository_url
from schema.annotation import Annotations, CodeRelease, Evidence
from schema.ids import DEFAULT_BASE
from schema.node import Node
from schema.paper import Paper

SPELLINGS = [
    "https://github.com/Owner/Name",
    "http://www.github.com/owner/name",
    "github.com/Owner/Name.git",
    "https://github.com/Owner/Name/tree/main/src?tab=readme#usage",
    "https://github.com/Owner/Name/blob/master/README.md",
    "git@github.com:Owner/Name.git",
    "git+https://github.com/Owner/Name.git",
    "ssh://git@github.com/Owner/Name.git",
    "https://github.com/Owner/Name.",
    "HTTPS://GitHub.com/Owner/Name/",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_address_are_one_repository(spelling: str):
    url = repository_url(spelling)

    assert url is not None
    assert repository_id(url) == "repository/github.com-owner-name"
    assert repository_label(url).casefold() == "owner/name"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://github.com/a/b", "https://github.com/a/c"),
        ("https://github.com/a/b", "https://gitlab.com/a/b"),
        ("https://huggingface.co/a/b", "https://huggingface.co/datasets/a/b"),
        ("https://example.org/code?id=1", "https://example.org/code?id=2"),
    ],
)
def test_other_addresses_are_other_repositories(first: str, second: str):
    assert repository_id(str(repository_url(first))) != repository_id(str(repository_url(second)))


@pytest.mark.parametrize("text", ["", "upon request", "TBD", "https://", "http://[broken", "github", "https://a b/c"])
def test_what_is_no_address_is_none(text: str):
    assert repository_url(text) is None


def test_an_address_is_fit_to_be_an_iri():
    assert repository_url("https://example.org/my code<1>") == "https://example.org/my%20code%3C1%3E"


def _papers(*urls: str) -> list[LoadedRecord]:
    quote = "Code is out"
    code = [CodeRelease("released", (u,), Evidence(quote, "abstract", 0, len(quote)), 0.9, "test-1") for u in urls]
    made = [Paper(title=f"On topic {n}", abstract=quote, source="test") for n in range(len(urls))]
    return [LoadedRecord(p, Annotations(p.title, (), c)) for p, c in zip(made, code, strict=True)]


def _repositories(records: list[LoadedRecord], *decisions: object) -> list[Node]:
    return [n for n in nodes(records, DEFAULT_BASE, decisions) if n.cls == "Repository"]  # type: ignore[arg-type]


def test_a_repository_shows_its_commonest_spelling():
    (found,) = _repositories(_papers("github.com/A/b", "github.com/A/b", "github.com/a/b"))

    assert found.properties == {"repositoryUrl": "https://github.com/A/b"}


def test_a_repository_that_moved_is_one_by_a_persons_word():
    moved = decision("merge", "repository/github.com-new-b", "repository/github.com-old-b", "the owner was renamed")
    (found,) = _repositories(_papers("github.com/old/b", "github.com/new/b"), moved)

    assert found.id == "repository/github.com-new-b"
    assert found.properties["repositoryUrl"] == "https://github.com/new/b"
    assert found.properties["sameAs"] == (f"{DEFAULT_BASE}repository/github.com-old-b",)
