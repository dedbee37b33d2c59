"""Asking an RDF store and writing its answer: the same steps for the command line and for the server's workers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final, Protocol

import pyoxigraph as ox

from kg.store.formats import Format, Kind
from schema.errors import BadQuery, LimitExceeded, StoreError, did_you_mean
from schema.statement import XSD, Literal, Statement
from schema.vocabulary import PREFIXES

_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}
_UPDATE = re.compile(r"\b(insert|delete|load|clear|create|drop|copy|move|add)\b", re.IGNORECASE)
_FORM = re.compile(r"\b(select|ask|construct|describe)\b", re.IGNORECASE)


class Output(Protocol):
    """Whatever takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""


@dataclass(frozen=True, slots=True)
class Question:
    """A SPARQL query with what comes beside it.

    `default_graphs` and `named_graphs` are the protocol's dataset; None means
    that the query's own FROM clauses, or else the whole store, apply.
    """

    text: str
    base_iri: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
"""What the engine, or the parser of another server's answer, gives."""


@dataclass(slots=True)
class Answer:
    """The answer to a question, not yet written: its kind decides which formats can hold it."""

    kind: Kind
    result: Result | list[ox.Triple]
    prefixes: Mapping[str, str]

    def write(self, format: Format, out: Output, limit_rows: int = 0, limit_bytes: int = 0) -> None:
        """Write the answer in one format; 0 is no limit.

        Raises `LimitExceeded` at the row or byte that goes beyond a limit,
        `StoreError` where evaluation fails midway.
        """
        counted = _Counted(out, format.name, limit_rows, limit_bytes)
        try:
            if isinstance(self.result, ox.QueryTriples | list):
                triples = _counted_triples(self.result, limit_rows)
                ox.serialize(triples, counted, GRAPH_FORMATS[format.name], prefixes=dict(self.prefixes))  # type: ignore[arg-type]
            else:
                self.result.serialize(counted, _RESULTS[format.name])  # type: ignore[arg-type]
        except ConnectionError:
            raise
        except (OSError, RuntimeError) as err:
            raise StoreError(f"the query failed while it ran: {err}.") from err

    def texts(self) -> tuple[list[str], Iterator[tuple[str | None, ...]]]:
        """Column names and rows of bare values: what literals say, what IRIs are. For SELECT only."""
        assert isinstance(self.result, ox.QuerySolutions)
        names = [v.value for v in self.result.variables]
        return names, (tuple(None if v is None else str(getattr(v, "value", v)) for v in row) for row in self.result)

    def statements(self) -> Iterator[Statement]:
        """The triples of CONSTRUCT or DESCRIBE as plain values."""
        assert isinstance(self.result, ox.QueryTriples | list)
        return (statement_of(t) for t in self.result)

    def rows(self) -> tuple[list[str], Iterator[tuple[str | None, ...]]]:
        """Column names and rows of short texts, for a table on a terminal."""
        if isinstance(self.result, ox.QueryBoolean):
            return ["answer"], iter([("yes" if bool(self.result) else "no",)])
        if isinstance(self.result, ox.QueryTriples | list):
            return ["subject", "predicate", "object"], (tuple(map(shorten, t)) for t in self.result)
        names = [v.value for v in self.result.variables]
        return names, (tuple(shorten(v) for v in row) for row in self.result)


def ask(store: ox.Store, question: Question) -> Answer:
    """Parse a query with our prefixes predeclared and begin to evaluate it.

    Raises `BadQuery` with the parser's message and place, `StoreError` where
    evaluation fails.
    """
    try:
        result = store.query(
            question.text,
            base_iri=question.base_iri,
            prefixes=dict(PREFIXES),
            default_graph=_graphs(question.default_graphs, question.named_graphs),
            named_graphs=_graphs(question.named_graphs, question.default_graphs),
        )
    except SyntaxError as err:
        raise BadQuery(_explain(str(err), question.text)) from err
    except (ValueError, OSError, RuntimeError) as err:
        raise BadQuery(f"the query cannot be run: {err}.") from err
    kind: Kind = "graph" if isinstance(result, ox.QueryTriples) else "solutions"
    used = set(re.findall(r"([A-Za-z][\w-]*):", question.text))
    return Answer(kind, result, {name: iri for name, iri in PREFIXES.items() if name in used})


def statement_of(found: ox.Triple | ox.Quad) -> Statement:
    """A triple or quad of the RDF library as a plain value; blank nodes get `_:` names."""
    graph = getattr(found, "graph_name", None)
    name = graph.value if isinstance(graph, ox.NamedNode) else ""
    return Statement(_name(found.subject), found.predicate.value, _object(found.object), name)


