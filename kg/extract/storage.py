"""Frozen values made of arrays, kept in one file: an npz with a manifest that says what goes where.

Nothing in the file is code: reading it builds only the classes that the caller names.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from schema.errors import ExtractorError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray


def write_value(file: Path | IO[bytes], value: Any) -> None:
    """Write a dataclass of arrays, numbers, strings, tuples and such dataclasses."""
    arrays: dict[str, NDArray[Any]] = {}
    manifest = _pack(value, arrays)
    arrays["manifest"] = np.frombuffer(json.dumps(manifest, sort_keys=True).encode(), np.uint8)
    np.savez_compressed(file, allow_pickle=False, **arrays)


def read_value(file: Path | IO[bytes], classes: Iterable[type]) -> Any:
    """Read back what ``write_value`` wrote; only these classes may occur. Raises `ExtractorError`."""
    known = {c.__name__: c for c in classes}
    try:
        with np.load(file, allow_pickle=False) as arrays:
            manifest = json.loads(arrays["manifest"].tobytes())
            return _unpack(manifest, {name: arrays[name] for name in arrays.files}, known)
    except (OSError, KeyError, ValueError, TypeError) as err:
        raise ExtractorError(
            f"{file} is no extraction model of this version: {err}. Train one with `kg train`."
        ) from err


def _pack(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        if value.dtype == np.float32:
            with np.errstate(over="ignore"):
                half = value.astype(np.float16)
            if np.array_equal(half.astype(np.float32), value):
                arrays[name] = half
        return {"array": name, "type": str(value.dtype)}
    if is_dataclass(value):
        return {
            "class": type(value).__name__,
            "fields": {f.name: _pack(getattr(value, f.name), arrays) for f in fields(value)},
        }
    if isinstance(value, tuple):
        return {"tuple": [_pack(item, arrays) for item in value]}
    return {"plain": value}


def _unpack(node: Any, arrays: dict[str, NDArray[Any]], known: dict[str, type]) -> Any:
    if "array" in node:
        return arrays[node["array"]].astype(node["type"], copy=False)
    if "class" in node:
        return known[node["class"]](**{name: _unpack(part, arrays, known) for name, part in node["fields"].items()})
    if "tuple" in node:
        return tuple(_unpack(part, arrays, known) for part in node["tuple"])
    return node["plain"]
