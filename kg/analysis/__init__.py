"""Measures of the field, over a graph: what is central, what travels together, what is open, what is missing.

from kg.analysis import openness

for row in openness(kg.open().graph, by="modality"):
    print(row.label, row.papers, f"{row.share:.0%} [{row.low:.0%}, {row.high:.0%}]")
"""

from kg.analysis.code_release import Openness, openness, overall, wilson
from kg.analysis.leaderboard import Entry, Leaderboard, as_csv, as_markdown, leaderboards
from kg.analysis.metrics import Metric, metric
from kg.analysis.network import Centrality, Community, Pair, centralities, co_use, communities
from kg.analysis.trend import Gap, Trend, gaps, trends

__all__ = [
    "Centrality",
    "Community",
    "Entry",
    "Gap",
    "Leaderboard",
    "Metric",
    "Openness",
    "Pair",
    "Trend",
    "as_csv",
    "as_markdown",
    "centralities",
    "co_use",
    "communities",
    "gaps",
    "leaderboards",
    "metric",
    "openness",
    "overall",
    "trends",
    "wilson",
]
