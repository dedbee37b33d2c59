"""Two signatures to a verdict: one paper, and why, or not."""

from __future__ import annotations

from functools import lru_cache

from kg.resolve.signature import Signature, content_words, markers, numbers
from kg.resolve.slips import is_typo

Verdict = tuple[str, float]
"""The rule that joins two records and how sure it is, 0 to 1."""

_EXCLUSIVE_SCHEMES = frozenset({"arxiv", "doi", "pmid", "pmcid", "acl"})
"""Schemes in which one paper has one identifier: two different ones tell two papers apart."""
_PREPRINT_DOIS = (
    "10.48550/", "10.1101/", "10.21203/", "10.2139/", "10.20944/", "10.31219/", "10.31234/", "10.36227/",
    "10.26434/", "10.5281/", "10.6084/",
)  # fmt: skip


def judge(a: Signature, b: Signature, abstract_likeness: float | None) -> Verdict | None:
    """The rule by which two records are one paper, or None.

    `abstract_likeness` is the share of words that the abstracts have in
    common, about; None where one of them has none.
    """
    shared = set(a.identifiers) & set(b.identifiers)
    if any(i.startswith("record:") for i in shared):
        # Two files may number their records alike; the same number and title are the same record.
        if a.title == b.title:
            return "record", 1.0
        shared = {i for i in shared if not i.startswith("record:")}
    if shared:
        return (min(shared).partition(":")[0], 1.0) if _believable(a, b, abstract_likeness) else None
    if identifiers_disagree(a.identifiers, b.identifiers) or markers(a.title) != markers(b.title):
        return None
    return _by_content(a, b, abstract_likeness)


def _believable(a: Signature, b: Signature, abstract_likeness: float | None) -> bool:
    """False where an identifier stands on another title by other people: a mistake of the source."""
    if _dice(a.title, b.title) >= 0.3 or (abstract_likeness or 0) >= 0.5:
        return True
    people = authors_agree(a.authors, b.authors)
    return people is None or people >= 0.3


def contradict(titles: tuple[Signature, Signature], people: tuple[Signature, Signature]) -> bool:
    """True where what is known best of two papers, their fullest titles and lists of people, tells them apart."""
    first, second = titles[0].title, titles[1].title
    mine, other = numbers(first), numbers(second)
    agreed = authors_agree(people[0].authors, people[1].authors)
    return (
        markers(first) != markers(second)
        or bool(mine and other and mine != other)
        or (agreed is not None and agreed < 0.34)
        or _title_kind(first, second) is None
    )


