"""Hits: where answers stood in the lists shown, with the measures of rankings computed from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.evaluate.gains import Asked, means
from evercart.units import DAY_US, WEEK_S

CUTS: Final = (5, 10, 20)
_WEEK_US: Final = WEEK_S * 1_000_000


@dataclass(frozen=True)
class Hits(Batch):
    """One row an answer, in the order of the answers: a question has one, the next click, or several, a basket.

    number    (rows,) int64: of the question
    offset    (rows,) int64: of the answering row in the log
    us        (rows,) int64: log time of the answer
    item      (rows,) uint64: the answer
    rank      (rows,) int32: place of the answer in the list shown, 0 is the first; -1: not in it
    age_us    (rows,) int64: since the item's first click; -1: it had none, so that it could not be shown
    returned  (rows,) bool: it is among the session's last clicks, as many as `Ranking.back`
    place     (rows,) int32: the how-manieth question of the session it answers, from 1
    novelty   (rows,) float64: mean -log2(share of all clicks) of the items shown, bits; NaN where none was shown
    tail      (rows,) float64: share of the items shown that have fewer clicks than the mean item; NaN likewise
    """

    number: NDArray[np.int64]
    offset: NDArray[np.int64]
    us: NDArray[np.int64]
    item: NDArray[np.uint64]
    rank: NDArray[np.int32]
    age_us: NDArray[np.int64]
    returned: NDArray[np.bool_]
    place: NDArray[np.int32]
    novelty: NDArray[np.float64]
    tail: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return whether the item had been clicked before."""
        return self.age_us >= 0

    def by_question(self) -> Hits:
        """Return the rows in the order of asking, those of one question together in the order of the answers."""
        return self.rows(np.argsort(self.number, kind="stable"))


def measures(hits: Hits, cuts: Sequence[int] = CUTS) -> dict[str, float]:
    """Return recall, MRR, NDCG at each cut, mean novelty, mean tail, by name; n counts questions.

    >>> sorted(measures(none(), (20,)))
    ['mrr@20', 'n', 'ndcg@20', 'novelty', 'recall@20', 'tail']
    """
    hits = hits.by_question()
    asked = Asked.of(hits.number)
    found = {"n": float(len(asked)), **means(hits.rank, asked, cuts)}
    novelty, tail = hits.novelty[asked.starts], hits.tail[asked.starts]
    shown = ~np.isnan(novelty)
    return {**found, "novelty": _mean(novelty[shown]), "tail": _mean(tail[shown])}


def slices(hits: Hits, session: str = "session") -> dict[str, NDArray[np.bool_]]:
    """Return masks of answers by name: returns apart from new items, by age of the item, by place in the session.

    >>> list(slices(none()))[:2]
    ['return', 'new to the session']
    """
    age, place = hits.age_us, hits.place
    return {
        "return": hits.returned,
        f"new to the {session}": ~hits.returned,
        "item never seen": age < 0,
        "item younger than a day": (age >= 0) & (age < DAY_US),
        "item younger than a week": (age >= DAY_US) & (age < _WEEK_US),
        "item older than a week": age >= _WEEK_US,
        "first question": place == 1,
        "second to fourth": (place >= 2) & (place <= 4),
        "fifth or later": place >= 5,
    }


def none() -> Hits:
    """Return no hits."""
    ints, floats = np.zeros(0, np.int64), np.zeros(0)
    short, flags, keys = np.zeros(0, np.int32), np.zeros(0, np.bool_), np.zeros(0, np.uint64)
    return Hits(ints, ints, ints, keys, short, ints, flags, short, floats, floats)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
