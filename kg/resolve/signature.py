"""What is compared to tell whether two records are one paper, in a form that fits in memory by the million."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from kg.resolve.slips import is_typo
from schema.paper import Paper

_MARKERS = (
    "erratum", "errata", "corrigendum", "corrigenda", "correction", "addendum", "retraction", "retracted", "withdrawn",
    "reply", "response", "rejoinder", "comment", "commentary", "discussion", "editorial", "preface", "foreword",
    "supplement", "supplementary", "appendix",
)  # fmt: skip
"""Words that, near the beginning of a title, tell a notice about a paper from the paper."""
_GENERIC = re.compile(
    r"(?:guest )?(?:editorial|editorials|introduction|preface|foreword|commentary|comment|discussion|rejoinder|news|"
    r"obituary|index|contents|table of contents|front matter|back matter|masthead|correspondence|reply|response|"
    r"authors? (?:reply|response)|in reply|erratum|corrigendum|correction|addendum|retraction|abstracts?|"
    r"book reviews?|letters? to the editor|reviewers?|acknowledg\w+|conclusions?|keynote|panel|in this issue|"
    r"message from the .*|introduction to the special (?:issue|section).*|calendar|announcements?|announcement .*)"
)
_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*|i{1,3}|iv|vi{0,3}|ix|x)$")
_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
_SMALL_WORDS = """
a an the of for and or in on at to with by from via using based as is are be its towards toward into over under
between through
"""
SMALL = frozenset(_SMALL_WORDS.split())
"""Words that add nothing to a title's identity."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A record boiled down: its title's words, its people, its year, the identifiers that must not disagree."""

    title: str
    """Words of the title in lower case without marks, one space between them."""
    authors: tuple[str, ...]
    """Each author's words in lower case, one space between them, in no promised order of given and family name."""
    year: int | None
    identifiers: tuple[str, ...]
    has_abstract: bool

    @property
    def is_generic(self) -> bool:
        """True where the title alone says too little: "Editorial", "Book review"."""
        return len(content_words(self.title)) < 2 or _GENERIC.fullmatch(self.title) is not None

    def packed(self) -> str:
        """The signature as one string, a fourth of the memory."""
        year = "" if self.year is None else str(self.year)
        lists = ("\x1e".join(self.authors), "\x1e".join(self.identifiers))
        return "\x1f".join((self.title, year, "1" if self.has_abstract else "", *lists))


@lru_cache(maxsize=20_000)
def unpacked(text: str) -> Signature:
    """The signature in a string that `packed` made."""
    title, year, has_abstract, authors, identifiers = text.split("\x1f")
    return Signature(
        title,
        tuple(authors.split("\x1e")) if authors else (),
        int(year) if year else None,
        tuple(identifiers.split("\x1e")) if identifiers else (),
        bool(has_abstract),
    )


def signature_of(paper: Paper, identifiers: tuple[str, ...]) -> Signature:
    """The signature of a record."""
    authors = tuple(words for a in paper.authors if (words := _plain(a.name)))
    safe = tuple(re.sub("[\x1e\x1f]", "", i) for i in identifiers)
    return Signature(_plain(paper.title), authors, paper.year or _year(paper.date), safe, bool(paper.abstract))


@lru_cache(maxsize=10_000)
def content_words(title: str) -> tuple[str, ...]:
    """The words of a plain title that carry its identity."""
    return tuple(w for w in title.split() if w not in SMALL)


@lru_cache(maxsize=10_000)
def markers(title: str) -> frozenset[str]:
    """What kind of notice the beginning of a plain title announces, in four letters: "corr", "repl"; mostly nothing."""
    return frozenset(m[:4] for word in title.split()[:3] for m in _MARKERS if is_typo(word, m))


@lru_cache(maxsize=10_000)
def numbers(title: str) -> frozenset[str]:
    """The numbers of a plain title, Roman ones read: parts and versions are different papers."""
    words = title.split()
    found = [
        w for place, w in enumerate(words) if _NUMBER.match(w) and (w not in {"i", "v", "x"} or _is_part(words, place))
    ]
    return frozenset(_ROMAN.get(w, w) for w in found)


def _is_part(words: list[str], place: int) -> bool:
    """True where a lone letter is a number: after "part" and the like, or an "i" at the end."""
    before = words[place - 1] if place else ""
    return before in {"part", "volume", "vol", "chapter"} or (words[place] == "i" and place == len(words) - 1 > 0)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    folded = re.sub(r"\\[a-z]+|['’`]", "", folded)
    return " ".join(re.findall(r"[^\W_]+", folded))


def _year(date: str | None) -> int | None:
    return int(date[:4]) if date and re.match(r"\d{4}", date) else None
