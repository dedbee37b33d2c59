"""Text as sources have it, made fit for a record: no control characters, one kind of white space."""

from __future__ import annotations

import html
import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r"[ \t\r]*(?:\n[ \t\r]*){2,}|\u2029")
_POWER = re.compile(r"<(?:jats:)?sup>(\d+)</(?:jats:)?sup>")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9:]*(?:\s[^<>]*)?/?>")


def clean(text: str) -> str:
    """The text without control characters, byte-order marks and halves of surrogate pairs.

    A pair of surrogates that belong together becomes its character; a lone
    one becomes U+FFFD, so that the text can be written as UTF-8 everywhere.
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", text)


def one_line(text: str) -> str:
    """A title or a name on one line, white space folded.

    >>> one_line("  Deep\\n  learning ")
    'Deep learning'
    """
    return _SPACE.sub(" ", clean(text)).strip()


def paragraphs(text: str) -> str:
    """An abstract: lines that were only wrapped are joined, paragraphs stand on lines of their own.

    >>> paragraphs("A first\\n  line.\\n\\nA second.")
    'A first line.\\nA second.'
    """
    return "\n".join(p for p in map(one_line, _BREAK.split(text)) if p)


def plain(text: str) -> str:
    """Text without HTML or JATS tags, entities resolved.

    Only what has the shape of a tag goes: "p < 0.05 and n > 3" stays. Powers
    of numbers keep a mark: 10<sup>3</sup> is no 103.

    >>> plain("<i>In vivo</i> CT &amp; MRI, p < 0.05")
    'In vivo CT & MRI, p < 0.05'
    """
    return html.unescape(_TAG.sub("", _POWER.sub(r"^\1", text)))


def fold(text: str) -> str:
    """A name folded for comparison: compatibility forms, case and punctuation do not count.

    >>> fold("Chest X-Ray"), fold("chest x ray")
    ('chest x ray', 'chest x ray')
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", text))
