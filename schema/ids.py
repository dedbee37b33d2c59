"""Identifiers and entity IRIs; the only place that makes either.

An `id` is `{type}/{key}` ("modality/ct"): the same in GraphQL, in the path of
the entity's page and at the end of its IRI.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NewType
from urllib.parse import unquote, urlsplit

from schema.errors import BadInput

DEFAULT_BASE = "https://w3id.org/paperatlas/"
NAMESPACE = "https://w3id.org/paperatlas/ns#"

EntityId = NewType("EntityId", str)
"""`{type}/{key}`, e.g. "dataset/mimic-cxr"."""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta", "λ": "lambda",
    "μ": "mu", "π": "pi", "σ": "sigma", "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_SLUG_LONGEST = 80
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(v\d+)?(?!\d)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_UNSAFE_KEY = re.compile(r"[^A-Za-z0-9._~-]+")


def slug(name: str) -> str:
    """A key for a name: lower case, ASCII where it can be, words joined by hyphens.

    Names of a script without ASCII letters, and names that would be cut, end
    in a short digest so that different names keep different keys.

    >>> slug("MIMIC-CXR"), slug("β-VAE"), slug("C++"), slug("Müller's data")
    ('mimic-cxr', 'beta-vae', 'cplusplus', 'mullers-data')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(_GREEK.get(c, c) for c in text).replace("&", " and ").replace("+", "plus")
    text = re.sub(r"['’`]", "", text)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    lost = sum(c.isalnum() for c in text) - sum(c.isalnum() for c in plain)
    if lost > 0 or not key or len(key) > _SLUG_LONGEST:
        key = f"{key[:_SLUG_LONGEST].strip('-')}-{digest(text, 8)}".strip("-")
    return key


def digest(text: str, length: int = 16) -> str:
    """The first `length` hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def entity_id(type_: str, key: str) -> EntityId:
    """Join a type's path segment and a key.

    >>> entity_id("modality", "ct")
    'modality/ct'
    """
    return EntityId(f"{type_}/{key}")


def entity_iri(base: str, id_: str) -> str:
    """The IRI of an id: the base and the id.

    >>> entity_iri(DEFAULT_BASE, "modality/ct")
    'https://w3id.org/paperatlas/modality/ct'
    """
    return base + id_


def entity_id_of(base: str, iri: str) -> EntityId:
    """The id at the end of an entity's IRI.

    Raises `BadInput` where the IRI does not stand under `base`.
    """
    if not iri.startswith(base):
        raise BadInput(f"{iri!r} does not stand under the base {base!r}; check the setting `base`.")
    return EntityId(iri.removeprefix(base))


def arxiv_id(text: str) -> str | None:
    """Read an arXiv number out of a link, a citation or a bare id; None where there is none.

    The version is dropped: all versions of a preprint are one paper here.

    >>> arxiv_id("https://arxiv.org/abs/2401.00001v3"), arxiv_id("hep-th/9901001")
    ('2401.00001', 'hep-th/9901001')
    """
    found = _ARXIV.search(text)
    return found[1] if found else None


def doi(text: str) -> str | None:
    """Read a DOI out of a link, a citation or a bare id, folded to lower case; None where there is none.

    >>> doi("https://doi.org/10.1000/ABC.1")
    '10.1000/abc.1'
    """
    found = _DOI.search(unquote(text))
    return found[0].rstrip(".,;)>\"'").casefold() if found else None


def pmid(text: str) -> str | None:
    """Read a PubMed number out of a link or a bare id; None where there is none.

    >>> pmid("https://pubmed.ncbi.nlm.nih.gov/012345/"), pmid("PMID: 77")
    ('12345', '77')
    """
    found = re.search(r"(?:^|pubmed\S*?/|pmid\D{0,3})0*([1-9]\d{0,8})/?\s*$", text.strip(), re.IGNORECASE)
    return found[1] if found else None


def paper_id(
    *,
    title: str,
    doi: str | None = None,
    arxiv: str | None = None,
    pmid: str | None = None,
    openalex: str | None = None,
    own: str | None = None,
) -> EntityId:
    """The id of a paper by the first identifier it has: arXiv, DOI, PubMed, OpenAlex, the source's own, title.

    >>> paper_id(title="On X", arxiv="2403.01234")
    'paper/arxiv-2403.01234'
    >>> paper_id(title="On X")
    'paper/on-x'
    """
    named = (("arxiv", arxiv), ("doi", doi), ("pmid", pmid), ("openalex", openalex), ("id", own))
    for scheme, value in named:
        if value:
            key, folded = _UNSAFE_KEY.subn("-", f"{scheme}-{value}".casefold())
            # One folded character (the slash of a DOI) keeps ids apart; with more, a digest does.
            return entity_id("paper", f"{key}-{digest(value, 6)}" if folded > 1 else key)
    return entity_id("paper", slug(title))


def repository_key(url: str) -> str:
    """One key for every spelling of a repository's address: host, owner and name.

    >>> repository_key("https://www.GitHub.com/A/b.git"), repository_key("http://github.com/a/B/tree/main/x")
    ('github.com-a-b', 'github.com-a-b')
    """
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host = (parts.hostname or "").removeprefix("www.")
    path = [p for p in parts.path.split("/") if p]
    if host in {"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"}:
        path = path[:2]
    path = [re.sub(r"\.git$", "", p, flags=re.IGNORECASE) for p in path]
    key = "-".join(_UNSAFE_KEY.sub("-", p).strip("-") for p in [host, *path] if p).casefold()
    return key if len(key) <= 120 else f"{key[:100]}-{digest(url, 8)}"
