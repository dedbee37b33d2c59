"""Every error that Paper Atlas raises, in one tree.

    KgError
    ├── BadInput            what was read is not what was asked for
    │   ├── UnknownFormat   no loader recognises the source
    │   └── BadRecord       one record of a source cannot be read
    ├── BadRequest          a question cannot be understood
    │   ├── BadFilter       a filter names something that does not exist
    │   ├── BadQuery        SPARQL or GraphQL that does not parse
    │   ├── BadCursor       a paging cursor of another list or another graph
    │   └── NotAcceptable   a format that this answer cannot have
    ├── NotFound            an entity, a snapshot or a file that is not there
    ├── LimitExceeded       more than a limit allows
    ├── Overloaded          too many questions at once; try again soon
    ├── StoreError          the graph's folder or server does not answer as it should
    │   └── StoreBusy       another process is writing
    ├── SourceError         a source on the network does not answer as it should
    ├── ExtractorError      an extractor cannot be made or does not answer
    └── Unavailable         an optional part is not installed

Each class has a `code` that is the same in Python, in messages, in HTTP
bodies and in GraphQL `extensions.code`. Bad input inside a source is data,
not an exception: see `Rejected`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


class KgError(Exception):
    """The root of the tree; `code` names the kind, the message says what, where and what to do."""

    code = "error"
    status = 500

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @property
    def message(self) -> str:
        """The message without its code."""
        return super().__str__()


class BadInput(KgError):
    """What was read is not what was asked for."""

    code = "bad-input"
    status = 422


class UnknownFormat(BadInput):
    """No loader recognises the source."""

    code = "unknown-format"


class BadRecord(BadInput):
    """One record of a source cannot be read."""

    code = "bad-record"


class BadRequest(KgError):
    """A question cannot be understood."""

    code = "bad-request"
    status = 400


class BadFilter(BadRequest):
    """A filter names a field, an operator, an id or a label that does not exist."""

    code = "bad-filter"


class BadQuery(BadRequest):
    """SPARQL or GraphQL that does not parse."""

    code = "bad-query"


class BadCursor(BadRequest):
    """A paging cursor of another list or another graph."""

    code = "bad-cursor"


class NotAcceptable(BadRequest):
    """A format that this answer cannot have; the message lists those it can have."""

    code = "not-acceptable"
    status = 406


class NotFound(KgError):
    """An entity, a snapshot or a file that is not there."""

    code = "not-found"
    status = 404


class LimitExceeded(KgError):
    """More than a limit allows; the message says which and by how much."""

    code = "limit-exceeded"
    status = 400


class Overloaded(KgError):
    """Too many questions at once; `retry_after_s` says when to try again."""

    code = "overloaded"
    status = 503
    retry_after_s = 2


class StoreError(KgError):
    """The graph's folder or server does not answer as it should."""

    code = "store-error"
    status = 503


class StoreBusy(StoreError):
    """Another process is writing to the same graph."""

    code = "store-busy"


class SourceError(KgError):
    """A source on the network does not answer as it should; what it gave before is kept."""

    code = "source-error"
    status = 502


class ExtractorError(KgError):
    """An extractor cannot be made or does not answer."""

    code = "extractor-error"


class Unavailable(KgError):
    """An optional part is not installed; the message says how to install it."""

    code = "unavailable"
    status = 501


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: kept for another try, never an exception.

    `where` is its place ("papers.jsonl line 41"), `code` a stable kind,
    `reason` a sentence for people, `raw` the input as far as it could be kept.
    """

    where: str
    code: str
    reason: str
    raw: str = ""


def did_you_mean(value: str, known: Iterable[str], most: int = 3) -> str:
    """A sentence naming the nearest known values, or nothing where none is near.

    >>> did_you_mean("ctt", ["ct", "mri"])
    " Did you mean 'ct'?"
    """
    folded = {k.casefold(): k for k in known}
    near = [folded[m] for m in difflib.get_close_matches(value.casefold(), folded, n=most, cutoff=0.6)]
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