def identifiers_disagree(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """True where both have an identifier of one scheme and none in common; a preprint's DOI disagrees with none."""
    mine, other = _exclusive(first), _exclusive(second)
    return any(not (mine[scheme] & other[scheme]) for scheme in mine.keys() & other.keys())


def authors_agree(first: tuple[str, ...], second: tuple[str, ...]) -> float | None:
    """The share of the shorter list of people found in the other, 0 to 1; None where a list is empty.

    >>> authors_agree(("ada lovelace",), ("lovelace a", "turing alan"))
    1.0
    >>> authors_agree(("j wang",), ("l wang",))
    0.0
    """
    if not first or not second:
        return None
    few, many = sorted((first, second), key=len)
    left = list(many)
    met = 0
    for person in few:
        found = next((other for other in left if _one_person(person, other)), None)
        if found is not None:
            left.remove(found)
            met += 1
    return met / len(few)


def _by_content(a: Signature, b: Signature, abstracts: float | None) -> Verdict | None:
    gap = None if a.year is None or b.year is None else abs(a.year - b.year)
    same_text = abstracts is not None and abstracts >= 0.6
    other_text = abstracts is not None and abstracts < 0.15
    if (gap or 0) > 3:
        return None
    generic = a.is_generic or b.is_generic
    parts = numbers(a.title) != numbers(b.title)
    if parts and not (_is_cut(a.title, b.title) and not (numbers(a.title) and numbers(b.title))):
        return None
    kind = None if generic else _title_kind(a.title, b.title)
    if not same_text and (kind is None or (other_text and kind != "same")):
        return None
    people = authors_agree(a.authors, b.authors)
    if generic:
        alike = _dice(a.title, b.title) >= 0.9 and people != 0 and not gap
        return ("abstract", 0.95) if alike else None
    if same_text and kind is None:
        # Other words in the title: a series by one group shares much of its abstracts, a renamed paper nearly all.
        same_text = (abstracts or 0) >= (0.8 if people else 0.95)
    if same_text and (people is None or people >= 0.5) and (people or _dice(a.title, b.title) >= 0.4):
        return "abstract", 0.97
    return _by_title(kind, a, people, gap, other_text) if kind else None


def _by_title(kind: str, a: Signature, people: float | None, gap: int | None, other_text: bool) -> Verdict | None:
    words = len(content_words(a.title))
    if people is not None:
        wanted = {"same": 0.5, "typos": 0.5, "cut": 0.6}[kind]
        near = (gap or 0) <= {"same": 3, "typos": 1, "cut": 1}[kind]
        strict = other_text and people < 0.75
        return (
            (f"title-authors ({kind})", {"same": 0.97, "typos": 0.93, "cut": 0.9}[kind])
            if (people >= wanted and near and not strict)
            else None
        )
    if other_text:
        return None
    # Without people a long title and the year must do.
    if kind == "same" and words >= 4 and (gap or 0) <= 1:
        return "title", 0.9
    if kind == "typos" and words >= 5 and gap == 0:
        return "title (typos)", 0.85
    if kind == "cut" and words >= 6 and gap == 0:
        return "title (cut)", 0.8
    return None


def _title_kind(first: str, second: str) -> str | None:
    """How two titles are alike: "same", "typos" (words differ by slips), "cut"; None where they differ."""
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return "same"
    if _is_cut(first, second):
        return "cut"
    if _dice(first, second) < 0.6:
        return None
    left, right = _leftover(first, second)
    if left and right:
        return None
    size = max(len(content_words(first)), len(content_words(second)))
    return "typos" if len(left) + len(right) <= max(1, size // 5) else None


def _leftover(first: str, second: str) -> tuple[list[str], list[str]]:
    """The content words of each title that have no like in the other, in order; joined words count as alike."""
    left, right = list(content_words(first)), list(content_words(second))
    todo = dict(enumerate(right))
    met: list[int] = []
    only: list[str] = []
    for word in left:
        place = next((p for p, other in todo.items() if p > max(met, default=-1) and is_typo(word, other)), None)
        if place is None:
            only.append(word)
        else:
            met.append(place)
            del todo[place]
    others = list(todo.values())
    if only and others and is_typo("".join(only), "".join(others)):
        return [], []
    return only, others


def _is_cut(first: str, second: str) -> bool:
    """True where the shorter title is the beginning of the longer, but for a typo or two."""
    short, long = sorted((first.replace(" ", ""), second.replace(" ", "")), key=len)
    if len(short) < 20 or len(short) < 0.3 * len(long) or len(short) > 0.95 * len(long):
        return False
    return long.startswith(short) or _dice(short, long[: len(short)]) >= 0.85


@lru_cache(maxsize=20_000)
def _one_person(first: str, second: str) -> bool:
    """True where two names share a long word and the rest does not contradict, whatever stands first."""
    if first == second:
        return True
    mine, other = first.split(), second.split()
    if sorted(mine) == sorted(other):
        return True
    for word in mine:
        for like in other:
            if len(word) >= 2 and len(like) >= 2 and is_typo(word, like):
                rest, others = [w for w in mine if w != word], [w for w in other if w != like]
                if not rest or not others or {w[0] for w in rest} & {w[0] for w in others}:
                    return True
    return _dice("".join(sorted(mine)), "".join(sorted(other))) >= 0.75


@lru_cache(maxsize=5_000)
def _trigrams(text: str) -> frozenset[str]:
    packed = f"  {text.replace(' ', '')} "
    return frozenset(packed[i : i + 3] for i in range(len(packed) - 2))


def _dice(first: str, second: str) -> float:
    mine, other = _trigrams(first), _trigrams(second)
    return 2 * len(mine & other) / (len(mine) + len(other))


def _exclusive(identifiers: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for identifier in identifiers:
        scheme, _, value = identifier.partition(":")
        if scheme in _EXCLUSIVE_SCHEMES and not (scheme == "doi" and value.startswith(_PREPRINT_DOIS)):
            found.setdefault(scheme, set()).add(value)
    return found
