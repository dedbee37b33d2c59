"""The full-text side of the index: tantivy over labels, other names, titles and abstracts of every class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tantivy

from kg.index.csr import Floats, Ints
from kg.index.names import fold

_STEMMED = "stemmed"
_HEAP_BYTES = 64_000_000
_WORD = re.compile(r"\w+")
_MOST_WORDS = 16
_MOST_JOINED = 10
_TYPO_FROM, _TWO_TYPOS_FROM = 4, 8


def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_unsigned_field("number", stored=False, indexed=False, fast=True)
    build.add_text_field("cls", stored=False, tokenizer_name="raw", index_option="basic")
    build.add_text_field("name", stored=False, tokenizer_name="default", index_option="freq")
    build.add_text_field("joined", stored=False, tokenizer_name="raw", index_option="basic")
    build.add_text_field("title", stored=False, tokenizer_name=_STEMMED, index_option="freq")
    build.add_text_field("body", stored=False, tokenizer_name=_STEMMED, index_option="freq")
    return build.build()


def _analyzer() -> tantivy.TextAnalyzer:
    build = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (tantivy.Filter.remove_long(60), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold()):
        build = build.filter(step)
    return build.filter(tantivy.Filter.stemmer("english")).build()


class TextWriter:
    """Takes one document per node, in the order of arrival."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_schema(), path=str(path), reuse=False)
        index.register_tokenizer(_STEMMED, _analyzer())
        # One thread: the same nodes make the same segments.
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def add(self, number: int, cls: str, names: Sequence[str], body: str) -> None:
        """A node's names and, for papers, its text."""
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_text("cls", cls)
        for name in names:
            document.add_text("name", name)
            document.add_text("title", name)
            if cls != "Paper":
                document.add_text("joined", fold(name).replace(" ", ""))
        if body:
            document.add_text("body", body)
        self._writer.add_document(document)

    def close(self) -> None:
        """Make what was added searchable."""
        self._writer.commit()
        self._writer.wait_merging_threads()


class FullText:
    """Asks the full-text index; documents are known by their number of arrival."""

    def __init__(self, path: Path) -> None:
        self._index = tantivy.Index.open(str(path))
        self._index.register_tokenizer(_STEMMED, _analyzer())
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self.count = int(self._searcher.num_docs)

    def near(self, text: str, classes: Sequence[str], most: int) -> list[tuple[int, float]]:
        """The nodes nearest to a text, typing errors forgiven, best first: numbers and scores."""
        words = _WORD.findall(text.lower())[:_MOST_WORDS]
        if not words:
            return []
        last = len(words) - 1
        each = [(tantivy.Occur.Must, self._word(w, i == last)) for i, w in enumerate(words)]
        tried = [(tantivy.Occur.Should, tantivy.Query.boolean_query(each)), *self._joined(text)]
        found = self._hits(self._of(tantivy.Query.boolean_query(tried), classes), most)
        if found or len(words) == 1:
            return found
        some = [(tantivy.Occur.Should, query) for _, query in each]
        return self._hits(self._of(tantivy.Query.boolean_query(some), classes), most)

    def matching(self, text: str, cls: str, fields: Sequence[str] = ("title", "body")) -> tuple[Ints, Floats]:
        """Every node of a class that has all words of a text (in any form): numbers and scores, best first.

        `fields`: "title" stands for labels and other names, "body" for abstracts.
        """
        words = _WORD.findall(text.lower())[:_MOST_WORDS]
        if not words:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        each = [(tantivy.Occur.Must, self._word_in(w, fields)) for w in words]
        query = self._of(tantivy.Query.boolean_query(each), (cls,))
        hits = self._searcher.search(query, limit=max(self.count, 1), count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)

    def joined(self, name: str, cls: str) -> list[int]:
        """The nodes of a class, not of papers, that a name means when spaces and hyphens do not count: numbers."""
        query = tantivy.Query.term_query(self._schema, "joined", fold(name).replace(" ", ""))
        return sorted(number for number, _ in self._hits(self._of(query, (cls,)), _MOST_JOINED))

    def _word_in(self, word: str, fields: Sequence[str]) -> tantivy.Query:
        # The word holds letters, digits and "_" alone, so it is no query syntax.
        query, _ = self._index.parse_query_lenient(word, list(fields), field_boosts={"title": 3.0})
        return query

    def _exact_word(self, word: str) -> tantivy.Query:
        return self._word_in(word, ("title", "body"))

    def _word(self, word: str, last: bool) -> tantivy.Query:
        tried = [(tantivy.Occur.Should, self._exact_word(word))]
        if len(word) >= _TYPO_FROM:
            distance = 1 if len(word) < _TWO_TYPOS_FROM else 2
            tried.append((tantivy.Occur.Should, self._fuzzy("name", word, distance, False)))
        if last and len(word) > 1:
            tried.append((tantivy.Occur.Should, self._fuzzy("name", word, 0, True)))
        return tantivy.Query.boolean_query(tried)

    def _joined(self, text: str) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        joined = fold(text).replace(" ", "")
        if not joined:
            return []
        whole = tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, "joined", joined), 4.0)
        tried = [(tantivy.Occur.Should, whole)]
        if len(joined) > 2:
            tried.append((tantivy.Occur.Should, self._fuzzy("joined", joined, 0, True)))
        if len(joined) >= _TYPO_FROM:
            distance = 1 if len(joined) < _TWO_TYPOS_FROM else 2
            tried.append((tantivy.Occur.Should, self._fuzzy("joined", joined, distance, False)))
        return tried

    def _fuzzy(self, field: str, word: str, distance: int, prefix: bool) -> tantivy.Query:
        return tantivy.Query.fuzzy_term_query(
            self._schema, field, word, distance=distance, transposition_cost_one=True, prefix=prefix
        )

    def _of(self, query: tantivy.Query, classes: Sequence[str]) -> tantivy.Query:
        if not classes:
            return query
        wanted = tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, "cls", list(classes)), 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, wanted)])

    def _hits(self, query: tantivy.Query, most: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, limit=most, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(int(n or 0), float(score)) for n, (score, _) in zip(numbers, hits, strict=True)]
