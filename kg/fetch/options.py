"""What fetching takes from outside: addresses, keys, pace and the place of the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """Addresses of the sources (for mirrors and tests), keys, and how to behave; named as the settings are."""

    cache: str = "~/.cache/paperatlas"
    contact: str = ""
    pace: float = 1.0
    """Factor on the pauses between requests; 0 for a server of one's own."""
    ncbi_key: str = ""
    openalex_key: str = ""
    s2_key: str = ""
    hf_token: str = ""
    arxiv_url: str = "https://export.arxiv.org/api/query"
    arxiv_oai_url: str = "https://oaipmh.arxiv.org/oai"
    pubmed_url: str = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
    openalex_url: str = "https://api.openalex.org"
    s2_url: str = "https://api.semanticscholar.org/graph/v1"
    huggingface_url: str = "https://huggingface.co"
    crossref_url: str = "https://api.crossref.org"
    doi_url: str = "https://doi.org"
    openreview_url: str = "https://api2.openreview.net"

    @property
    def cache_path(self) -> Path:
        """The folder of the cache."""
        return Path(self.cache).expanduser()
