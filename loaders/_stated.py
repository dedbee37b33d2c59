"""Facts that sources state, in our relations: repositories, tasks, modalities, conditions, MeSH headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from loaders._text import fold, one_line
from schema.concepts import Concept, concepts
from schema.paper import StatedFact

_RELATION: Final = {
    "Modality": "targetsModality", "Task": "addressesTask", "Condition": "studiesCondition",
    "Dataset": "usesDataset", "Method": "usesMethod",
}  # fmt: skip
_MESH: Final = "http://id.nlm.nih.gov/mesh/"
_CODE_HOST: Final = re.compile(
    r"https?://(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/[\w.-]+", re.IGNORECASE
)
# Qualifiers that NLM allows with diseases and disorders alone (trees C and F03), so that a heading
# with one of them is a condition: https://www.nlm.nih.gov/mesh/qualifiers_scopenotes.html
_OF_CONDITIONS: Final = frozenset(
    {
        "complications", "congenital", "diagnosis", "diet therapy", "drug therapy", "epidemiology", "etiology",
        "prevention & control", "radiotherapy", "rehabilitation", "secondary", "therapy",
    }
)  # fmt: skip


# MeSH's headings whose names are far from ours, for formats that give no MeSH ids.
_HEADINGS: Final = {
    "Tomography, X-Ray Computed": "D014057", "Cone-Beam Computed Tomography": "D054894",
    "Diffusion Magnetic Resonance Imaging": "D038524", "Magnetic Resonance Angiography": "D018810",
    "Magnetic Resonance Spectroscopy": "D009682", "Absorptiometry, Photon": "D015502",
    "Tomography, Emission-Computed, Single-Photon": "D015899", "Tomography, Optical Coherence": "D041623",
    "Positron Emission Tomography Computed Tomography": "D072078",
}  # fmt: skip


def code_fact(url: str, quote: str, confidence: float = 1.0) -> StatedFact:
    """A repository that the source names as the paper's own."""
    return StatedFact(relation="releasesCode", name=url, quote=quote, confidence=confidence)


def code_in(text: str, confidence: float = 0.9) -> Iterator[StatedFact]:
    """Repositories on the usual hosts that a comment of the authors names, with the words around as quote."""
    seen = set()
    for found in _CODE_HOST.finditer(text):
        url = re.sub(r"\.+$|\.git$", "", found[0])
        if url not in seen:
            seen.add(url)
            around = text[max(0, found.start() - 160) : found.end() + 40]
            yield code_fact(url, one_line(around), confidence)


def fact(
    cls: str, name: str, quote: str, confidence: float = 1.0, aliases: Iterable[str] = (), relation: str = ""
) -> StatedFact:
    """An edge to a thing of a class, with our key where the name is one of a known concept."""
    known = _by_name(cls).get(fold(name))
    other = tuple(dict.fromkeys(a for a in map(one_line, aliases) if a and a != name))
    return StatedFact(
        relation=relation or _RELATION[cls], name=one_line(name), id=known.id if known else None,
        aliases=other, quote=one_line(quote), confidence=confidence,
    )  # fmt: skip


def known_fact(cls: str, name: str, quote: str, confidence: float = 1.0) -> Iterator[StatedFact]:
    """An edge to the concept of a class with that name; none where it is none."""
    if fold(name) in _by_name(cls):
        yield fact(cls, name, quote, confidence)


def known_facts(name: str, quote: str, confidence: float = 1.0) -> Iterator[StatedFact]:
    """Edges to the modality, task or condition that a subject heading or keyword names, if it names one."""
    for cls in ("Modality", "Task", "Condition"):
        yield from known_fact(cls, name, quote, confidence)


def mesh_facts(ui: str, name: str, qualifiers: Iterable[str] = ()) -> Iterator[StatedFact]:
    """Edges that a MeSH heading states: to the concept with that MeSH id or name, else to a condition.

    A heading that is no known concept is a condition where one of its
    qualifiers is for conditions only; what a heading without such a sign is
    about cannot be told without the whole thesaurus, so it gives no edge.
    """
    natural = natural_heading(name)
    quote = f"MeSH: {name}" + "".join(f" / {q}" for q in qualifiers)
    matched = _by_match().get(_MESH + (ui or _HEADINGS.get(name, "")))
    if matched is not None:
        aliases = {natural, name} - {matched.label}
        yield StatedFact(
            relation=_RELATION[matched.cls],
            name=matched.label,
            id=matched.id,
            aliases=tuple(sorted(aliases)),
            quote=quote,
        )
        return
    found = next(filter(None, (list(known_facts(n, quote)) for n in _spellings(natural))), [])
    if not found and not _OF_CONDITIONS.isdisjoint(q.casefold() for q in qualifiers):
        found = [fact("Condition", natural, quote, 0.95, (name,))]
    yield from found


def natural_heading(name: str) -> str:
    """A heading in the order of speech.

    >>> natural_heading("Carcinoma, Hepatocellular"), natural_heading("Lung Neoplasms")
    ('Hepatocellular Carcinoma', 'Lung Neoplasms')
    """
    first, comma, rest = name.partition(", ")
    return f"{rest} {first}" if comma and "," not in rest else name


def _spellings(heading: str) -> Iterator[str]:
    """A heading as MeSH has it and as others say it: "Kidney Neoplasms" is kidney cancer, plurals become singular."""
    yield heading
    if heading.endswith(" Neoplasms"):
        yield heading.removesuffix("Neoplasms") + "cancer"
        yield heading.removesuffix("Neoplasms") + "tumor"
    if heading.endswith("s"):
        yield heading[:-1]


@cache
def _by_name(cls: str) -> dict[str, Concept]:
    return {fold(name): c for c in reversed([*concepts(cls).values()]) for name in c.names}


@cache
def _by_match() -> dict[str, Concept]:
    return {iri: c for cls in _RELATION for c in concepts(cls).values() for iri in c.exact_match}
