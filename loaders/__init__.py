"""Where records come from: one loader per source format."""

from loaders._open import open_stream
from loaders.base import Loader, Records, Source
from loaders.table import LOADERS, open_source, read, recognise

__all__ = ["LOADERS", "Loader", "Records", "Source", "open_source", "open_stream", "read", "recognise"]
