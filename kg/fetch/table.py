"""The table of sources on the network, by scheme."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kg.fetch import arxiv, hugging_face, openalex, pubmed, semantic_scholar, single
from kg.fetch.page import RemoteSource

_ALL: Final = (
    arxiv.SEARCH, arxiv.HARVEST, pubmed.SEARCH, pubmed.ARTICLES, openalex.SEARCH, semantic_scholar.SEARCH,
    hugging_face.SEARCH, single.DOI, single.FORUM, single.ADDRESS,
)  # fmt: skip
SOURCES: Final[Mapping[str, RemoteSource]] = MappingProxyType({s.scheme: s for s in _ALL})
"""Every source on the network by its scheme."""
