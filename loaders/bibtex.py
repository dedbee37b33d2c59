"""BibTeX and BibLaTeX, as reference managers export it.

The library parses; entries are handed to it in blocks of whole lines, so
that a file of any size is read in constant memory.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Final

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares.names import (
    InvalidNameError,
    NameParts,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, ParsingFailedBlock, String
from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerError

from loaders._head import Head
from loaders._lines import read_lines
from loaders._record import KEPT_CHARS, record
from loaders._text import one_line
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Author, Paper

NAME: Final = "bibtex"
_BLOCK_CHARS: Final = 200_000
_LONGEST_CHARS: Final = 4_000_000
_NOT_PAPERS: Final = frozenset({"comment", "preamble", "string", "control", "set", "xdata"})
_ENTRY: Final = re.compile(r"^\s*@\s*(\w+)\s*[{(]", re.MULTILINE)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATEX: Final = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=False)
_SIGNS: Final = {"{": "", "}": "", "~": " ", "---": "—", "--": "–", "``": "“", "''": "”"}
_PLAIN: Final = re.compile("|".join(map(re.escape, _SIGNS)))
# Months are macros that every style defines.
_MACROS: Final = "".join(f"@string{{{m} = {{{n}}}}}\n" for n, m in enumerate(_MONTHS, 1))


def read(source: Source) -> Records:
    """Papers of the entries, in order; `where` is the line of the entry."""
    logging.getLogger("bibtexparser").setLevel(logging.ERROR)
    strings = _MACROS
    for first, block in _blocks(source):
        if isinstance(block, Rejected):
            yield block
            continue
        library = parse_string(strings + block)
        before = strings.count("\n")
        yield from _records(library, source.name, first - before)
        new = [
            b.raw
            for b in library.blocks
            if isinstance(b, String) and b.raw and b.start_line is not None and b.start_line >= before
        ]
        strings += "".join(f"{' '.join(raw.split())}\n" for raw in new)


def recognises(head: Head) -> float:
    """Certain for entries at the start of lines."""
    found = _ENTRY.search(head.text)
    if not found or head.text.lstrip()[:1] in "{[<":
        return 0.0
    return 0.95 if head.suffix in {".bib", ".bibtex"} or re.search(r"=\s*[{\"]", head.text) else 0.3


def _blocks(source: Source) -> Iterator[tuple[int, str | Rejected]]:
    """Blocks of whole entries, with the number of their first line from 0."""
    lines: list[str] = []
    first = size = 0
    for number, line in read_lines(source):
        if isinstance(line, Rejected):
            yield number - 1, line
            line = ""
        begins = line.lstrip().startswith("@")
        if begins and size > _BLOCK_CHARS:
            yield first, "\n".join(lines)
            lines, first, size = [], number - 1, 0
        if size + len(line) > _LONGEST_CHARS:
            where = f"{source.name} line {first + 1}"
            yield (
                first,
                Rejected(
                    where,
                    "too-long",
                    f"No entry begins within {_LONGEST_CHARS:,} characters.",
                    lines[0][:2000] if lines else "",
                ),
            )
            lines, first, size = [], number - 1, 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield first, "\n".join(lines)


def _records(library: Library, name: str, offset: int) -> Iterator[Paper | Rejected]:
    for found in library.blocks:
        where = f"{name} line {(found.start_line or 0) + offset + 1}"
        # The same key twice is common in libraries that were merged by hand.
        block = found.ignore_error_block if isinstance(found, DuplicateBlockKeyBlock) else found
        if isinstance(block, Entry):
            if block.entry_type.casefold() not in _NOT_PAPERS:
                yield _paper(block, where)
        elif isinstance(block, ParsingFailedBlock):
            why = getattr(block.error, "abort_reason", None) or str(block.error) or type(block.error).__name__
            yield Rejected(where, "bad-bibtex", f"The entry cannot be read: {why}.", (block.raw or "")[:KEPT_CHARS])


def _paper(entry: Entry, where: str) -> Paper | Rejected:
    said = {f.key.casefold(): _joined(str(f.value)) for f in entry.fields}
    parts = (said.get("year"), said.get("month", "").zfill(2))
    date = said.get("date") or "-".join(p for p in parts if p and p != "00")
    scheme = (said.get("archiveprefix") or said.get("eprinttype") or "").casefold()
    eprint, url = said.get("eprint", ""), unescaped(said.get("url", ""))
    links = f"{url} {said.get('note', '')} {said.get('howpublished', '')} {said.get('journal', '')}"
    return record(
        NAME,
        where,
        raw=entry.raw or "",
        title=decoded(said.get("title", "")),
        abstract=decoded(said.get("abstract", "")),
        doi=unescaped(said.get("doi", "")),
        arxiv_id=_arxiv(scheme, eprint, links),
        pmid=said.get("pmid") or (eprint if scheme == "pubmed" else None),
        pmcid=said.get("pmcid"),
        date=date,
        authors=_authors(said.get("author", "")),
        venue=decoded(said.get("journaltitle") or said.get("journal") or said.get("booktitle") or ""),
        url=url,
        keywords=decoded(said.get("keywords", "")),
        language=said.get("langid") if len(said.get("langid", "")) == 2 else None,
        acl_id=(re.search(r"aclanthology\.org/([\w.-]+?)/?$", url) or [None, None])[1],
    )


def decoded(value: str) -> str:
    r"""Text of LaTeX: letters and commands in Unicode, mathematics as it stands, a bare per cent sign no comment.

    >>> decoded(r"{\'E}tude of 50% and {CT} $x_1$")
    'Étude of 50% and CT $x_1$'
    """
    if "\\" not in value and "$" not in value:
        # Most values need no LaTeX, which is slow.
        return _PLAIN.sub(lambda m: _SIGNS[m[0]], value)
    try:
        plain = re.sub(r"\\((?:La|Bib)?TeX)\b", r"\1", re.sub(r"(?<!\\)%", r"\%", value))
        text: str = _LATEX.latex_to_text(plain)
    except (LatexWalkerError, RecursionError, ValueError, IndexError):
        text = value.replace("{", "").replace("}", "")
    return text


def unescaped(value: str) -> str:
    r"""An address or identifier, in which LaTeX only escapes: its "~" is no space and its "%" no comment.

    >>> unescaped(r"https://a.example/~me/x\_y%20z")
    'https://a.example/~me/x_y%20z'
    """
    return re.sub(r"\\([_%&#$~{}])|[{}]|\\url", lambda m: m[1] or "", value)


def _arxiv(scheme: str, eprint: str, links: str) -> str | None:
    if eprint and (scheme == "arxiv" or (not scheme and arxiv_id(eprint) == eprint)):
        return arxiv_id(eprint)
    return arxiv_id(links) if re.search(r"arxiv", links, re.IGNORECASE) else None


def _authors(said: str) -> list[Author]:
    """Names, given name first; an institution in braces is one name, whatever it holds."""
    found = []
    for name in split_multiple_persons_names(" ".join(said.split())):
        try:
            parts = parse_single_name_into_parts(name, strict=False)
        except (InvalidNameError, ValueError, IndexError):
            parts = NameParts(last=[name])
        plain = decoded(" ".join([*parts.first, *parts.von, *parts.last, *parts.jr])).strip()
        if plain and name.casefold() != "others":
            found.append(Author(name=one_line(plain)))
    return found


def _joined(value: str) -> str:
    """A value whose pieces are joined by "#" as one; the library leaves these as they stand."""
    if not (value.startswith('"') and "#" in value):
        return value
    return "".join(a or b for a, b in re.findall(r'"([^"]*)"|([^\s#"]+)', value))


LOADER: Final = Loader(
    name=NAME,
    label="BibTeX and BibLaTeX",
    suffixes=(".bib", ".bibtex"),
    recognises=recognises,
    read=read,
    licence="As the library's owner decides",
    sample="references.bib",
)
