"""How good an extractor is, measured on annotated papers."""

from __future__ import annotations

from kg.quality.card import Card, make_card
from kg.quality.judging import Figures, Verdict, figures, judge, judge_all
from kg.quality.pages import bundled_page, card_as_markdown, page

__all__ = [
    "Card",
    "Figures",
    "Verdict",
    "bundled_page",
    "card_as_markdown",
    "figures",
    "judge",
    "judge_all",
    "make_card",
    "page",
]
