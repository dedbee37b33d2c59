"""The shapes hold for what we build, and each rule catches what it is for."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from kg.store import current, embedded
from kg.validate import Validation, validate
from schema.ids import DEFAULT_BASE
from schema.vocabulary import expand

PAPER = f"<{DEFAULT_BASE}paper/a>"
DATASET = f"<{DEFAULT_BASE}dataset/lidc>"


def _with(atlas: Path, folder: Path, quads: str, without: str = "") -> Validation:
    """What is found in a copy of the graph with some statements more, and those that hold `without` left out."""
    shutil.copytree(atlas, folder)
    rdf = current(folder).rdf_path
    store = embedded.open_read_only(rdf)
    lines = [f"{q} .\n" for q in map(str, store.quads_for_pattern(None, None, None)) if not (without and without in q)]
    del store
    shutil.rmtree(rdf)
    embedded.build(rdf, (line.encode() for line in [*lines, quads]))
    return validate(folder)


def test_a_graph_that_we_build_has_no_violation(small_atlas: Path) -> None:
    report = validate(small_atlas)

    assert report.findings == [] and report.conforms
    assert report.entities == 9


@pytest.mark.parametrize(
    ("quad", "without", "path"),
    [
        (f'{PAPER} <{expand("kg:year")}> "two" .', "", "kg:year"),
        (f'{PAPER} <{expand("dcterms:title")}> "A second title" .', "", "dcterms:title"),
        ("", expand("dcterms:title"), "dcterms:title"),
        ("", f"{DATASET[1:-1]}> <{expand('rdfs:label')}", "rdfs:label"),
        (f"{PAPER} <{expand('kg:usesDataset')}> <{DEFAULT_BASE}dataset/missing> .", "", "kg:usesDataset"),
        (f"{PAPER} <{expand('kg:usesDataset')}> <{DEFAULT_BASE}modality/ct> .", "", "kg:usesDataset"),
        (f'{PAPER} <{expand("prism:doi")}> "not a doi" .', "", "prism:doi"),
        ("", expand("kg:releasesCode"), ""),
        ("", expand("kg:confidence") + "> \"0.9\"^^<http://www.w3.org/2001/XMLSchema#decimal>", ""),
        (f'<{DEFAULT_BASE}assertion/z> <{expand("kg:confidence")}> "1.5"^^<{expand("xsd:decimal")}>'
         f' <{DEFAULT_BASE}graph/evidence> . <{DEFAULT_BASE}assertion/z> <{expand("rdf:subject")}> {PAPER}'
         f" <{DEFAULT_BASE}graph/evidence> .", "", "kg:confidence"),
    ],
)  # fmt: skip
def test_a_rule_catches_what_it_is_for(small_atlas: Path, tmp_path: Path, quad: str, without: str, path: str) -> None:
    report = _with(small_atlas, tmp_path / "copy", quad.replace(" . <", " .\n<") + "\n", without)
    if "confidence" in without:
        # An assertion without a confidence is none of the assertions that the shape looks at.
        assert report.conforms
        return

    assert not report.conforms
    assert path in {f.path for f in report.findings} or any(f.path == "" for f in report.findings)


def test_the_graph_of_the_real_listing_has_no_violation(listing_atlas: Path) -> None:
    began = time.monotonic()
    report = validate(listing_atlas)

    assert [str(f) for f in report.findings] == []
    assert report.entities > 300
    assert time.monotonic() - began < 120
