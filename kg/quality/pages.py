"""The quality card as a Markdown page."""

from __future__ import annotations

from kg.quality.card import Card

_EXPLAINED = """P (precision) is the share of claims that annotators made too, R (recall) the share of their required
claims that were found, F1 the harmonic mean. A claim that annotators call optional counts neither way. In brackets:
95% intervals, from drawing the papers anew 1,000 times. `targetsModality` counts each modality with all its broader
ones."""


def card_as_markdown(card: Card) -> str:
    """The card, headed by its title at the second level."""
    lines = [
        f"## {card.title}",
        "",
        f"{card.papers:,} papers.",
        "",
        "| | support | P | R | F1 |",
        "|---|---:|---|---|---|",
    ]
    for r in card.rows:
        f = r.figures
        cells = (
            f"{value:.3f} ({low:.2f}–{high:.2f})"
            for value, (low, high) in ((f.precision, r.precision), (f.recall, r.recall), (f.f1, r.f1))
        )
        lines.append(f"| {r.name} | {f.support:,} | {' | '.join(cells)} |")
    status = f"Code status: right for {card.status_accuracy:.3f} of {card.status_support:,} papers."
    lines += ["", f"{status} Macro F1 of the edges: {card.macro_f1:.3f}."]
    return "\n".join([*lines, *_confidence(card), *_cuts(card), *_errors(card), ""])


def _confidence(card: Card) -> list[str]:
    error = card.calibration_error
    lines = [
        "",
        "### What confidence means",
        "",
        "Of the edges given a confidence, so many are right (optional ones count as right):",
        "",
    ]
    lines += ["| confidence | edges | mean confidence | right |", "|---|---:|---:|---:|"]
    lines += [
        f"| {b.low:.1f}–{b.low + 0.1:.1f} | {b.count:,} | {b.confidence:.3f} | {b.right:.3f} |"
        for b in card.reliability
    ]
    by_row = ", ".join(f"{name} {value:.3f}" for name, value in error.items() if name != "edges")
    return [*lines, "", f"Expected calibration error: {error['edges']:.3f} over all edges ({by_row})."]


def _cuts(card: Card) -> list[str]:
    lines = ["", "### What `--min-confidence` trades", "", "| least confidence | P | R | F1 |", "|---|---:|---:|---:|"]
    return [*lines, *(f"| {cut:.1f} | {f.precision:.3f} | {f.recall:.3f} | {f.f1:.3f} |" for cut, f in card.cuts)]


def _errors(card: Card) -> list[str]:
    lines = ["", "### The commonest errors", "", "| relation | error | count |", "|---|---|---:|"]
    for row, kinds in card.errors.items():
        for kind, count in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))[:4]:
            lines.append(f"| {row} | {kind} | {count:,} |")
    return lines


def page(cards: list[Card], opening: str) -> str:
    """A whole page: title, how it was made, how to read it, the cards."""
    parts = ["# How good the extraction is", opening, _EXPLAINED, *(card_as_markdown(c) for c in cards)]
    return "\n\n".join(p.strip() for p in parts) + "\n"
