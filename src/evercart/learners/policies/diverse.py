"""Diverse: a list whose items are good, yet unlike each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evercart.errors import require
from evercart.learners.policies.similar import Similar
from evercart.learners.policies.slate import Slate

NAME = "diverse"


@dataclass(frozen=True)
class Diverse:
    """Fill the places one by one with the item of the highest maximal marginal relevance.

    That is weight * relevance - (1 - weight) * the greatest similarity to an item already placed. Relevance is the
    score, brought to 0 for the worst of those looked at, to 1 for the best.

    weight    lambda of the source: 1 leaves the ranker's order, 0 looks at similarity alone
    similar   how alike items are
    most      candidates that are looked at, the best ones

    Source: Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and
    producing summaries", SIGIR 1998, section 2.
    """

    similar: Similar
    weight: float = 0.7
    most: int = 100

    def __post_init__(self) -> None:
        require(0 <= self.weight <= 1, "diverse.weight", "0 to 1", self.weight)
        require(self.most >= 1, "diverse.most", "at least 1", self.most)

    def __call__(self, slate: Slate) -> Slate:
        """Return the slate with the places filled anew."""
        looked = slate.order[: max(self.most, slate.k)]
        if len(looked) < 2:
            return slate
        score, alike = slate.score[looked], (1.0 - self.weight) * self.similar(slate.item[looked])
        least = float(score.min())
        spread = float(score.max()) - least
        gain = self.weight * (score - least) / (spread if spread > 0 else 1.0)
        nearest, chosen = np.zeros(len(looked)), np.empty(min(slate.k, len(looked)), np.int64)
        for place in range(len(chosen)):
            chosen[place] = best = int((gain - nearest).argmax())
            gain[best] = -np.inf
            np.maximum(nearest, alike[best], out=nearest)
        first = looked[chosen]
        lifted = set(first.tolist()).difference(slate.order[: slate.k].tolist())
        return slate.led_by(first).marked(sorted(lifted), NAME)
