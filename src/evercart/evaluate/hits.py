"""Hits: where answers stood in the lists shown, with the measures of rankings computed from that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch

CUTS: Final = (5, 10, 20)


@dataclass(frozen=True)
class Hits(Batch):
    """One row an answered question, in the order of the answers.

    number    (rows,) int64
    us        (rows,) int64: log time of the answer
    rank      (rows,) int32: place of the answer in the list shown, 0 is the first; -1: not in it
    known     (rows,) bool: the item had been clicked before; one that had not could not be shown
    returned  (rows,) bool: it is among the session's last 64 clicks
    place     (rows,) int32: how many clicks the session had when asked
    novelty   (rows,) float64: mean -log2(share of all clicks) of the items shown, bits; NaN where none was shown
    tail      (rows,) float64: share of the items shown that have fewer clicks than the mean item; NaN likewise
    """

    number: NDArray[np.int64]
    us: NDArray[np.int64]
    rank: NDArray[np.int32]
    known: NDArray[np.bool_]
    returned: NDArray[np.bool_]
    place: NDArray[np.int32]
    novelty: NDArray[np.float64]
    tail: NDArray[np.float64]


def measures(hits: Hits, cuts: Sequence[int] = CUTS) -> dict[str, float]:
    """Return recall, MRR, NDCG at each cut, mean novelty, mean tail, by name; one item is the truth of a question.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 20(4), 2002.

    >>> sorted(measures(none(), (20,)))
    ['mrr@20', 'n', 'ndcg@20', 'novelty', 'recall@20', 'tail']
    """
    found: dict[str, float] = {"n": float(len(hits))}
    for cut in cuts:
        hit = (hits.rank >= 0) & (hits.rank < cut)
        place = np.where(hit, hits.rank, 0) + 1.0
        found[f"recall@{cut}"] = _mean(hit.astype(float))
        found[f"mrr@{cut}"] = _mean(hit / place)
        found[f"ndcg@{cut}"] = _mean(hit / np.log2(place + 1.0))
    shown = ~np.isnan(hits.novelty)
    return {**found, "novelty": _mean(hits.novelty[shown]), "tail": _mean(hits.tail[shown])}


def slices(hits: Hits) -> dict[str, NDArray[np.bool_]]:
    """Return masks by name: returns to an item of the session, new items, each place in the session.

    >>> list(slices(none()))
    ['return', 'new to the session', 'after 1 click', 'after 2 to 4', 'after 5 or more']
    """
    place = hits.place
    return {
        "return": hits.returned,
        "new to the session": ~hits.returned,
        "after 1 click": place == 1,
        "after 2 to 4": (place >= 2) & (place <= 4),
        "after 5 or more": place >= 5,
    }


def none() -> Hits:
    """Return no hits."""
    ints, flags, floats = np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0)
    return Hits(ints, ints, ints.astype(np.int32), flags, flags, ints.astype(np.int32), floats, floats)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
