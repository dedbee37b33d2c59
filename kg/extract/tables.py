"""A first reader: modalities, tasks, conditions, methods and datasets by their tables, code by its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from schema.annotation import Annotation, Annotations, CodeRelease, CodeStatus, Evidence, Text
from schema.concepts import TABLES, concepts

_RELATION = {
    "Modality": "targetsModality",
    "Task": "addressesTask",
    "Condition": "studiesCondition",
    "Method": "usesMethod",
    "Dataset": "usesDataset",
}
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s+[A-Z(])|$)", re.DOTALL)
_URL = re.compile(r"https?://[^\s{}<>\"']+[^\s{}<>\"'.,;:)]")
_CODE = re.compile(r"\b(code|implementation|source|toolbox|library|weights)\b", re.IGNORECASE)
_OUT = re.compile(r"\b(available|released|open-source|open source|found at|github)\b", re.IGNORECASE)
_LATER = re.compile(r"\b(will be|upon|soon|to be determined|TBD)\b", re.IGNORECASE)


class TableExtractor:
    """Finds known names as whole words; each is an edge at a fixed confidence."""

    name = "tables"
    version = "1"

    def extract(self, texts: Iterable[Text]) -> Iterator[Annotations]:
        """The annotations of each text."""
        for text in texts:
            yield Annotations(text.title, tuple(self._edges(text)), self._code(text))

    @cached_property
    def _names(self) -> dict[str, tuple[str, str, str]]:
        found: dict[str, tuple[str, str, str]] = {}
        for cls in TABLES:
            for concept in concepts(cls).values():
                for name in concept.names:
                    key = name if name.isupper() else name.casefold()
                    found.setdefault(key, (_RELATION[cls], concept.id, concept.label))
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = sorted(self._names, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})s?(?!\w)", re.IGNORECASE)

    def _edges(self, text: Text) -> Iterator[Annotation]:
        seen: set[tuple[str, str]] = set()
        for section in ("title", "abstract"):
            for sentence in _SENTENCE.finditer(text.section(section)):
                for hit in self._pattern.finditer(sentence[0]):
                    word = hit[0]
                    known = self._names.get(word) or self._names.get(word.casefold())
                    if known is None or (known[0], known[1]) in seen:
                        continue
                    seen.add((known[0], known[1]))
                    evidence = Evidence(sentence[0], section, sentence.start(), sentence.end())
                    id_ = known[1] if known[0] == "targetsModality" else None
                    yield Annotation(known[0], known[2], evidence, 0.6, f"{self.name}/{self.version}", id_)

    def _code(self, text: Text) -> CodeRelease:
        for sentence in _SENTENCE.finditer(text.abstract):
            if _CODE.search(sentence[0]) and _OUT.search(sentence[0]):
                evidence = Evidence(sentence[0], "abstract", sentence.start(), sentence.end())
                status: CodeStatus = "promised" if _LATER.search(sentence[0]) else "released"
                urls = tuple(_URL.findall(sentence[0]))
                return CodeRelease(status, urls, evidence, 0.9, f"{self.name}/{self.version}")
        return CodeRelease()
