"""What the dumps of Papers with Code share: addresses of papers, names of papers, and the quarantine for spam.

The dumps were open to edits and carry advertising: telephone numbers of
airlines and banks written as methods, tasks and descriptions. What looks like
it is rejected with the code "spam" and its reason, so that it can be looked
at; it never becomes a record.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from loaders._head import Head
from loaders._record import KEPT_CHARS
from schema.errors import Rejected
from schema.ids import arxiv_id

LICENCE: Final = "CC BY-SA 4.0"
CITATION: Final = "Papers with Code dumps, archived at Hugging Face as pwc-archive"
HOMEPAGE: Final = "https://huggingface.co/pwc-archive"

_GAP: Final = r"[\s\-\u2010-\u2015~*_.()]{0,4}"
_LINE: Final = rf"8\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}}\b"
_PHONE: Final = re.compile(rf"(?:\+|\b)1{_GAP}{_LINE}|\+\d{{1,3}}{_GAP}{_LINE}")
# What only advertising says, and what research may be about.
_STRONG: Final = re.compile(
    r"(toll[- ]?free|helpline|support|customer care|contact|service) number"
    r"|call now|live (person|agent|human|representative)"
    r"|(cancel|change|book|reschedul\w*|refund) (a |my |your )(flight|ticket|booking|reservation|hotel)"
    r"|\bslot (online|gacor)\b|\bviagra\b|\bessay writing service\b|\bescorts?\b",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(
    r"customer (service|support|care)|24/7|airlines?\b|expedia|coinbase|quickbooks|robinhood|crypto\.com|casino",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile("[☎☏✆📞📲🤙➤➥✅💯🎧]")


def spam_reason(*texts: Any) -> str:
    """Why texts look like advertising, or nothing.

    A telephone number of a service line is enough, and so are two phrases
    that only advertising has, or one beside two of its topics.

    >>> spam_reason("How do I call Airline Support? +1-888-555-0100")
    "a telephone number ('+1-888-555-0100')"
    >>> spam_reason("A customer service chatbot benchmark for airline booking dialogues")
    ''
    """
    text = unicodedata.normalize("NFKC", " ".join(str(t) for t in texts if t))
    if phone := _PHONE.search(text):
        return f"a telephone number ({phone[0].strip()!r})"
    strong = sorted({m[0].casefold() for m in _STRONG.finditer(text)} | set(_SIGNS.findall(text)))
    weak = sorted({m[0].casefold() for m in _WEAK.finditer(text)})
    is_spam = len(strong) >= 2 or (strong and len(weak) >= 2)
    return f"the words {', '.join((strong + weak)[:4])}" if is_spam else ""


def quarantined(where: str, raw: str, *texts: Any) -> Rejected | None:
    """The rejection of an item whose texts look like advertising, or None."""
    reason = spam_reason(*texts)
    if not reason:
        return None
    return Rejected(where, "spam", f"This looks like advertising: it has {reason}. It is kept apart.", raw[:KEPT_CHARS])


def paper_key(url: str | None) -> str | None:
    """The name of a paper in the addresses of Papers with Code.

    >>> paper_key("https://paperswithcode.com/paper/deep-residual-learning")
    'deep-residual-learning'
    """
    found = re.search(r"paperswithcode\.com/paper/([^/?#]+)", url or "")
    return found[1] if found else None


def number_of(url: str | None) -> str | None:
    """The arXiv number in an outside address of a paper, or None."""
    return arxiv_id(url) if url and "arxiv.org" in url else None


def has_keys(head: Head, *keys: str) -> bool:
    """Whether the objects of a list or of lines have all these keys."""
    return set(keys) <= head.json_keys
