"""Metrics by name: which way is better, what unit, and one scale for values of one metric."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal

Better = Literal["higher", "lower"]
Kind = Literal["share", "score", "time"]

_SECONDS: Final = MappingProxyType({"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 0.001, "min": 60.0, "minutes": 60.0})


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, its kind, which way is `better` (None: not known), its unit ("" for none).

    A "share" lies between 0 and 1 and is stated here in percent; a "time" in
    seconds; a "score" as it is printed.
    """

    name: str
    kind: Kind = "score"
    better: Better | None = None
    unit: str = ""

    def number(self, value: float, unit: str | None) -> float | None:
        """A printed value on the metric's scale; None where it cannot stand on it.

        >>> metric("AUC").number(0.93, None), metric("AUC").number(93.1, "%")
        (93.0, 93.1)
        """
        if self.kind == "share":
            # A share of at most 1 without a percent sign is a fraction: "Dice of 0.93".
            scaled = value * 100 if unit in (None, "") and abs(value) <= 1 else value
            return round(scaled, 6) if 0 <= scaled <= 100 else None
        if self.kind == "time":
            factor = _SECONDS.get((unit or "s").casefold())
            return None if factor is None else round(value * factor, 9)
        return value


@cache
def metrics() -> MappingProxyType[str, Metric]:
    """Every known metric under each of its names, folded."""
    text = resources.files("kg.analysis").joinpath("metrics.tsv").read_text(encoding="utf-8")
    found: dict[str, Metric] = {}
    for line in text.splitlines()[1:]:
        name, kind, better, unit, names = line.split("\t")
        known = Metric(name, kind, better, unit)  # type: ignore[arg-type]
        for other in (name, *names.split(";")):
            found.setdefault(_fold(other), known)
    return MappingProxyType(found)


def metric(name: str) -> Metric:
    """The metric that a text names; one that is not known keeps its name and has no direction.

    >>> metric("Dice similarity coefficient (DSC)").name, metric("sparkle").better
    ('Dice', None)
    """
    folded = _fold(name)
    without = _fold(re.sub(r"\([^)]*\)", " ", name))
    inside = [_fold(part) for part in re.findall(r"\(([^)]*)\)", name)]
    for candidate in (folded, without, *inside):
        if candidate in metrics():
            return metrics()[candidate]
    return Metric(" ".join(name.split()))


def _fold(name: str) -> str:
    return " ".join(re.sub(r"[\s_]+", " ", name.replace("–", "-").casefold()).split()).removesuffix(" scores").strip()
