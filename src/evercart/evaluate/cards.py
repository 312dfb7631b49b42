"""Cards: which of them are looked at first, which are not known to be compromised yet.

Source: Le Borgne, Siblini, Lebichot, Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection", 2022,
sections 4.4.2, 5.3.2.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

WEEK_D: Final = 7


def undetected(
    day: NDArray[np.int64], card: NDArray[np.uint64], fraud: NDArray[np.bool_], first: int, delay_d: int
) -> NDArray[np.bool_]:
    """Return which payments of a test week are of cards that are not known to be compromised yet, (payments,).

    A card is known where it paid a fraud in the training week, which ends `delay_d` days before the test week, or on
    the day after that of which the labels have come by each day of the test (book, section 5.3.2).
    """
    trained = (day >= first - delay_d - WEEK_D) & (day < first - delay_d)
    known = np.unique(card[trained & fraud])
    kept = np.zeros(len(day), np.bool_)
    for today in range(first, first + WEEK_D):
        known = np.union1d(known, card[(day == today - delay_d - 1) & fraud])
        rows = np.flatnonzero(day == today)
        kept[rows] = ~np.isin(card[rows], known)
    return kept


def card_precision(
    day: NDArray[np.int64], card: NDArray[np.uint64], fraud: NDArray[np.bool_], score: NDArray[np.float64], k: int = 100
) -> float:
    """Return the mean over days of the share of compromised cards among the k most suspicious ones.

    A card is as suspicious as its worst payment of the day; one that is found is out from the next day on (book,
    section 4.4.2).
    """
    found, shares = np.zeros(0, card.dtype), []
    for today in np.unique(day):
        rows = np.flatnonzero(day == today)
        rows = rows[~np.isin(card[rows], found)]
        names, place = np.unique(card[rows], return_inverse=True)
        worst, is_fraud = np.full(len(names), -np.inf), np.zeros(len(names), np.bool_)
        np.maximum.at(worst, place, score[rows])
        np.logical_or.at(is_fraud, place, fraud[rows])
        top = np.argsort(-worst, kind="stable")[:k]
        hit = names[top][is_fraud[top]]
        shares.append(len(hit) / k)
        found = np.union1d(found, hit)
    return float(np.mean(shares))
