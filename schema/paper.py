"""What a source says of one paper: the record that every loader yields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Author(BaseModel):
    """A person as the source names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="The name as printed, given name first.", min_length=1)
    orcid: str | None = Field(None, description="The ORCID iD, digits and hyphens only.")


class StatedFact(BaseModel):
    """A fact that the source states beside the text: an official repository, a MeSH heading, a task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    relation: str = Field(description="The predicate's local name, e.g. usesDataset or releasesCode.")
    name: str = Field(description="The target's name as the source has it; for code, the repository's address.")
    id: str | None = Field(None, description="The target's key where the source's vocabulary maps to ours.")
    aliases: tuple[str, ...] = Field((), description="Other names that the source gives.")
    quote: str = Field("", description="The words or the field of the source that say so.")
    confidence: float = Field(1.0, ge=0, le=1, description="How sure: 1 where the source is authoritative.")


class StatedResult(BaseModel):
    """A number that the source states: metric, value, dataset, task and method."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str = Field(description="The metric's name as the source has it.")
    value: str = Field(description="The value as printed, without its unit.")
    unit: str | None = Field(None, description="The unit, e.g. %.")
    dataset: str | None = Field(None, description="The dataset's name.")
    task: str | None = Field(None, description="The task's name.")
    method: str | None = Field(None, description="The method's name.")


class Paper(BaseModel):
    """A research paper as one source lists it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(description="The title on one line.", min_length=1)
    abstract: str = Field("", description="The abstract; empty where the source has none.")
    source: str = Field(description="The loader's name, e.g. hf-listing or pubmed.")
    where: str = Field("", description="The place in the source: file and line, or an address.")
    id: str | None = Field(None, description="The source's own identifier.")
    doi: str | None = Field(None, description="The DOI, lower case, without a resolver's address.")
    arxiv_id: str | None = Field(None, description="The arXiv number without its version.")
    pmid: str | None = Field(None, description="The PubMed number.")
    pmcid: str | None = Field(None, description="The PubMed Central id, e.g. PMC123.")
    openalex_id: str | None = Field(None, description="The OpenAlex work id, e.g. W123.")
    s2_id: str | None = Field(None, description="The Semantic Scholar paper id.")
    openreview_id: str | None = Field(None, description="The OpenReview forum id.")
    acl_id: str | None = Field(None, description="The ACL Anthology id.")
    url: str | None = Field(None, description="The page of the paper.")
    year: int | None = Field(None, ge=1400, le=2200, description="The year of publication.")
    date: str | None = Field(None, description="The date of publication: YYYY, YYYY-MM or YYYY-MM-DD.")
    authors: tuple[Author, ...] = Field((), description="The authors in the printed order.")
    venue: str | None = Field(None, description="The journal, conference or series.")
    keywords: tuple[str, ...] = Field((), description="Keywords as the source gives them.")
    language: str | None = Field(None, description="The language of the text, a BCP 47 tag.")
    retracted: bool = Field(False, description="True where the source marks a retraction or withdrawal.")
    licence: str | None = Field(None, description="The licence of the record or text, where the source names it.")
    cites: tuple[str, ...] = Field((), description="Identifiers of cited papers: doi:…, arxiv:…, openalex:….")
    facts: tuple[StatedFact, ...] = Field((), description="Facts that the source states beside the text.")
    results: tuple[StatedResult, ...] = Field((), description="Results that the source states.")
