"""PubMed's text format (.nbib, MEDLINE): what its buttons "Cite" and "Save" give.

https://www.nlm.nih.gov/bsd/mms/medlineelements.html. The fields are those of
the XML, with tags of four letters and MeSH headings by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from loaders._head import Head
from loaders._lines import read_lines
from loaders._record import orcid, record
from loaders._stated import mesh_facts
from loaders.base import Loader, Records, Source
from loaders.pubmed import LANGUAGES, LICENCE, bare_title, numbered_date
from schema.errors import Rejected
from schema.paper import Author, Paper, StatedFact

NAME: Final = "medline"
_TAG: Final = re.compile(r"^([A-Z]{2,4}) {0,2}- ?")
_INITIALS: Final = re.compile(r"^(.+) ([A-Z]{1,4})$")
_MOST_LINES: Final = 20_000
Fields = dict[str, list[str]]


def read(source: Source) -> Records:
    """Papers, in order; `where` is the line of the record's first tag."""
    first, fields, raw, last = 0, Fields(), list[str](), ""
    for number, line in read_lines(source):
        if isinstance(line, Rejected):
            yield line
            continue
        tag = _TAG.match(line)
        if fields and (not line.strip() or (tag and tag[1] == "PMID") or len(raw) > _MOST_LINES):
            yield _paper(fields, f"{source.name} line {first}", "\n".join(raw))
            fields, raw, last = Fields(), [], ""
        if tag:
            first = first if fields else number
            last = tag[1]
            fields.setdefault(last, []).append(line[tag.end() :].strip())
        elif last and line.strip():
            fields[last][-1] += f" {line.strip()}"
        if line.strip():
            raw.append(line)
    if fields:
        yield _paper(fields, f"{source.name} line {first}", "\n".join(raw))


def recognises(head: Head) -> float:
    """Certain where the first line is a PubMed number."""
    first = next((line for line in head.text.splitlines() if line.strip()), "")
    return 0.97 if re.match(r"^PMID- ?\d+", first) else 0.0


def _paper(said: Fields, where: str, raw: str) -> Paper | Rejected:
    def one(*tags: str) -> str:
        return next((said[t][0] for t in tags if said.get(t)), "")

    number = one("PMID")
    ids = [i.removesuffix("[doi]") for i in (*said.get("LID", ()), *said.get("AID", ())) if i.endswith("[doi]")]
    kinds = said.get("PT", [])
    return record(
        NAME,
        where,
        raw=raw,
        id=number if len(number) > 6 else None,
        pmid=number,
        pmcid=one("PMC"),
        doi=next(iter(ids), None),
        title=bare_title(one("TI", "BTI", "TT")),
        abstract=one("AB"),
        date=_date(one("DP", "DEP")),
        authors=_authors(said),
        venue=one("JT", "TA"),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{number}/",
        language=LANGUAGES.get(one("LA")),
        keywords=[k.lstrip("*") for k in said.get("OT", ())],
        retracted="Retracted Publication" in kinds or "RIN" in said,
        facts=tuple(_facts(said)),
    )


def _date(said: str) -> str:
    parts = said.split()
    return numbered_date(*(*parts, "", "", "")[:3]) if parts and "-" not in said else said


def _authors(said: Fields) -> list[Author]:
    names = said.get("FAU") or said.get("AU") or []
    numbers = [orcid(a) for a in said.get("AUID", ())]
    # Numbers stand behind their authors; only when each has one is it certain whose they are.
    paired = numbers if len(numbers) == len(names) else [None] * len(names)
    turned = (" ".join(reversed(n.split(", ", 1))) if ", " in n else _INITIALS.sub(r"\2 \1", n) for n in names)
    return [Author(name=n, orcid=o) for n, o in zip(turned, paired, strict=True) if n] + [
        Author(name=c) for c in said.get("CN", ()) if c
    ]


def _facts(said: Fields) -> Iterator[StatedFact]:
    seen = set()
    for heading in said.get("MH", ()):
        name, *qualifiers = (part.lstrip("*") for part in heading.split("/"))
        for fact in mesh_facts("", name, qualifiers):
            if (fact.relation, fact.id or fact.name) not in seen:
                seen.add((fact.relation, fact.id or fact.name))
                yield fact


LOADER: Final = Loader(
    name=NAME,
    label="PubMed text (.nbib, MEDLINE)",
    suffixes=(".nbib", ".txt"),
    recognises=recognises,
    read=read,
    licence=LICENCE,
    citation="PubMed, US National Library of Medicine",
    homepage="https://www.nlm.nih.gov/bsd/mms/medlineelements.html",
    sample="pubmed.nbib",
)
