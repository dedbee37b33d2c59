"""The main job, end to end: the sample becomes a graph that can be counted."""

from __future__ import annotations

from pathlib import Path

from kg.stats import count


def test_the_sample_becomes_a_graph_of_119_papers(listing_atlas: Path) -> None:
    found = count(listing_atlas)

    assert found["classes"]["Paper"] == 119
    assert found["edges"]["targetsModality"] > 50
    assert found["edges"]["releasesCode"] > 20
