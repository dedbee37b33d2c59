"""The quality card as a Markdown page, from its plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

_EXPLAINED = """P (precision) is the share of claims that annotators made too, R (recall) the share of their required
claims that were found, F1 the harmonic mean. A claim that annotators call optional counts neither way. In brackets:
95% intervals, from drawing the papers anew 1,000 times. `targetsModality` counts each modality with all its broader
ones."""

_KEPT = """The bundled readers, measured when they were trained: five folds, every claim is about a paper that its model
had not seen, and so are thresholds and confidences. `kg quality GOLD TEXTS` measures any reader on annotated papers of
yours; the page is made from `kg/extract/model.json`, which `kg train` writes."""


def card_as_markdown(card: Mapping[str, Any]) -> str:
    """A card (as `Card.as_json` gives it), headed by its title at the second level."""
    lines = [f"## {card['title']}", "", f"{card['papers']:,} papers.", ""]
    lines += ["| | support | P | R | F1 |", "|---|---:|---|---|---|"]
    for name, row in card["rows"].items():
        cells = (_cell(row, figure) for figure in ("precision", "recall", "f1"))
        lines.append(f"| {name} | {row['support']:,} | {' | '.join(cells)} |")
    accuracy, macro = card["code.status accuracy"], card["macro f1"]
    lines += ["", f"Code status is right for {accuracy:.3f} of the papers. Macro F1 of the edges: {macro:.3f}."]
    return "\n".join([*lines, *_confidence(card), *_cuts(card), *_errors(card), ""])


def _cell(row: Mapping[str, Any], figure: str) -> str:
    low, high = row[f"{figure} interval"]
    return f"{row[figure]:.3f} ({low:.2f}–{high:.2f})"


def _confidence(card: Mapping[str, Any]) -> list[str]:
    error = card["expected calibration error"]
    lines = ["", "### What confidence means", ""]
    lines += ["Of the edges given a confidence, so many are right (optional ones count as right):", ""]
    lines += ["| confidence | edges | mean confidence | right |", "|---|---:|---:|---:|"]
    for b in card["reliability"]:
        span = f"{b['from']:.1f}–{b['from'] + 0.1:.1f}"
        lines.append(f"| {span} | {b['claims']:,} | {b['confidence']:.3f} | {b['right']:.3f} |")
    by_row = ", ".join(f"{name} {value:.3f}" for name, value in error.items() if name != "edges")
    return [*lines, "", f"Expected calibration error: {error['edges']:.3f} over all edges ({by_row})."]


def _cuts(card: Mapping[str, Any]) -> list[str]:
    lines = ["", "### What `--min-confidence` trades", "", "| least confidence | P | R | F1 |", "|---|---:|---:|---:|"]
    cuts = card["by least confidence"]
    figures = ("precision", "recall", "f1")
    return [*lines, *(f"| {c['least']:.1f} | {' | '.join(f'{c[f]:.3f}' for f in figures)} |" for c in cuts)]


def _errors(card: Mapping[str, Any]) -> list[str]:
    lines = ["", "### The commonest errors", "", "| relation | error | count |", "|---|---|---:|"]
    for row, kinds in card["errors"].items():
        for kind, count in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))[:4]:
            lines.append(f"| {row} | {kind} | {count:,} |")
    return lines


def page(cards: Sequence[Mapping[str, Any]], opening: str) -> str:
    """A whole page: title, how it was made, how to read it, the cards."""
    parts = ["# How good the extraction is", opening, _EXPLAINED, *(card_as_markdown(c) for c in cards)]
    return "\n\n".join(p.strip() for p in parts) + "\n"


def bundled_page() -> str:
    """The page about the bundled model, from the figures kept beside it."""
    kept = json.loads(resources.files("kg.extract").joinpath("model.json").read_text(encoding="utf-8"))
    return page(kept["cards"], f"{_KEPT} Version {kept['version']}.")
