"""What an extractor draws from one paper's title and abstract: edges, code release, results.

Every value says which passage supports it, who drew it and how sure it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Section = Literal["title", "abstract", "source"]
CodeStatus = Literal["released", "promised", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """What an extractor reads: a title and an abstract (perhaps empty), as the source gives them."""

    title: str
    abstract: str = ""

    def section(self, name: str) -> str:
        """The text of a section by its name."""
        return self.title if name == "title" else self.abstract


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage word for word: `text.section(section)[start:end] == quote`, offsets in characters.

    For a fact that a source states beside the text, `section` is "source",
    the quote is what the source says and the offsets are 0.
    """

    quote: str
    section: Section
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """One edge: `relation` is a predicate's local name; modalities and known concepts have an `id`.

    `confidence` is the calibrated probability, 0 to 1, that a careful reader
    agrees; `maker` names the extractor and its version; `cues` are the reasons
    that weighed most, in words.
    """

    relation: str
    name: str
    evidence: Evidence
    confidence: float
    maker: str
    id: str | None = None
    aliases: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The edge in the shape of the annotation guide, with "evidence" and "confidence"."""
        row: dict[str, Any] = {"relation": self.relation, "name": self.name}
        if self.id is not None:
            row["id"] = self.id
        if self.aliases:
            row["aliases"] = list(self.aliases)
        return row | _why(self.evidence, self.confidence, self.maker, self.cues)


@dataclass(frozen=True, slots=True)
class CodeRelease:
    """Whether the paper releases its own software, and the addresses it gives; no evidence where nothing is said."""

    status: CodeStatus = "none"
    urls: tuple[str, ...] = ()
    evidence: Evidence | None = None
    confidence: float = 1.0
    maker: str = ""

    def as_json(self) -> dict[str, Any]:
        """The release in the shape of the annotation guide."""
        row: dict[str, Any] = {"status": self.status, "urls": list(self.urls)}
        if self.evidence is not None:
            row |= _why(self.evidence, self.confidence, self.maker, ())
        return row


@dataclass(frozen=True, slots=True)
class ResultAnnotation:
    """A number that the abstract reports; `value` as printed without its unit, `delta` for a relative change."""

    metric: str
    value: str
    evidence: Evidence
    confidence: float
    maker: str
    unit: str | None = None
    dataset: str | None = None
    delta: bool = False

    def as_json(self) -> dict[str, Any]:
        """The result in the shape of the annotation guide."""
        row: dict[str, Any] = {
            "metric": self.metric, "value": self.value, "unit": self.unit,
            "dataset": self.dataset, "delta": self.delta,
        }  # fmt: skip
        return row | _why(self.evidence, self.confidence, self.maker, ())


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything that one paper's text supports.

    `failed` says why an extractor could not read this paper (a model that
    gave no usable answer): nothing is known then, and it is worth another try.
    """

    title: str
    edges: tuple[Annotation, ...] = ()
    code: CodeRelease = CodeRelease()
    results: tuple[ResultAnnotation, ...] = ()
    failed: str | None = None

    def at_least(self, confidence: float) -> Annotations:
        """The same without what is less sure than `confidence` (0 to 1)."""
        if confidence <= 0:
            return self
        return Annotations(
            self.title,
            tuple(e for e in self.edges if e.confidence >= confidence),
            self.code if self.code.confidence >= confidence else CodeRelease(),
            tuple(r for r in self.results if r.confidence >= confidence),
            self.failed,
        )

    def as_json(self) -> dict[str, Any]:
        """One JSON object in the shape of the annotation guide."""
        row: dict[str, Any] = {
            "title": self.title,
            "edges": [e.as_json() for e in self.edges],
            "code": self.code.as_json(),
            "results": [r.as_json() for r in self.results],
        }
        return row if self.failed is None else row | {"failed": self.failed}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Annotations:
        """Read back what `as_json` wrote."""
        code = row.get("code") or {}
        return cls(
            row["title"],
            tuple(
                Annotation(
                    relation=e["relation"], name=e["name"], id=e.get("id"), aliases=tuple(e.get("aliases", ())),
                    cues=tuple(e.get("cues", ())), **_because(e),
                )
                for e in row.get("edges", ())
            ),
            CodeRelease(code.get("status", "none"), tuple(code.get("urls", ())), **_because(code))
            if code.get("evidence") else CodeRelease(code.get("status", "none"), tuple(code.get("urls", ()))),
            tuple(
                ResultAnnotation(
                    metric=r["metric"], value=r["value"], unit=r.get("unit"), dataset=r.get("dataset"),
                    delta=bool(r.get("delta")), **_because(r),
                )
                for r in row.get("results", ())
            ),
        )  # fmt: skip


def _because(row: Mapping[str, Any]) -> dict[str, Any]:
    evidence = Evidence(row["evidence"], row["section"], row["start"], row["end"])
    return {"evidence": evidence, "confidence": row["confidence"], "maker": row["maker"]}


def _why(evidence: Evidence, confidence: float, maker: str, cues: tuple[str, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "evidence": evidence.quote, "section": evidence.section, "start": evidence.start, "end": evidence.end,
        "confidence": round(confidence, 4), "maker": maker,
    }  # fmt: skip
    return row | ({"cues": list(cues)} if cues else {})
