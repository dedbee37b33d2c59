"""The made files: pages, schemas and shapes that are made from the code, committed and compared.

`make docs` writes them; a test compares them. A made file is one row here.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

MADE: dict[str, str] = {
    "graphql_api/schema.graphql": "graphql_api.root:sdl",
    "docs/data-model.md": "kg.data_model_page:page",
    "docs/shapes.ttl": "kg.shapes:turtle",
    "docs/quality.md": "kg.quality:bundled_page",
    "docs/sources.md": "kg.fetch._docs:sources_page",
}
"""A file's path in the checkout, and "module:function" that returns its text."""


def text_of(path: str) -> str:
    """What a made file should hold."""
    module, _, name = MADE[path].partition(":")
    make: Callable[[], str] = getattr(import_module(module), name)
    return make()


def write_made(root: Path) -> list[str]:
    """Write every made file that differs; returns their paths."""
    changed = []
    for path in MADE:
        file = root / path
        text = text_of(path)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
