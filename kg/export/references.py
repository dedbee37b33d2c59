"""Papers for reference managers: BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from kg.export.columns import write_blocks
from kg.export.subgraph import Subgraph
from schema.node import Node

_LATEX: Final = {
    "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "\\": r"\textbackslash{}", "$": r"\$",
}  # fmt: skip
_PARTICLES: Final = frozenset(
    ("von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ter", "ten", "bin", "al")
)
_GROUP: Final = re.compile(r"\b(consortium|group|team|collaboration|initiative|network|investigators)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in two parts, or a group's in one (`given` empty)."""

    family: str
    given: str = ""


def read_name(text: str) -> Name:
    """Part a printed name: particles belong to the family name, groups stay whole.

    >>> read_name("Ludwig van der Berg")
    Name(family='van der Berg', given='Ludwig')
    """
    words = text.split()
    if len(words) < 2 or _GROUP.search(text):
        return Name(" ".join(words))
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in _PARTICLES:
        at -= 1
    return Name(" ".join(words[at:]), " ".join(words[:at]))


def write_bibtex(sub: Subgraph, out: BinaryIO) -> None:
    """Write BibTeX in UTF-8: keys are the papers' keys, titles keep their capitals, math stays math."""
    write_blocks((_bibtex(r) for r in _references(sub)), out)


def write_ris(sub: Subgraph, out: BinaryIO) -> None:
    """Write RIS in UTF-8."""
    write_blocks((_ris(r) for r in _references(sub)), out)


def write_csl(sub: Subgraph, out: BinaryIO) -> None:
    """Write CSL-JSON, for Zotero, pandoc and citeproc."""
    rows = (json.dumps(_csl(r), ensure_ascii=False) for r in _references(sub))
    write_blocks(_listed(rows), out)


@dataclass(frozen=True, slots=True)
class _Reference:
    key: str
    title: str
    authors: tuple[str, ...]
    venue: str | None
    fields: dict[str, Any]


def _references(sub: Subgraph) -> Iterator[_Reference]:
    names = sub.labels_of("Person", "Venue")
    for paper in sub.papers():
        yield _reference(paper, names)


def _reference(paper: Node, names: dict[str, str]) -> _Reference:
    venue = next((names[v] for v in paper.targets("publishedIn")), None)
    title = str(paper.properties.get("title", paper.label))
    authors = tuple(names[a] for a in paper.targets("creator"))
    return _Reference(paper.id.partition("/")[2], title, authors, venue, paper.properties)


def _listed(rows: Iterator[str]) -> Iterator[str]:
    yield "[\n"
    for number, row in enumerate(rows):
        yield f",\n{row}" if number else row
    yield "\n]\n"


def _bibtex(paper: _Reference) -> str:
    given = paper.fields
    fields = {
        "title": "{" + _latex(paper.title) + "}",
        "author": " and ".join(_bibtex_name(a) for a in paper.authors),
        "journal": _latex(paper.venue or ""),
        "year": str(given.get("year", "")),
        "doi": given.get("doi", ""),
        "eprint": given.get("arxivId", ""),
        "archiveprefix": "arXiv" if given.get("arxivId") else "",
        "pmid": given.get("pubmedId", ""),
        "url": given.get("url", ""),
        "keywords": _latex(", ".join(given.get("keywords", ()))),
        "abstract": _latex(given.get("abstract", "")),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{'article' if paper.venue else 'misc'}{{{paper.key},\n{lines}}}\n\n"


def _bibtex_name(text: str) -> str:
    name = read_name(text)
    if not name.given:
        return "{" + _latex(name.family) + "}"
    return f"{_latex(name.family)}, {_latex(name.given)}"


def _latex(text: str) -> str:
    """Text for LaTeX; what stands between two dollar signs on one line is math and stays as it is."""
    pieces = re.split(r"(\$[^$\n]+\$)", " ".join(text.split()))
    return "".join(
        piece if number % 2 and _balanced(piece) else _apart("".join(_LATEX.get(c, c) for c in piece))
        for number, piece in enumerate(pieces)
    )


def _apart(text: str) -> str:
    """The same text with an empty group between what LaTeX would join to one sign: -- '' ``."""
    return re.sub(r"([-'`])(?=\1)", r"\1{}", text)


def _balanced(math: str) -> bool:
    depth = 0
    for c in math:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0


def _ris(paper: _Reference) -> str:
    given = paper.fields
    tags: list[tuple[str, Any]] = [("TY", "JOUR" if paper.venue else "GEN"), ("ID", paper.key), ("TI", paper.title)]
    tags += [
        *(("AU", f"{a.family}, {a.given}" if a.given else a.family) for a in map(read_name, paper.authors)),
        ("T2", paper.venue), ("PY", given.get("year")), ("DA", str(given.get("date", "")).replace("-", "/")),
        ("DO", given.get("doi")), ("AN", given.get("arxivId") or given.get("pubmedId")), ("UR", given.get("url")),
        *(("KW", word) for word in given.get("keywords", ())), ("AB", given.get("abstract")),
    ]  # fmt: skip
    lines = "".join(f"{tag}  - {' '.join(str(value).split())}\n" for tag, value in tags if value)
    return f"{lines}ER  - \n\n"


def _csl(paper: _Reference) -> dict[str, Any]:
    given = paper.fields
    row: dict[str, Any] = {"id": paper.key, "type": "article-journal" if paper.venue else "article"}
    row |= {"title": paper.title, "author": [_csl_name(a) for a in paper.authors], "container-title": paper.venue}
    if date := given.get("date") or given.get("year"):
        row["issued"] = {"date-parts": [[int(part) for part in str(date).split("-")]]}
    row |= {"DOI": given.get("doi"), "PMID": given.get("pubmedId"), "PMCID": given.get("pmcId")}
    row |= {"URL": given.get("url"), "abstract": given.get("abstract"), "language": given.get("language")}
    row["keyword"] = ", ".join(given.get("keywords", ()))
    if "arxivId" in given:
        row["archive"], row["archive_location"] = "arXiv", given["arxivId"]
    return {name: value for name, value in row.items() if value}


def _csl_name(text: str) -> dict[str, str]:
    name = read_name(text)
    return {"family": name.family, "given": name.given} if name.given else {"literal": name.family}
