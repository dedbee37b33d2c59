"""The one table of settings: flags, environment variables and the settings page are made from it.

Order of precedence: flag, then environment (`KG_` and the name in capitals),
then default. Only `kg.cli` and `graphql_api.app` read it; everything below
takes plain arguments.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from schema.errors import BadRequest
from schema.ids import DEFAULT_BASE

PREFIX = "KG_"


class Settings(BaseModel):
    """Every setting with its type, default and sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: str = Field("./kg-data", description="The graph: a folder, or the http(s) URL of a SPARQL 1.1 server.")
    work_folder: str = Field(
        "./kg-data", description="Where `kg load` keeps what it has read, when the graph is on a server."
    )
    base: str = Field(DEFAULT_BASE, description="What the IRIs of entities start with.")
    host: str = Field("127.0.0.1", description="The address that `kg serve` listens on.")
    port: int = Field(8000, ge=0, le=65535, description="The port that `kg serve` listens on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=256, description="Server processes of `kg serve`.")
    extractor: str = Field("default", description="Who reads the texts: default, fast, llm or a plug-in's name.")
    min_confidence: float = Field(0.0, ge=0, le=1, description="Edges less sure than this are left out.")
    keep_snapshots: int = Field(5, ge=1, description="How many published snapshots are kept.")
    allow_load: bool = Field(
        False, description="Let people load papers and correct edges in the browser; on loopback addresses alone."
    )
    upload_max_bytes: int = Field(100_000_000, ge=1, description="Largest file loaded in the browser, in bytes.")
    public_url: str = Field("", description="The address under which users reach the server, where it is not its own.")
    poll_s: float = Field(
        1.0, ge=0, description="How often, in seconds, a server looks whether a newer snapshot is out."
    )
    cors_origins: str = Field("*", description="Origins whose browsers may call, separated by commas; empty for none.")
    graphql_max_depth: int = Field(12, ge=1, description="Deepest nesting of fields in a GraphQL operation.")
    graphql_max_cost: int = Field(
        100_000, ge=1, description="Most values a GraphQL operation may ask for, page sizes multiplied."
    )
    graphql_max_aliases: int = Field(
        100, ge=0, description="Most aliases in a GraphQL operation, fragments counted at each spread."
    )
    graphql_max_root_fields: int = Field(20, ge=1, description="Most root fields of a GraphQL operation.")
    graphql_max_directives: int = Field(50, ge=0, description="Most directives in a GraphQL document.")
    graphql_max_spreads: int = Field(200, ge=0, description="Most fragment spreads in a GraphQL document.")
    graphql_max_operations: int = Field(20, ge=1, description="Most operations in a GraphQL document.")
    graphql_max_tokens: int = Field(2000, ge=1, description="Most tokens in a GraphQL document.")
    graphql_max_conditions: int = Field(
        300, ge=1, description="Most conditions in the filters of a GraphQL request; those on texts count tenfold."
    )
    graphql_max_nesting: int = Field(
        40, ge=1, description="Deepest nesting of JSON in the variables of a GraphQL request."
    )
    graphql_max_page: int = Field(100, ge=1, description="Largest `first` or `last` of a GraphQL connection.")
    graphql_max_batch: int = Field(10, ge=0, description="Most GraphQL requests in one batch; 0 turns batches off.")
    graphql_max_body: int = Field(100_000, ge=1, description="Largest body of a GraphQL request, in bytes.")
    graphql_timeout_s: float = Field(10.0, gt=0, description="Longest run of a GraphQL request, in seconds.")
    graphql_introspection: bool = Field(
        True, description="Answer GraphQL introspection, which clients and the IDE need."
    )
    graphql_cache_bytes: int = Field(
        32_000_000, ge=0, description="Memory for ready GraphQL answers, in bytes; 0 for none."
    )
    export_at_once: int = Field(8, ge=1, description="Exports that a server streams at once; others are turned away.")
    export_layout_nodes: int = Field(1000, ge=0, description="Most nodes that a server lays out for an export.")
    sparql_timeout_s: float = Field(
        30.0, gt=0, description="Most processor time of a SPARQL query, in seconds; twice that by the clock."
    )
    sparql_max_rows: int = Field(
        1_000_000, ge=0, description="Most rows or triples of a SPARQL answer; 0 for no limit."
    )
    sparql_max_bytes: int = Field(1 << 30, ge=0, description="Longest SPARQL answer, in bytes; 0 for no limit.")
    sparql_max_body: int = Field(1 << 20, ge=1, description="Largest body of a SPARQL request, in bytes.")
    sparql_memory_mb: int = Field(
        1024, ge=0, description="Memory of a SPARQL query beyond the graph's own, in MB; 0 for no limit."
    )
    sparql_slow: int = Field(4, ge=1, description="SPARQL queries longer than a tenth of a second that run at once.")
    sparql_queue: int = Field(256, ge=0, description="SPARQL queries that may wait before others are turned away.")
    sparql_in_memory_mb: int = Field(
        256, ge=0, description="Graphs up to this size on disk, in MB, are held in memory for SPARQL."
    )
    sparql_federation: str = Field(
        "", description="SPARQL endpoints that SERVICE may ask, separated by commas; empty forbids SERVICE."
    )
    quality_card: str = Field(
        "", description="A quality card as JSON (`kg quality --json`), whose figures the graph's description gives out."
    )
    data_license: str = Field("", description="The IRI of the licence under which the graph is given out.")

    contact: str = Field("", description="Your e-mail address, told to the sources that papers are fetched from.")
    cache: str = Field("~/.cache/paperatlas", description="Where answers of sources on the network are kept.")
    pace: float = Field(
        1.0, ge=0, description="Factor on the pauses that sources ask for; 0 only for a server of your own."
    )
    ncbi_key: str = Field("", description="A key for PubMed: ten requests a second instead of three.")
    openalex_key: str = Field("", description="A key for OpenAlex: `kg update` then asks for what changed.")
    s2_key: str = Field("", description="A key for Semantic Scholar; without one it often answers 429.")
    hf_token: str = Field("", description="A token for Hugging Face.")
    arxiv_url: str = Field("https://export.arxiv.org/api/query", description="arXiv's search.")
    arxiv_oai_url: str = Field("https://oaipmh.arxiv.org/oai", description="arXiv's harvesting.")
    pubmed_url: str = Field("https://eutils.ncbi.nlm.nih.gov/entrez/eutils", description="NCBI's E-utilities.")
    openalex_url: str = Field("https://api.openalex.org", description="OpenAlex's API.")
    s2_url: str = Field("https://api.semanticscholar.org/graph/v1", description="Semantic Scholar's API.")
    huggingface_url: str = Field("https://huggingface.co", description="Hugging Face.")
    crossref_url: str = Field("https://api.crossref.org", description="Crossref's API.")
    doi_url: str = Field("https://doi.org", description="The resolver of DOIs.")
    openreview_url: str = Field("https://api2.openreview.net", description="OpenReview's API.")

    @model_validator(mode="after")
    def _loads_on_loopback_alone(self) -> Settings:
        if self.allow_load and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(f"papers are loaded in the browser on loopback alone, not on {self.host}")
        if self.allow_load and self.workers > 1:
            raise ValueError("loading in the browser takes one server process")
        return self

    @field_validator("base")
    @classmethod
    def _ends_in_a_slash(cls, base: str) -> str:
        if not base.startswith(("http://", "https://")):
            raise ValueError("the base of IRIs must start with http:// or https://")
        return base if base.endswith(("/", "#")) else base + "/"


def read_settings(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force: given flags (None means not given), else the environment, else defaults.

    Raises `BadRequest` that names the setting and where its value came from.
    """
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        if (text := environment.get(PREFIX + name.upper())) is not None:
            values[name] = text
    values |= {k: v for k, v in (flags or {}).items() if v is not None}
    try:
        return Settings(**values)
    except ValidationError as err:
        first = err.errors()[0]
        if not first["loc"]:  # a rule about several settings
            raise BadRequest(first["msg"].removeprefix("Value error, ") + ".") from err
        name = str(first["loc"][0])
        given = name if (flags or {}).get(name) is not None else PREFIX + name.upper()
        raise BadRequest(
            f"{given}={first['input']!r}: {first['msg']}. {Settings.model_fields[name].description}"
        ) from err
