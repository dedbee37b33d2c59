"""Refuses to start where another distribution's package stands in the place of one of ours.

PyPI's `schema` and `graphql-api` install packages with the names of our
folders; whichever comes first on the path wins, and the rest of the program
would fail with puzzling imports.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

OURS = ("schema", "loaders", "graphql_api")


def shadowed() -> dict[str, str]:
    """Our packages that another distribution shadows, and where the other one lies."""
    home = Path(__file__).resolve().parent.parent
    found = {}
    for name in OURS:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            found[name] = str(origin or "nowhere")
    return found


def refuse_shadows() -> None:
    """Exit with status 1 and a clear message where one of our packages is shadowed."""
    if wrong := shadowed():
        places = ", ".join(f"{name} ({place})" for name, place in wrong.items())
        sys.exit(
            f"kg: shadowed-package: another distribution provides {places}, in the place of Paper Atlas's own.\n"
            "Install Paper Atlas into an environment of its own, or: pip uninstall schema graphql-api && "
            "pip install --force-reinstall --no-deps paperatlas"
        )
