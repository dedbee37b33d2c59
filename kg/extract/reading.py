"""A batch of texts, read once: tokens, candidates and what they look like."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kg.extract.candidates import find_mentions
from kg.extract.matrix import mention_features, plain_block
from kg.extract.passages import read_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from kg.extract.candidates import Boundaries, Mentions
    from kg.extract.matrix import MentionFeatures
    from kg.extract.passages import Tokens
    from kg.extract.words import Lexicon

Pair = tuple[str, str]
"""A title and an abstract."""


@dataclass(frozen=True)
class Batch:
    """Some texts as tokens; candidates are looked for when first asked for."""

    texts: Sequence[Pair]
    tokens: Tokens
    table: NDArray[np.uint64]
    boundaries: Boundaries

    @classmethod
    def read(cls, texts: Sequence[Pair], lexicon: Lexicon, boundaries: Boundaries) -> Batch:
        """Cut texts into tokens and look the words up."""
        tokens = read_tokens(texts, lexicon)
        return cls(texts, tokens, lexicon.table(), boundaries)

    @cached_property
    def word(self) -> NDArray[np.uint64]:
        """The hash of each token's word."""
        hashes: NDArray[np.uint64] = self.table[self.tokens.words, 0]
        return hashes

    @cached_property
    def mentions(self) -> Mentions:
        """Candidate names."""
        return find_mentions(self.tokens, self.texts, self.table, self.boundaries)

    @cached_property
    def features(self) -> MentionFeatures:
        """What each mention looks like."""
        return mention_features(self.tokens, self.table, self.mentions)

    @cached_property
    def plain(self) -> NDArray[np.float32]:
        """The columns of each entity that need no statistics."""
        return plain_block(self.mentions, self.features)
