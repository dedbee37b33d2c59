"""Answers of arXiv's search API: Atom entries with arXiv's own elements.

https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

from typing import Final

from loaders import _xml
from loaders._head import Head
from loaders._record import record
from loaders._stated import code_in
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import arxiv_id
from schema.paper import Paper

NAME: Final = "arxiv"
CITATION: Final = "arXiv, https://arxiv.org"
LICENCE: Final = "Metadata CC0 1.0; abstracts belong to their authors"


def read(source: Source) -> Records:
    """Papers of the entries of a feed, in its order."""
    return _xml.read_xml(source, ("entry",), _paper)


def recognises(head: Head) -> float:
    """Certain for an Atom feed that speaks of arXiv."""
    if head.xml_root not in {"feed", "entry"}:
        return 0.0
    return 0.95 if "arxiv.org" in head.text else 0.0


def is_withdrawn(comment: str) -> bool:
    """Whether the authors' comment says that the paper is withdrawn."""
    said = comment.casefold()
    return "withdrawn" in said and ("paper" in said or "author" in said or len(said) < 60 or "submission" in said)


def _paper(entry: _xml.Element, where: str) -> Paper | Rejected | None:
    link = _xml.text(entry, "id")
    if "/api/errors" in link:
        return Rejected(where, "source-error", f"arXiv answers: {_xml.text(entry, 'summary')}")
    comment = _xml.text(entry, "comment")
    return record(
        NAME, where, raw=_xml.raw_of(entry), title=_xml.text(entry, "title"), abstract=_xml.text(entry, "summary"),
        id=arxiv_id(link), arxiv_id=link, doi=_xml.text(entry, "doi"), date=_xml.text(entry, "published"),
        authors=_xml.texts(entry, "author/name"), venue=_xml.text(entry, "journal_ref"),
        url=f"https://arxiv.org/abs/{arxiv_id(link)}" if arxiv_id(link) else link,
        keywords=[c.get("term", "") for c in _xml.find_all(entry, "category")],
        retracted=is_withdrawn(comment), facts=tuple(code_in(comment)),
    )  # fmt: skip


LOADER: Final = Loader(
    name=NAME,
    label="arXiv search answers (Atom)",
    suffixes=(".atom", ".xml"),
    recognises=recognises,
    read=read,
    licence=LICENCE,
    citation=CITATION,
    homepage="https://info.arxiv.org/help/api/",
    sample="arxiv.atom",
)
