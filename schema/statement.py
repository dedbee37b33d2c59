"""An RDF statement as a plain value, free of any RDF library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A literal: its text, its datatype IRI ("" is xsd:string), its language ("" is none)."""

    value: str
    datatype: str = ""
    language: str = ""


class Statement(NamedTuple):
    """Subject and predicate IRIs, an IRI (str) or `Literal` as object, the graph's IRI ("": the default graph)."""

    subject: str
    predicate: str
    object: str | Literal
    graph: str = ""

    def nquad(self) -> str:
        """The statement as one line of N-Quads, in canonical form, with its newline.

        Source: RDF 1.1 N-Quads, https://www.w3.org/TR/n-quads/ and RDF 1.2 canonical form of literals.

        >>> Statement("http://a", "http://b", Literal("x")).nquad()
        '<http://a> <http://b> "x" .\\n'
        """
        obj = self.object
        term = f"<{obj}>" if isinstance(obj, str) else _literal(obj)
        graph = f" <{self.graph}>" if self.graph else ""
        return f"<{self.subject}> <{self.predicate}> {term}{graph} .\n"


_ESCAPES = {
    ord("\\"): "\\\\",
    ord('"'): '\\"',
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    ord("\b"): "\\b",
    ord("\f"): "\\f",
    127: "\\u007F",
    **{c: f"\\u{c:04X}" for c in range(32) if c not in (8, 9, 10, 12, 13)},
}


def _literal(literal: Literal) -> str:
    text = f'"{literal.value.translate(_ESCAPES)}"'
    if literal.language:
        return f"{text}@{literal.language}"
    return f"{text}^^<{literal.datatype}>" if literal.datatype else text
