"""Which column of a table holds which field: by the mapping that was given, else by the usual names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from loaders._stated import code_fact
from schema.errors import BadInput, did_you_mean
from schema.paper import Paper, StatedFact

FIELDS: Final = (*(f for f in Paper.model_fields if f not in {"source", "where", "facts", "results"}), "code")
"""Fields that a column can hold; `code` is the address of the paper's repository."""
_USUAL: Final = {
    "title": ("title", "papertitle", "articletitle", "documenttitle", "ti", "name"),
    "abstract": ("abstract", "summary", "abstracttext", "ab", "description", "abstractnote"),
    "id": ("id", "paperid", "key", "eid", "ut"),
    "doi": ("doi", "paperdoi", "di"),
    "arxiv_id": ("arxivid", "arxiv", "paperarxivid"),
    "pmid": ("pmid", "pubmedid", "pm"),
    "pmcid": ("pmcid", "pmc"),
    "openalex_id": ("openalexid", "openalex"),
    "s2_id": ("s2id", "semanticscholarid"),
    "openreview_id": ("openreviewid", "forum"),
    "url": ("url", "link", "paperurl", "pageurl", "urlabs"),
    "year": ("year", "publicationyear", "pubyear", "py"),
    "date": ("date", "publicationdate", "published", "publishedat", "created"),
    "authors": ("authors", "author", "au", "authorfullnames", "authornames"),
    "venue": ("venue", "journal", "sourcetitle", "publicationtitle", "conference", "journaltitle", "so", "booktitle"),
    "keywords": ("keywords", "authorkeywords", "tags", "de", "manualtags"),
    "language": ("language", "lang"),
    "licence": ("licence", "license"),
    "code": ("code", "github", "codeurl", "repourl", "repository", "githuburl"),
}  # fmt: skip


def columns_of(header: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Our fields with the columns that hold them.

    `given` maps fields to columns and wins over the usual names. Raises
    `BadInput` where it names a field or a column that there is not.
    """
    there = [h for h in header if h]
    chosen: dict[str, str] = {}
    for field, column in given.items():
        if field not in FIELDS:
            raise BadInput(f"{field!r} is no field.{did_you_mean(field, FIELDS)} Fields: {', '.join(FIELDS)}.")
        if column not in there:
            raise BadInput(f"There is no column {column!r}.{did_you_mean(column, there)} Columns: {', '.join(there)}.")
        chosen[field] = column
    folded = {re.sub(r"[^a-z0-9]", "", h.casefold()): h for h in reversed(there)}
    for field, usual in _USUAL.items():
        found = next((folded[u] for u in usual if u in folded and folded[u] not in chosen.values()), None)
        if field not in chosen and found is not None:
            chosen[field] = found
    return chosen


def code_facts(value: object, column: str) -> tuple[StatedFact, ...]:
    """Repositories in the cell of a column for code."""
    found = re.findall(r"https?://[^\s;,|\"']+", value if isinstance(value, str) else "")
    return tuple(code_fact(url, f"{column}: {url}") for url in dict.fromkeys(found))
