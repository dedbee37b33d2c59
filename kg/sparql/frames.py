"""How the server and a SPARQL worker talk over a socket: frames of one letter, a length and that many bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Final

HEADER: Final = struct.Struct(">cI")
QUESTION, HEAD, DATA, END, ERROR = b"Q", b"H", b"D", b"E", b"X"
"""To the worker a question; back a head (the format), data, and an end or an error."""


def frame(kind: bytes, data: bytes) -> bytes:
    """One frame."""
    return HEADER.pack(kind, len(data)) + data


def json_frame(kind: bytes, value: Mapping[str, Any]) -> bytes:
    """One frame that holds JSON."""
    return frame(kind, json.dumps(value).encode())
