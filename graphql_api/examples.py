"""Examples that stand in the schema's descriptions: one for every type, field, argument and value.

The sentences come from `schema.vocabulary` or stand beside the field; the
examples are here, so that a description always ends in something to copy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

NAMES: Final = MappingProxyType(
    {
        "Paper": "U-Net: Convolutional Networks for Biomedical Image Segmentation",
        "Dataset": "MIMIC-CXR",
        "Method": "U-Net",
        "Task": "image segmentation",
        "Modality": "CT",
        "Condition": "lung cancer",
        "Repository": "github.com/example/unet",
        "Result": "Dice 0.91",
        "Person": "Ada Lovelace",
        "Venue": "MICCAI",
    }
)
"""A name that stands for a class in examples."""

IDS: Final = MappingProxyType(
    {
        "Paper": "paper/arxiv-1505.04597",
        "Dataset": "dataset/mimic-cxr",
        "Method": "method/u-net",
        "Task": "task/image-segmentation",
        "Modality": "modality/ct",
        "Condition": "condition/lung-cancer",
        "Repository": "repository/github.com-example-unet",
        "Result": "result/arxiv-1505.04597-dice",
        "Person": "person/ada-lovelace",
        "Venue": "venue/miccai",
    }
)
"""An id that stands for a class in examples."""

LITERALS: Final = MappingProxyType(
    {
        "title": '"A survey of CT segmentation"',
        "abstract": '"We present a model that …"',
        "year": "2024",
        "date": '"2024-03-02"',
        "doi": '"10.1000/xyz.1"',
        "arxivId": '"2403.01234"',
        "pubmedId": '"38412345"',
        "pmcId": '"PMC1234567"',
        "url": '"https://example.org/paper"',
        "keywords": '["segmentation", "CT"]',
        "language": '"en"',
        "codeStatus": '"released"',
        "retracted": "false",
        "aliases": '["MIMIC CXR", "MIMIC-CXR-JPG"]',
        "exactMatch": '["http://id.nlm.nih.gov/mesh/D014057"]',
        "repositoryUrl": '"https://github.com/example/unet"',
        "metric": '"AUC"',
        "value": '"0.955"',
        "number": "0.955",
        "unit": '"%"',
        "isChange": "false",
        "orcid": '"0000-0002-1825-0097"',
        "sameAs": '["https://www.wikidata.org/entity/Q1"]',
    }
)
"""A value of each literal."""


def described(sentence: str, example: str) -> str:
    """A description: a sentence and an example, in Markdown.

    >>> described("The year.", "2024")
    'The year.\\n\\nExample: `2024`'
    """
    return f"{sentence[:1].upper()}{sentence[1:]}\n\nExample: `{example}`"
