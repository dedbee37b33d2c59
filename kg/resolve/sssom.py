"""The ledger of identity as SSSOM, the table of mappings that other tools read.

Source: Simple Standard for Sharing Ontological Mappings 1.0, https://mapping-commons.github.io/sssom/ ; the
justifications are terms of the Semantic Mapping Vocabulary, https://w3id.org/semapv/vocab/ .
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.resolve.decisions import Decision
from kg.resolve.identity import Match

COLUMNS = (
    "subject_id", "predicate_modifier", "predicate_id", "object_id", "mapping_justification", "confidence", "comment",
)  # fmt: skip
_PREFIXES = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "semapv": "https://w3id.org/semapv/vocab/",
}
_BY_IDENTIFIER = frozenset({"arxiv", "doi", "pmid", "pmcid", "openalex", "s2", "openreview", "acl"})


def sssom_lines(matches: Iterable[Match], decisions: Iterable[Decision], base: str) -> Iterator[str]:
    """The lines of a mapping set: its metadata, the header, one mapping for each merge and each refusal, sorted.

    A refusal has the modifier "Not". Ids are written with the prefix `atlas`.
    """
    yield "# mapping_set_id: " + base + "identity"
    yield "# license: https://creativecommons.org/publicdomain/zero/1.0/"
    yield "# curie_map:"
    for prefix, iri in sorted({"atlas": base, **_PREFIXES}.items()):
        yield f'#   {prefix}: "{iri}"'
    yield "\t".join(COLUMNS)
    yield from sorted({"\t".join(row) for row in (*_of_matches(matches), *_of_decisions(decisions))})


def _of_matches(matches: Iterable[Match]) -> Iterator[tuple[str, ...]]:
    for match in matches:
        if match.first != match.second and match.rule != "decision":
            how = "DatabaseCrossReference" if match.rule in _BY_IDENTIFIER else "CompositeMatching"
            yield _row(match.first, match.second, "", f"semapv:{how}", f"{match.confidence:g}", f"by {match.rule}")


def _of_decisions(decisions: Iterable[Decision]) -> Iterator[tuple[str, ...]]:
    for made in decisions:
        modifier = "Not" if made.kind == "split" else ""
        yield _row(made.first, made.second, modifier, "semapv:ManualMappingCuration", "1", made.reason)


def _row(first: str, second: str, modifier: str, justification: str, confidence: str, comment: str) -> tuple[str, ...]:
    plain = " ".join(comment.split())
    return (f"atlas:{first}", modifier, "owl:sameAs", f"atlas:{second}", justification, confidence, plain)
