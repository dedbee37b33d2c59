"""The list of papers of huggingface.co/papers as a person copies it from the page.

Two banner lines, a button's word glued to the first title, then titles and
abstracts in turn. A copy may lack the banner, have blank lines, an abstract
broken over lines, or a title without an abstract, so each line is judged on
its own and by its neighbours: `is_title` is the whole decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from loaders._head import Head
from loaders._lines import read_lines
from loaders._record import record
from loaders._text import one_line
from loaders._wrapped import unwrapped, width_of
from loaders.base import Loader, Records, Source
from schema.errors import Rejected

NAME: Final = "hf-listing"
_BANNER: Final = re.compile(r"^(get trending papers in your email inbox\b.*|subscribe)$", re.IGNORECASE)
_BUTTON: Final = re.compile(r"^Subscribe(?=[^\sa-z])")
LONGEST_TITLE: Final = 250
_SURE_PROSE: Final = 330
_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’)\]]*$|https?://\S+$")
_NEW_SENTENCE: Final = re.compile(r"[a-z0-9)%][.?!][\"'”’)]? [A-Z][a-z]* [a-z]")
_PROSE_WORDS: Final = re.compile(
    r"\b(we|our|is|are|was|were|has|have|this (paper|work|study|article)|these|which|however|"
    r"here|propose[sd]?|present(s|ed)?|show(s|ed)?|achieve[sd]?|can|it|its|they|their|that|recently|moreover|furthermore)\b",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r"(we|our|this|these|it|(the|all|our) (source |data|code|dataset|model|proposed|results?)"
    r"|(data|code)( and \w+)? (is|are|will|can)"
    r"|((extensive|empirical|experimental) )*(experiments?|results?|stud(y|ies)) (on|show|confirm|demonstrate)"
    r"|(across|through|in this|in addition|finally|moreover|furthermore|however|consequently|additionally)\b.*,) ",
    re.IGNORECASE,
)
_LOOSE_END: Final = re.compile(
    r"(,|-|\b(the|an?|of|to|and|or|in|on|for|with|by|that|which|is|are|as|from|at|we|our|its|their|this))$"
)
_SMALL: Final = frozenset(
    (
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "over",
        "the",
        "to",
        "via",
        "with",
    )
)


@dataclass(slots=True)
class _Entry:
    """A title and the lines of its abstract, with the number of the title's line."""

    line: int
    title: str
    body: list[str] = field(default_factory=list)


def is_title(line: str, following: str, entry_body: list[str] | None) -> bool:
    """Whether a line begins a paper, judged by the line, the one behind it and what stands before it.

    `entry_body` holds the lines of the abstract so far of the paper before,
    None where there is no paper yet. The rules, first match decides:

    1. The first line is a title; a line of prose is none (long, several
       sentences, beginning in lower case or as only a sentence inside an
       abstract begins).
    2. Behind a title: a line that ends as a sentence or reads as one is an
       abstract; else it is a title whose predecessor has no abstract.
    3. Behind an abstract that is complete: what ends with a full stop
       continues it unless prose follows; what is broken at a width continues
       it; the rest is a title.
    4. Behind an abstract that breaks off inside a sentence: the line continues
       it, unless it looks like a title and prose follows.
    """
    if entry_body is None:
        return True
    prose_follows = is_prose(following)
    goes_on = _starts_low(line) or (entry_body and _GOES_ON.match(line))
    if is_prose(line) or (goes_on and not prose_follows):
        return False
    if not entry_body:
        return not _reads_as_sentence(line, following)
    last = entry_body[-1]
    if _is_wrapped(entry_body, line):
        return False
    if _SENTENCE_END.search(last):
        if line.endswith(".") and not line.endswith("..."):
            return prose_follows
        return not (_starts_low(following) and not prose_follows)
    return prose_follows and not _LOOSE_END.search(last) and (len(last) > _SURE_PROSE or _title_case(line) > 0.6)


def is_prose(line: str) -> bool:
    """Whether a line is running text for certain: longer than any title, or more than one sentence."""
    if len(line) > _SURE_PROSE:
        return True
    several = len(_NEW_SENTENCE.findall(line))
    return several > 1 or (several == 1 and (len(line) > LONGEST_TITLE / 2 or line.endswith(".")))


def entries(lines: Iterable[tuple[int, str]]) -> Iterator[_Entry]:
    """Papers out of numbered lines without banners and blank ones, holding one paper and one line at a time."""
    entry: _Entry | None = None
    waiting: tuple[int, str] | None = None
    for following in lines:
        if waiting is not None:
            entry, done = _take(entry, *waiting, following[1])
            if done is not None:
                yield done
        waiting = following
    if waiting is not None:
        entry, done = _take(entry, *waiting, "")
        if done is not None:
            yield done
    if entry is not None:
        yield entry


