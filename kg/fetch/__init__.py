"""Papers from the network: the sources' APIs and plain addresses, asked politely and remembered on disk."""

from kg.fetch.client import Client
from kg.fetch.open import is_remote, open_source
from kg.fetch.options import FetchOptions
from kg.fetch.spec import Spec, parse_spec
from kg.fetch.table import SOURCES

__all__ = ["SOURCES", "Client", "FetchOptions", "Spec", "is_remote", "open_source", "parse_spec"]
