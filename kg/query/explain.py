"""The SPARQL query that means the same as a filter.

Written from filter values, never from a user's text: names are resolved to
IRIs and literals are quoted by the rules of SPARQL 1.1, section 19.7. Full text
has no counterpart in SPARQL; there the query says so in a comment and asks for
the words as they stand.
"""

from __future__ import annotations

import re
from itertools import count as counter
from typing import Any, Final

from kg.query.order import Key
from kg.query.values import (
    Counted,
    Either,
    Every,
    Filter,
    Linked,
    Not,
    Path,
    Present,
    Related,
    Scalar,
    Tested,
)
from schema.vocabulary import CLASS, EDGE, LITERALS, PREFIXES

_LITERAL: Final = {t.field: t.iri for t in LITERALS} | {"label": "rdfs:label"}
_COMPARE: Final = {"eq": "=", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_PREFIX_USED = re.compile(r"(?<![\w<?:/#.-])([a-z]+):(?=[A-Za-z])")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|<[^\s>]*>')
_WORD = re.compile(r"\w+")
_ESCAPES: Final = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


def sparql_of(base: str, cls: str, where: Filter, keys: tuple[Key, ...] = (), limit: int | None = None) -> str:
    """A SELECT of `?s`: the IRIs of the members of a class that match, in the same order as the index's answer."""
    write = _Writer(base)
    found = _indent(f"?s a {_prefixed(CLASS[cls].iri)} .\n{write.whole('?s', where)}", 4)
    extra, order = write.order(cls, keys)
    query = f"SELECT ?s WHERE {{\n  {{ SELECT DISTINCT ?s WHERE {{\n{found}\n  }} }}\n{_indent(extra, 2)}\n}}"
    query += f"\nORDER BY {order}"
    if limit is not None:
        query += f"\nLIMIT {limit}"
    bare = _QUOTED.sub("", query)
    prefixes = sorted(set(_PREFIX_USED.findall(bare)) & set(PREFIXES))
    notes = "".join(f"# {note}\n" for note in write.notes)
    return notes + "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in prefixes) + query + "\n"


class _Writer:
    """Writes graph patterns about a variable; each uses variables of its own."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.evidence = f"<{base}graph/evidence>"
        self.notes: list[str] = []
        self._numbers = counter(1)

    def whole(self, var: str, where: Filter) -> str:
        """The pattern of a whole filter, `var` being bound before it; what is excluded is found once, by MINUS."""
        parts = where.parts if isinstance(where, Every) else (where,)
        return "\n".join(
            f"MINUS {{\n{_indent(self.pattern(var, part.part), 2)}\n}}"
            if isinstance(part, Not) and _binds(part.part)
            else self.pattern(var, part)
            for part in sorted(parts, key=lambda part: not _binds(part))
        )

    def pattern(self, var: str, where: Filter) -> str:
        """A graph pattern with at least one solution exactly where `var` matches."""
        match where:
            case Every(parts):
                return "\n".join(self.pattern(var, part) for part in parts)
            case Either(parts) if _binds(where):
                # Engines start a union from its constants, a filter from every candidate.
                branches = [_indent(self.pattern(var, part), 2) for part in parts]
                return " UNION ".join(f"{{\n{branch}\n}}" for branch in branches)
            case Either(parts):
                return f"FILTER({' || '.join(self._exists(var, part) for part in parts) or 'false'})"
            case Not(part):
                return f"FILTER({self._exists(var, part, negated=True)})"
            case Linked(path, targets):
                return self._linked(var, path, targets)
            case Related():
                return self._related(var, where)
            case Counted():
                return self._counted(var, where)
            case Present(field):
                return f"{var} {_LITERAL[field]} {self._new('v')} ."
            case Tested():
                return self._tested(var, where)

    def order(self, cls: str, keys: tuple[Key, ...]) -> tuple[str, str]:
        """Patterns that fetch what the order needs, and the ORDER BY clause; absent values last."""
        patterns, by = [], []
        for key in keys:
            value = self._new("k")
            direction = "DESC" if key.descending else "ASC"
            if key.path is not None:
                patterns.append(self._count("?s", key.path, Every(), value, cls))
                by.append(f"{direction}({value})")
            elif key.field == "id":
                by.append(f"{direction}(STR(?s))")
            elif key.field:
                patterns.append(f"OPTIONAL {{ ?s {_LITERAL[key.field]} {value} }}")
                text = key.field == "label" or _datatype(key.field) in ("string", "iri")
                by += [f"ASC(!BOUND({value}))", f"{direction}({f'LCASE(STR({value}))' if text else value})"]
            else:
                self.notes.append("The order by relevance has no counterpart in SPARQL and is left out.")
        if cls == "Paper":
            patterns.append("OPTIONAL { ?s kg:year ?year }")
            by.append("DESC(?year)")
        patterns.append("?s rdfs:label ?label .")
        return "\n".join(patterns), " ".join([*by, "LCASE(STR(?label))", "STR(?s)"])

    # -- relations ------------------------------------------------------

    def _linked(self, var: str, path: Path, targets: tuple[str, ...]) -> str:
        # Before a property path, VALUES is planned better than the IRI itself.
        if len(targets) == 1 and not path.wide and not _NOT_IN_IRI.search(targets[0]):
            return self._edge(var, path, f"<{self.base}{targets[0]}>")
        target = self._new("t")
        return f"{self._values(target, targets)}\n{self._edge(var, path, target)}"

    def _related(self, var: str, where: Related) -> str:
        path, far = where.path, self._new("o")
        edge = self._edge(var, path, far)
        some = f"{edge}\n{self.pattern(far, where.where)}"
        if where.quantifier == "some":
            return some
        if where.quantifier == "none":
            return f"FILTER(NOT EXISTS {{\n{_indent(some, 2)}\n}})"
        other = self._new("o")
        unmatched = f"{self._edge(var, path, other)}\nFILTER({self._exists(other, where.where, negated=True)})"
        return f"{edge}\nFILTER(NOT EXISTS {{\n{_indent(unmatched, 2)}\n}})"

    def _counted(self, var: str, where: Counted) -> str:
        number = self._new("n")
        near = EDGE[where.path.relation].range if where.path.inverse else EDGE[where.path.relation].domain
        tests = " && ".join(_comparison(number, op, values) for op, values in where.tests)
        return f"{self._count(var, where.path, where.where, number, near)}\nFILTER({tests})"

    def _count(self, var: str, path: Path, inner: Filter, number: str, near: str) -> str:
        far = self._new("o")
        counted = f"{self._edge(var, path, far)}\n{self.pattern(far, inner)}"
        return (
            f"{{ SELECT {var} (COUNT(DISTINCT {far}) AS {number}) WHERE {{\n"
            f"  {var} a {_prefixed(CLASS[near].iri)} .\n"
            f"  OPTIONAL {{\n{_indent(counted, 4)}\n  }}\n}} GROUP BY {var} }}"
        )

    def _edge(self, var: str, path: Path, far: str) -> str:
        """`var` and `far` at the two ends of a relation, `var` at the near one."""
        term = EDGE[path.relation]
        source, target = (far, var) if path.inverse else (var, far)
        if not (path.wide and CLASS[term.range].concept):
            return f"{source} {term.iri} {target} .{self._sure(source, term.iri, target, path.at_least)}"
        narrow = self._new("m")
        up = f"{narrow} skos:broader* {target} ."
        return f"{up}\n{source} {term.iri} {narrow} .{self._sure(source, term.iri, narrow, path.at_least)}"

    def _sure(self, source: str, iri: str, target: str, at_least: float) -> str:
        if at_least <= 0:
            return ""
        one, other, sure = self._new("a"), self._new("a"), self._new("c")
        stated = f"rdf:subject {source} ; rdf:predicate {iri} ; rdf:object {target}"
        return (
            f"\nFILTER(EXISTS {{ GRAPH {self.evidence} {{ {one} {stated} ; kg:confidence {sure} }} "
            f"FILTER({sure} >= {_number(at_least)}) }}\n"
            f"  || NOT EXISTS {{ GRAPH {self.evidence} {{ {other} {stated} }} }})"
        )

    # -- literals -------------------------------------------------------

    def _tested(self, var: str, test: Tested) -> str:
        if test.op == "matches":
            return self._matches(var, test)
        if test.field == "id":
            return self._values(var, tuple(str(v) for v in test.values))
        value, iri = self._new("v"), _LITERAL[test.field]
        # An IRI-valued literal is compared by its text.
        text = f"STR({value})" if _datatype(test.field) == "iri" else value
        if test.op == "ne" and test.kind in ("string", "label"):
            other = self._new("v")
            same = f"FILTER({text.replace(value, other)} = {_scalar(test.values[0])})"
            return f"{var} {iri} {value} .\nFILTER(NOT EXISTS {{ {var} {iri} {other} . {same} }})"
        return f"{var} {iri} {value} .\nFILTER({_comparison(text, test.op, test.values)})"

    def _matches(self, var: str, test: Tested) -> str:
        self.notes.append("Full text: the words are asked for as they stand, in any case; the index knows other forms.")
        fields = {"text": ("rdfs:label", "dcterms:abstract")}.get(test.field, (_LITERAL.get(test.field, "rdfs:label"),))
        words = _WORD.findall(str(test.values[0]).lower())
        parts = []
        for word in words:
            places = []
            for iri in fields:
                value = self._new("v")
                places.append(f"EXISTS {{ {var} {iri} {value} FILTER(CONTAINS(LCASE({value}), {_quoted(word)})) }}")
            parts.append(f"({' || '.join(places)})")
        return f"FILTER({' && '.join(parts) or 'false'})"

    # -- pieces ---------------------------------------------------------

    def _exists(self, var: str, where: Filter, negated: bool = False) -> str:
        pattern = self.pattern(var, where)
        return f"{'NOT EXISTS' if negated else 'EXISTS'} {{\n{_indent(pattern, 2)}\n}}"

    def _values(self, var: str, ids: tuple[str, ...]) -> str:
        iris = [f"<{self.base}{id_}>" for id_ in ids if not _NOT_IN_IRI.search(id_)]
        return f"VALUES {var} {{ {' '.join(iris)} }}"

    def _new(self, kind: str) -> str:
        return f"?{kind}{next(self._numbers)}"


def _binds(where: Filter) -> bool:
    """Whether the pattern of a filter binds its variable by itself, outside of every FILTER."""
    match where:
        case Every(parts):
            return any(map(_binds, parts))
        case Either(parts):
            return bool(parts) and all(map(_binds, parts))
        case Related(quantifier=quantifier):
            return quantifier != "none"
        case Tested(op=op):
            return op != "matches"
        case _:
            return not isinstance(where, Not)


def _comparison(value: str, op: str, wanted: tuple[Any, ...]) -> str:
    if op == "between":
        return f"({value} >= {_scalar(wanted[0])} && {value} <= {_scalar(wanted[1])})"
    if op == "in":
        return f"{value} IN ({', '.join(map(_scalar, wanted))})"
    if op in ("contains", "startsWith"):
        name = "CONTAINS" if op == "contains" else "STRSTARTS"
        return f"{name}(LCASE({value}), {_quoted(str(wanted[0]).lower())})"
    return f"{value} {_COMPARE[op]} {_scalar(wanted[0])}"


def _scalar(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _number(value) if isinstance(value, int | float) else _quoted(value)


def _number(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        return f'"{"-" if value < 0 else ""}INF"^^xsd:double'
    return repr(value)


def _quoted(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode().translate(_ESCAPES)
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in plain) + '"'


def _prefixed(iri: str) -> str:
    return f"kg:{iri.removeprefix(PREFIXES['kg'])}"


def _datatype(field: str) -> str:
    return next((t.datatype for t in LITERALS if t.field == field), "string")


def _indent(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.splitlines() if line.strip())