def read(source: Source) -> Records:
    """Papers of a copied list, in its order; `where` is the line of the title."""
    rejected: list[Rejected] = []
    width = width_of(text for _, text in _head_lines(source.head))
    lines = _content(source, rejected)
    for entry in entries(unwrapped(lines, width, is_prose, _is_titled) if width else lines):
        while rejected:
            yield rejected.pop(0)
        where = f"{source.name} line {entry.line}"
        yield record(NAME, where, title=entry.title, abstract="\n\n".join(_joined(entry.body)), raw=entry.title)
    yield from rejected


def recognises(head: Head) -> float:
    """Certain with the page's banner; else likely where titles with prose behind them are the rule."""
    if (
        head.is_binary
        or head.json_paths
        or head.xml_root
        or head.text.lstrip().startswith(("<", "@", "%", "#", "TY  -"))
    ):
        return 0.0
    if any(_BANNER.match(one_line(line)) for line in head.text.splitlines()[:5]):
        return 0.99
    lines = _head_lines(head)
    if not lines or sum(_is_plain(text) for _, text in lines[:200]) < 0.95 * len(lines[:200]):
        return 0.0
    width = width_of(text for _, text in lines)
    found = list(entries(unwrapped(lines, width, is_prose, _is_titled) if width else lines))
    whole = [e for e in found if len(e.title) <= LONGEST_TITLE and is_prose(" ".join(e.body))]
    untitled = [e for e in found if is_prose(e.title) or e.title.endswith((":", ","))]
    if not whole or len(untitled) > 0.03 * len(found) or len(whole) < 0.4 * len(found):
        return 0.0
    return 0.6


def _head_lines(head: Head) -> list[tuple[int, str]]:
    numbered = ((n, one_line(line)) for n, line in enumerate(head.text.splitlines(), 1))
    return [(n, text) for n, text in numbered if text and not _BANNER.match(text)]


def _content(source: Source, rejected: list[Rejected]) -> Iterator[tuple[int, str]]:
    seen_title = False
    for number, line in read_lines(source):
        if isinstance(line, Rejected):
            rejected.append(line)
            continue
        text = one_line(line)
        if not text or _BANNER.match(text):
            continue
        yield number, text if seen_title else _BUTTON.sub("", text)
        seen_title = True


def _take(entry: _Entry | None, number: int, line: str, following: str) -> tuple[_Entry, _Entry | None]:
    if is_title(line, following, None if entry is None else entry.body):
        return _Entry(number, line), entry
    assert entry is not None  # the first line is a title
    entry.body.append(line)
    return entry, None


def _reads_as_sentence(line: str, following: str) -> bool:
    """Behind a title: whether a line that is not prose for certain is still the start of an abstract."""
    if line.endswith(".") or _LOOSE_END.search(line):
        return True
    if _starts_low(following):
        return True
    if _title_case(line) > 0.6 or line.endswith("?"):
        return False
    return len(_PROSE_WORDS.findall(line)) > 0 and (not is_prose(following) or len(line) > 120)


def _is_wrapped(body: list[str], line: str) -> bool:
    """Whether an abstract was broken at a width: the last line had no room left for this line's first word."""
    width = max(map(len, body))
    if width > 200 or len(body[-1]) < 40:
        return False
    full = len(body[-1]) + 1 + len(line.split(" ")[0]) > (width if len(body) > 1 else 60)
    return full and not (_SENTENCE_END.search(body[-1]) and _title_case(line) > 0.6)


def _joined(body: list[str]) -> list[str]:
    """Lines that were broken inside a sentence are joined; those that end one stay paragraphs, unless all are short."""
    if not body:
        return []
    wrapped = max(map(len, body)) <= 200
    joined = [body[0]]
    for line in body[1:]:
        if wrapped or not _SENTENCE_END.search(joined[-1]):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def _starts_low(line: str) -> bool:
    """Whether a line begins with an ordinary word in lower case: "of the", not "nnU-Net" or "pyMEAL:"."""
    first = line.split(" ")[0]
    return first.isalpha() and first.islower()


def _title_case(line: str) -> float:
    """The share of a line's longer words that begin with a capital, without its first one."""
    words = [w for w in re.findall(r"[^\W\d_][\w'-]*", line)[1:] if w.casefold() not in _SMALL]
    return sum(w[0].isupper() for w in words) / len(words) if words else 0.0


def _is_titled(line: str) -> bool:
    return _title_case(line) > 0.6 and not _PROSE_WORDS.search(line)


def _is_plain(line: str) -> bool:
    """Whether a line has no marks of code, tables or mark-up."""
    return not re.match(r"[#>|*{}\[\]@\\]|//|```|\w+\s*=|import |def |class |\d+[,;\t]", line) and line.count("\t") < 2


LOADER: Final = Loader(
    name=NAME,
    label="Hugging Face papers, copied from the page",
    suffixes=(".txt",),
    recognises=recognises,
    read=read,
    licence="Titles and abstracts belong to their authors",
    citation="Hugging Face, Daily Papers",
    homepage="https://huggingface.co/papers",
    sample="hf-listing.txt",
)
