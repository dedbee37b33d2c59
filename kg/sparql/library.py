"""The library of example queries: one file each, with its title, a sentence and its topic in the first lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from schema.ids import DEFAULT_BASE
from schema.statement import Literal, Statement
from schema.vocabulary import PREFIXES, expand

_FORMS: Final = {
    "select": "SPARQLSelectExecutable",
    "construct": "SPARQLConstructExecutable",
    "ask": "SPARQLAskExecutable",
}


@dataclass(frozen=True, slots=True)
class Example:
    """An example query: its name (also in addresses), topic, title, a sentence about it, the query itself."""

    name: str
    topic: str
    title: str
    about: str
    text: str

    def on(self, base: str) -> str:
        """The query for a graph whose IRIs start with another base."""
        return self.text.replace(f"<{DEFAULT_BASE}", f"<{base}")

    def with_prefixes(self, base: str = DEFAULT_BASE) -> str:
        """The query with every prefix declared, for servers and tools that do not know ours."""
        used = {p for p in re.findall(r"([a-z]\w*):", self.text) if p in PREFIXES}
        return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in sorted(used)) + self.on(base)


@cache
def examples() -> tuple[Example, ...]:
    """All example queries, in the order of their files."""
    folder = resources.files("kg.sparql") / "examples"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".rq")), key=lambda f: f.name)
    return tuple(_read(f.name, f.read_text(encoding="utf-8")) for f in files)


def statements(base: str, endpoint: str) -> Iterator[Statement]:
    """The library as SHACL executables, which tools that look for examples at an endpoint read.

    Source: SHACL-AF, sh:SPARQLExecutable; the shape is that of the examples of public endpoints in the life sciences.
    """
    for example in examples():
        iri = f"{endpoint}/examples#{example.name}"
        text = example.with_prefixes(base)
        found = re.search(r"^\s*(select|construct|ask)\b", text, re.IGNORECASE | re.MULTILINE)
        form = found[1].lower() if found else "select"
        yield Statement(iri, expand("rdf:type"), expand("sh:SPARQLExecutable"))
        yield Statement(iri, expand("rdf:type"), expand(f"sh:{_FORMS[form]}"))
        yield Statement(iri, expand("rdfs:label"), Literal(example.title, "", "en"))
        yield Statement(iri, expand("rdfs:comment"), Literal(f"{example.title}. {example.about}", "", "en"))
        yield Statement(iri, expand("schema:keywords"), Literal(example.topic))
        yield Statement(iri, expand("schema:target"), endpoint)
        yield Statement(iri, expand(f"sh:{form}"), Literal(text))


def _read(file: str, text: str) -> Example:
    title, about, topic, query = text.split("\n", 3)
    name = re.sub(r"^\d+-|\.rq$", "", file)
    return Example(name, topic.removeprefix("# Topic: "), title[2:], about[2:], query.strip() + "\n")
