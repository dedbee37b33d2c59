"""Where records come from: one loader per source format."""

from loaders.base import Loader, Records, Source
from loaders.table import LOADERS, open_source, read, recognise

__all__ = ["LOADERS", "Loader", "Records", "Source", "open_source", "read", "recognise"]
