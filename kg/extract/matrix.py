"""From mentions to one row per entity: statistics looked up, mentions of one entity pooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.extract import features as f

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.extract.candidates import Mentions
    from kg.extract.passages import Tokens
    from kg.extract.statistics import Statistics

RELATIONS = ("usesDataset", "introducesDataset", "proposesMethod", "usesMethod", "addressesTask", "studiesCondition")


_LATE = 1 << 40


@dataclass(frozen=True, slots=True)
class MentionFeatures:
    """Everything about the mentions of a batch that no statistics are needed for."""

    lookups: NDArray[np.uint64]
    distances: NDArray[np.float32]
    shapes: NDArray[np.float32]
    places: NDArray[np.float32]
    counts: NDArray[np.float32]
    known: NDArray[np.float32]


def mention_features(tokens: Tokens, table: NDArray[np.uint64], mentions: Mentions) -> MentionFeatures:
    """Look at every mention once."""
    lookups = f.mention_lookups(tokens, table, mentions)
    return MentionFeatures(
        lookups,
        f.mention_distances(tokens, table, mentions),
        f.mention_shapes(tokens, table, mentions),
        f.mention_places(tokens, mentions),
        f.text_counts(tokens, table, mentions),
        f.mention_gazetteer(tokens, table, mentions, lookups),
    )


def _mean(values: NDArray[np.float32], starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float32]:
    sums: NDArray[np.float32] = np.add.reduceat(values, starts, axis=0)
    return (sums / sizes[:, None]).astype(np.float32)


def plain_block(mentions: Mentions, feats: MentionFeatures) -> NDArray[np.float32]:
    """The columns of each entity that need no statistics."""
    starts = mentions.first[:-1]
    sizes = np.diff(mentions.first)
    title = feats.places[:, 0]
    # the first mention of the abstract shows the true case; titles are often capitalised
    order = np.where(title > 0, _LATE, 0) + np.arange(len(title))
    canonical = np.minimum.reduceat(order, starts) % _LATE if len(starts) else starts
    return np.concatenate(
        [
            np.minimum.reduceat(feats.distances, starts, axis=0),
            feats.shapes[canonical],
            np.maximum.reduceat(feats.shapes, starts, axis=0),
            np.maximum.reduceat(feats.places[:, :4], starts, axis=0),
            feats.places[starts, 4:],
            feats.places[mentions.first[1:] - 1, 4:6],
            _mean(title[:, None], starts, sizes),
            sizes[:, None].astype(np.float32),
            mentions.pair[:, None].astype(np.float32),
            feats.counts[starts],
            np.maximum.reduceat(feats.known, starts, axis=0),
        ],
        axis=1,
    )


PLAIN = (
    *f.DISTANCES,
    *f.SHAPE_NAMES,
    *(f"most {s}" for s in f.SHAPE_NAMES),
    *f.PLACES[:4],
    *f.PLACES[4:],
    "last sentence",
    "last share",
    "title share",
    "mentions",
    "acronym pair",
    *f.TEXT_COUNTS,
    *f.GAZETTEER,
)


def statistics_block(
    tokens: Tokens, words: NDArray[np.uint64], mentions: Mentions, feats: MentionFeatures, statistics: Statistics
) -> NDArray[np.float32]:
    """The columns of each entity that come from counts."""
    starts = mentions.first[:-1]
    sizes = np.diff(mentions.first)
    names: list[NDArray[np.float32]] = []
    contexts: list[NDArray[np.float32]] = []
    for i, table in enumerate(statistics.tables):
        rates = table.rates(feats.lookups[:, i])
        (names if i < f.NAME_TABLES else contexts).append(rates)
    context = np.concatenate(contexts, axis=1)
    window = f.windows(tokens, mentions, statistics.near.of(words))
    pooled = np.concatenate([context, window], axis=1)
    return np.concatenate(
        [np.maximum.reduceat(np.concatenate([*names, pooled], axis=1), starts, axis=0), _mean(pooled, starts, sizes)],
        axis=1,
    )


def statistics_names() -> tuple[str, ...]:
    """Names of the columns of ``statistics_block``."""
    names: list[str] = []
    pooled: list[str] = []
    for i, table in enumerate(f.TABLES):
        rates = [f"{table} {r}" for r in RELATIONS]
        if i == 0:
            rates += [f"{table} optional {r}" for r in RELATIONS]
        (names if i < f.NAME_TABLES else pooled).extend([*rates, f"{table} seen"])
    pooled += [f"{where} words {r}" for where in ("left", "right", "sentence", "text") for r in RELATIONS]
    return (*names, *(f"most {p}" for p in pooled), *(f"mean {p}" for p in pooled))
