"""Costs: what each action on a payment costs, from the chance that it is fraud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, require, unknown
from evercart.events.actions import ACTIONS, APPROVE, CHALLENGE, DECLINE, REVIEW

__all__ = ["ACTIONS", "APPROVE", "CHALLENGE", "DECLINE", "REVIEW", "Costs"]
_SHARES: Final = ("lost", "margin", "challenge_stops", "challenge_loses", "review_stops", "review_loses")


@dataclass(frozen=True)
class Costs:
    """What actions cost, beside a shop that approves every good payment, declines every fraud: that one pays nothing.

    lost               share of its amount that an approved fraud costs
    fraud_minor        what an approved fraud costs beyond its amount: fees of the chargeback, the work on it
    margin             share of its amount that a good payment earns, lost where it is declined
    insult_minor       what declining a good payment costs beyond its margin: the shopper's later orders
    challenge_minor    price of a challenge, such as a code by text message
    challenge_stops    share of frauds that fail a challenge
    challenge_loses    share of good shoppers who give up over one: as if declined
    review_s           seconds that a review takes
    hour_minor         what an hour of a reviewer costs
    review_stops       share of frauds that a review finds
    review_loses       share of good payments that a review takes for fraud: as if declined

    Money is in minor units. The defaults are assumptions, none of them measured.
    """

    lost: float = 1.0
    fraud_minor: float = 2500.0
    margin: float = 0.2
    insult_minor: float = 500.0
    challenge_minor: float = 5.0
    challenge_stops: float = 0.7
    challenge_loses: float = 0.08
    review_s: float = 240.0
    hour_minor: float = 3000.0
    review_stops: float = 0.9
    review_loses: float = 0.02

    def __post_init__(self) -> None:
        for one in fields(self):
            value, share = getattr(self, one.name), one.name in _SHARES
            rule = "a number from 0 to 1" if share else "a finite number of at least 0"
            number = isinstance(value, int | float) and not isinstance(value, bool)
            require(number and 0 <= value <= (1 if share else 1e15), f"costs.{one.name}", rule, value)

    @classmethod
    def of(cls, where: str, given: Mapping[str, Any]) -> Costs:
        """Return costs of which some are given by name; an unknown name raises `UserError`.

        >>> Costs.of("costs", {"margin": 0.1}).margin
        0.1
        """
        known = [one.name for one in fields(cls)]
        for name in given:
            if name not in known:
                raise UserError(unknown(where, "costs", known, name))
        return cls(**given)


def expected_costs(chance: NDArray[np.float64], amount: NDArray[np.int64], costs: Costs) -> NDArray[np.float64]:
    """Return what each action is expected to cost, (payments, actions) minor units.

    chance    (payments,) of fraud; where that is known, 0 or 1, what comes out is what the action did cost on average
    amount    (payments,) minor units; what is missing or negative counts as 0

    Source: Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, section 2, with costs that depend on
    the payment; Bahnsen et al., "Example-dependent cost-sensitive decision trees", Expert Syst. Appl. 42, 2015.

    >>> expected_costs(np.array([0.0, 1.0]), np.array([10_000, 10_000]), Costs())[:, DECLINE].tolist()
    [2500.0, 0.0]
    """
    paid = np.maximum(np.asarray(amount), 0).astype(np.float64)
    bad = np.asarray(chance, np.float64)
    good = (bad >= 0) & (bad <= 1)
    require(bool(good.all()), "chance", "numbers from 0 to 1", bad[~good][:1])
    passed = bad * (costs.lost * paid + costs.fraud_minor)
    turned = (1 - bad) * (costs.margin * paid + costs.insult_minor)
    review = costs.review_s / 3600 * costs.hour_minor
    asked = costs.challenge_minor + (1 - costs.challenge_stops) * passed + costs.challenge_loses * turned
    looked = review + (1 - costs.review_stops) * passed + costs.review_loses * turned
    return np.stack([passed, asked, looked, turned], 1)


def cheapest(chance: NDArray[np.float64], amount: NDArray[np.int64], costs: Costs) -> NDArray[np.int64]:
    """Return the action of least expected cost for each payment, (payments,) places in `ACTIONS`.

    Reviews are as many as pay for themselves: see `Reviews` for a day that has time for only so many.

    >>> [ACTIONS[one] for one in cheapest(np.array([0.001, 0.05, 0.3, 0.99]), np.full(4, 5000), Costs())]
    ['approve', 'challenge', 'review', 'decline']
    """
    found: NDArray[np.int64] = expected_costs(chance, amount, costs).argmin(1)
    return found


def saving_of_review(expected: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the cheapest action but a review, then what a review would save beside it, (payments,) each.

    expected    as `expected_costs` returns it
    """
    others = expected.copy()
    others[:, REVIEW] = np.inf
    best = others.argmin(1)
    return best, others[np.arange(len(best)), best] - expected[:, REVIEW]