def _name(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _object(term: object) -> str | Literal:
    if not isinstance(term, ox.Literal):
        return _name(term)
    if term.language:
        return Literal(term.value, "", term.language)
    datatype = term.datatype.value
    return Literal(term.value, "" if datatype == XSD + "string" else datatype)


def answer_of(data: bytes, media_type: str) -> Answer:
    """Another server's answer, read; raises `StoreError` where it is not what the media type says."""
    try:
        if results := ox.QueryResultsFormat.from_media_type(media_type):
            if b"__ASK_RETVAL" in data[:200]:  # how Virtuoso says yes (1) or no (0) where a dataset is named
                data = b'{"head":{},"boolean":%s}' % (b"true" if re.search(rb'"value":\s*"1"', data) else b"false")
            return Answer("solutions", ox.parse_query_results(data, results), {})
        if rdf := ox.RdfFormat.from_media_type(media_type):
            return Answer("graph", [q.triple for q in ox.parse(data, rdf)], {})
    except (SyntaxError, ValueError) as err:
        raise StoreError(f"the server's answer is broken: {err}") from err
    raise StoreError(f"the server answered with {media_type or 'something without a type'}, which is not understood.")


def shorten(term: object) -> str | None:
    """A term as a person reads it: a literal's text, a prefixed name or an IRI in brackets; None for an unbound one."""
    if isinstance(term, ox.Literal):
        return term.value
    if isinstance(term, ox.NamedNode):
        short = shorten_iri(term.value)
        return short if short != term.value else f"<{short}>"
    return None if term is None else str(term)


def shorten_iri(iri: str) -> str:
    """An IRI as a prefixed name where one of our prefixes fits, else as it is.

    >>> shorten_iri("http://purl.org/dc/terms/title")
    'dcterms:title'
    """
    for name, start in PREFIXES.items():
        if iri.startswith(start) and re.fullmatch(r"[\w-]+", iri[len(start) :]):
            return f"{name}:{iri[len(start) :]}"
    return iri


def _graphs(own: tuple[str, ...] | None, other: tuple[str, ...] | None) -> list[Any] | None:
    # Naming one kind of graph in the protocol's dataset leaves the other kind empty, not whole.
    # Source: SPARQL 1.1 Protocol, 2.1.4.
    if own is None and other is None:
        return None
    try:
        return [ox.NamedNode(iri) for iri in own or ()]
    except ValueError as err:
        raise BadQuery(f"a graph of the dataset is not an absolute IRI: {err}") from err


def _explain(error: str, text: str) -> str:
    hint = ""
    form, update = _FORM.search(text), _UPDATE.search(text)
    if update and (form is None or update.start() < form.start()):
        hint = " Updates are not taken here: this is for queries (SELECT, ASK, CONSTRUCT, DESCRIBE)."
    elif "Prefix not found" in error:
        error, hint = _unknown_prefix(error, text)
    line = ""
    place = re.search(r"(\d+):(\d+)", error)
    lines = text.splitlines()
    if place and 0 < int(place[1]) <= len(lines):
        line = f" Line {place[1]} is: {lines[int(place[1]) - 1].strip()[:200]}"
    return f"the query does not parse: {error.rstrip('.')}.{hint}{line}"


def _unknown_prefix(error: str, text: str) -> tuple[str, str]:
    declared = {*PREFIXES, *re.findall(r"prefix\s+([\w.-]*):", text, re.IGNORECASE)}
    unknown = [p for p in re.findall(r"(?<![\w<:/?#.-])([\w-]*):(?!/)", text) if p not in declared]
    place = error.partition(": ")[0]
    if not unknown:
        return f"{place}: a prefix is not declared", ""
    hint = f" Declare it with PREFIX {unknown[0]}: <...>.{did_you_mean(unknown[0], PREFIXES)}"
    return f"{place}: the prefix {unknown[0]!r} is not declared", hint


def _counted_triples(triples: Iterable[ox.Triple], limit_rows: int) -> Iterator[ox.Triple]:
    for number, triple in enumerate(triples):
        if limit_rows and number >= limit_rows:
            raise LimitExceeded(_too_many("rows", limit_rows))
        yield triple


def _too_many(what: str, limit: int) -> str:
    return f"the answer has more than {limit} {what}; add a LIMIT, or take the whole graph from /export."


class _Counted:
    """Passes bytes on and counts the rows in them, without looking at each row in Python."""

    def __init__(self, out: Output, format_name: str, limit_rows: int, limit_bytes: int) -> None:
        self.out = out
        self.ending, self.headings = _ROW_ENDINGS.get(format_name, (b"", 0))
        self.quoted = False if format_name == "csv" else None
        self.limit_rows, self.limit_bytes = limit_rows, limit_bytes
        self.rows = self.bytes = 0
        self.tail = b""

    def write(self, data: bytes) -> int:
        self.bytes += len(data)
        if self.limit_bytes and self.bytes > self.limit_bytes:
            raise LimitExceeded(_too_many("bytes", self.limit_bytes))
        if self.limit_rows and self.ending:
            self._count(data)
            if self.rows - self.headings > self.limit_rows:
                raise LimitExceeded(_too_many("rows", self.limit_rows))
        self.out.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def _count(self, data: bytes) -> None:
        if self.quoted is not None:
            data = self._unquoted(data)
        joined = self.tail + data
        self.rows += joined.count(self.ending)
        self.tail = joined[len(joined) - len(self.ending) + 1 :] if len(self.ending) > 1 else b""

    def _unquoted(self, data: bytes) -> bytes:
        # Line ends inside quotes of CSV end no row; what stands between quotes is dropped before counting.
        parts = data.split(b'"')
        kept = parts[1 if self.quoted else 0 :: 2]
        self.quoted = bool(self.quoted) ^ (len(parts) % 2 == 0)
        return b'"'.join(kept)


_ROW_ENDINGS: Final[Mapping[str, tuple[bytes, int]]] = {
    # What ends a row, and how many such ends are no row of the answer. In JSON a quote inside a string is escaped, so
    # `}},{"` stands between two rows only, one time less than there are rows.
    "json": (b'}},{"', -1),
    "xml": (b"</result>", 0),
    "csv": (b"\r\n", 1),
    "tsv": (b"\n", 1),
}


def write_table(answer: Answer, out: IO[str], width: int = 60) -> int:
    """Write an answer as an aligned table for people; returns the number of rows."""
    names, rows = answer.rows()
    lines = [[_cell(c, width) for c in row] for row in rows]
    widths = [max([len(n), *(len(line[i]) for line in lines)]) for i, n in enumerate(names)]
    for line in [names, ["-" * w for w in widths], *lines]:
        out.write("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() + "\n")
    return len(lines)


def _cell(text: str | None, width: int) -> str:
    flat = " ".join((text or "").split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"
