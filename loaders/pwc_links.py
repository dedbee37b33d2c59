"""Papers with Code: links between papers and code.

Official repositories become the paper's own; one that the paper mentions is
less sure. A repository that others made of a paper is no statement of the
paper and is left out.
"""

from __future__ import annotations

from typing import Final

from loaders import _pwc
from loaders._head import Head
from loaders._json import Item, read_json
from loaders._record import record
from loaders._stated import code_fact
from loaders.base import Loader, Records, Source
from schema.errors import Rejected
from schema.ids import repository_key
from schema.paper import Paper

NAME: Final = "pwc-links"
_MENTIONED: Final = 0.7


def read(source: Source) -> Records:
    """One partial record per link to a paper's own code, in order."""
    return read_json(source, _paper)


def recognises(head: Head) -> float:
    """Certain for the dump's own keys."""
    return 0.96 if _pwc.has_keys(head, "paper_url", "paper_title", "repo_url", "is_official") else 0.0


def _paper(item: Item) -> Paper | Rejected | tuple[()]:
    said = item.value
    spam = _pwc.quarantined(item.where, item.raw, said.get("paper_title"), said.get("repo_url"))
    if spam is not None:
        return spam
    official, mentioned = bool(said.get("is_official")), bool(said.get("mentioned_in_paper"))
    url = str(said.get("repo_url") or "")
    if not url or not (official or mentioned):
        return ()
    quote = "is_official: true" if official else "mentioned_in_paper: true"
    key = _pwc.paper_key(said.get("paper_url")) or said.get("paper_url")
    return record(
        NAME, item.where, raw=item.raw, id=f"{key}#{repository_key(url)}", title=said.get("paper_title"),
        arxiv_id=said.get("paper_arxiv_id"), url=said.get("paper_url_abs") or said.get("paper_url"),
        facts=(code_fact(url, quote, 1.0 if official else _MENTIONED),),
    )  # fmt: skip


LOADER: Final = Loader(
    name=NAME,
    label="Papers with Code: links to code",
    suffixes=(".json",),
    recognises=recognises,
    read=read,
    licence=_pwc.LICENCE,
    citation=_pwc.CITATION,
    homepage=_pwc.HOMEPAGE,
    sample="pwc-links.json",
)
