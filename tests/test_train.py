"""`kg train` on four dozen invented papers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg.cli import app
from kg.extract import get_extractor
from kg.extract.model import read_model
from schema.annotation import Text
from schema.errors import BadRequest, ExtractorError

try:
    import lightgbm  # noqa: F401
except (ImportError, OSError) as err:  # OSError: the system library libgomp is missing
    pytest.skip(f"LightGBM cannot be loaded: {err}", allow_module_level=True)

ANNOTATED = Path(__file__).parent / "annotated"


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Path, str]:
    model = tmp_path_factory.mktemp("model") / "mini.npz"
    run = CliRunner().invoke(
        app,
        ["train", str(ANNOTATED / "gold.jsonl"), str(ANNOTATED / "texts.jsonl"), "-o", str(model), "--effort", "0.2"],
    )
    assert run.exit_code == 0, run.output
    return model, run.stdout


def test_training_prints_cross_validated_figures_and_keeps_them_beside_the_model(trained):
    model, printed = trained
    kept = json.loads(model.with_suffix(".json").read_text())

    assert "| edges (micro) |" in printed
    assert kept["version"] == read_model(model).version
    assert [c["papers"] for c in kept["cards"]] == [48, 48]
    assert kept["cards"][0]["rows"]["edges (micro)"]["f1"] > 0.6


def test_the_same_papers_and_seed_give_the_same_bytes(trained, tmp_path):
    from kg.extract.model import write_model
    from kg.quality.texts import read_texts
    from kg.train import read_papers, train

    papers = read_papers(ANNOTATED / "gold.jsonl", read_texts([str(ANNOTATED / "texts.jsonl")]))
    again = tmp_path / "again.npz"
    write_model(again, train(papers, effort=0.2).model)

    assert again.read_bytes() == trained[0].read_bytes()


def test_a_trained_model_is_an_extractor_by_its_path(trained):
    reader = get_extractor(str(trained[0]))

    (found,) = reader.extract(
        [
            Text(
                "Zephyr-9: Robust Tumor Segmentation",
                "We propose Zephyr-9, a framework for tumor segmentation from CT scans.",
            )
        ]
    )

    assert ("proposesMethod", "Zephyr-9") in {(e.relation, e.name) for e in found.edges}


def test_a_file_that_is_no_model_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK")

    with pytest.raises(ExtractorError, match=r"broken\.npz"):
        get_extractor(str(path))


def test_too_few_papers_are_refused(tmp_path):
    from kg.quality.texts import read_texts
    from kg.train import read_papers

    few = tmp_path / "few.jsonl"
    few.write_text("".join((ANNOTATED / "gold.jsonl").read_text().splitlines(keepends=True)[:3]))

    with pytest.raises(BadRequest, match="3 annotated papers"):
        read_papers(few, read_texts([str(ANNOTATED / "texts.jsonl")]))
