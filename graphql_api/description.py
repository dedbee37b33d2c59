"""What the server says of its graph: out of the snapshot's manifest, the settings and the request's address."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from starlette.requests import Request

from kg.export import FORMATS
from kg.settings import Settings
from kg.store import Snapshot
from kg.void import Description, Download, Measurement, measurements_of
from schema.errors import BadRequest

_ANSWERS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N-Quads", "TriG")


@cache
def _measurements(card: str) -> tuple[Measurement, ...]:
    try:
        return measurements_of(json.loads(Path(card).read_bytes()))
    except (OSError, ValueError, KeyError) as err:
        raise BadRequest(f"the quality card {card} cannot be read ({err}); write it with `kg quality --json`.") from err


def root_of(request: Request, settings: Settings) -> str:
    """The address under which users reach the server, ending in a slash."""
    return (settings.public_url or str(request.base_url)).rstrip("/") + "/"


def description_of(snapshot: Snapshot, settings: Settings, request: Request) -> Description:
    """The description of the published graph."""
    manifest = snapshot.manifest
    return Description(
        base=snapshot.base,
        root=root_of(request, settings),
        version=snapshot.name,
        published=str(manifest.get("published", "")),
        counts=manifest.get("counts", {}),
        license=settings.data_license,
        downloads=tuple(
            Download(f"{root_of(request, settings)}export/{f.name}", f.media_type, f.title) for f in FORMATS.values()
        ),
        measurements=_measurements(settings.quality_card) if settings.quality_card else (),
        result_formats=tuple(f"http://www.w3.org/ns/formats/{name}" for name in (*_ANSWERS, *_GRAPHS)),
    )
