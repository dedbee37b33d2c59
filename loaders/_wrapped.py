"""Text that was broken at a width, put together again line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

Line = tuple[int, str]
Test = Callable[[str], bool]
_WIDEST: Final = 200
_SLACK: Final = 14
"""No ordinary word is longer, so a broken line falls short of the width by no more."""
_END: Final = re.compile(r"[.!?…][\"'”’)\]]*$|https?://\S+$")


def width_of(lines: Iterable[str]) -> int | None:
    """The width at which most lines of a text are broken, in characters; None where they are not.

    >>> width_of(["a" * 70, "b" * 64, "c" * 69, "short", "d" * 66])
    70
    >>> width_of(["A title", "x" * 900, "Another title", "y" * 1100]) is None
    True
    """
    lengths = sorted(len(line) for line in lines)
    narrow = [n for n in lengths if n <= _WIDEST]
    # A single abstract on one line says that lines are whole, whatever the others look like.
    if len(narrow) < 0.98 * len(lengths) or len(narrow) < 4:
        return None
    # Titles longer than the width were not broken, so the widest lines do not count.
    full = [n for n in narrow if n >= 40]
    width = max(full, key=lambda w: sum(w - _SLACK <= n <= w for n in full), default=0)
    return width if sum(width - _SLACK <= n <= width for n in narrow) >= 0.5 * len(narrow) else None


def unwrapped(lines: Iterable[Line], width: int, is_prose: Test, is_titled: Test) -> Iterator[Line]:
    """Paragraphs with the number of their first line, out of lines that were broken at a width.

    A line ends its paragraph where the next line's first word had fitted on
    it. By chance a last line can be full: a full line behind prose that is
    not gone on with in lower case is a title; so is a last line without a
    full stop, behind one that has it and before more prose; and so is a line
    between two sentences that looks like one.
    """
    waiting: list[Line] = []
    for paragraph in _paragraphs(lines, width, is_prose):
        if waiting:
            yield from _parted(waiting, is_prose(" ".join(t for _, t in paragraph)), is_titled)
        waiting = paragraph
    if waiting:
        yield from _parted(waiting, False, is_titled)


def _paragraphs(lines: Iterable[Line], width: int, is_prose: Test) -> Iterator[list[Line]]:
    current: list[Line] = []
    behind_prose = False
    for number, line in lines:
        if current and (_is_end(current[-1][1], line, width) or _is_full_title(current, line, behind_prose)):
            yield current
            behind_prose = len(current) > 1 or is_prose(current[0][1])
            current = []
        current.append((number, line))
    if current:
        yield current


def _is_end(line: str, following: str, width: int) -> bool:
    return len(line) > width or len(line) + 1 + len(following.split(" ")[0]) <= width


def _is_full_title(current: list[Line], following: str, behind_prose: bool) -> bool:
    return behind_prose and len(current) == 1 and not _END.search(current[0][1]) and not following[:1].islower()


def _parted(paragraph: list[Line], prose_follows: bool, is_titled: Test) -> Iterator[Line]:
    """A paragraph, or the abstract, the title and the abstract that grew together in it."""
    first = 0
    for at in range(2, len(paragraph)):
        before, line, behind = paragraph[at - 1][1], paragraph[at][1], paragraph[at + 1 :]
        if not _END.search(before) or _END.search(line):
            continue
        if (prose_follows and not behind) or (behind and is_titled(line) and not behind[0][1][:1].islower()):
            yield _joined(paragraph[first:at])
            yield paragraph[at]
            first = at + 1
    if first < len(paragraph):
        yield _joined(paragraph[first:])


def _joined(lines: list[Line]) -> Line:
    return lines[0][0], " ".join(t for _, t in lines)
