"""How records become a graph and how it is asked: the Python API.

    import kg

    atlas = kg.open("kg-data")
    atlas.papers(where={"targetsModality": {"is": "CT"}, "releasesCode": True}).to_pandas()

Importing `kg` imports nothing heavy: each name is loaded at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.atlas import Atlas as Atlas
    from kg.atlas import Entities as Entities
    from kg.atlas import open as open
    from kg.export import FORMATS as FORMATS
    from kg.export import ExportOptions as ExportOptions
    from kg.export import write_export as write_export

_HOME = {
    "Atlas": "kg.atlas",
    "Entities": "kg.atlas",
    "ExportOptions": "kg.export",
    "FORMATS": "kg.export",
    "open": "kg.atlas",
    "write_export": "kg.export",
}

__all__ = ["FORMATS", "Atlas", "Entities", "ExportOptions", "open", "write_export"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kg' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
