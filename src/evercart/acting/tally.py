"""Tally: what ways to act would have cost on payments whose labels are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Actor, LetThrough, Risks
from evercart.acting.costs import (
    ACTIONS,
    APPROVE,
    DECLINE,
    REVIEW,
    Costs,
    cheapest,
    expected_costs,
    saving_of_review,
)
from evercart.acting.reviews import Reviews
from evercart.units import DAY_US

Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]
FIXED: Final = 0.5  # the threshold of whoever gives it no thought


@dataclass(frozen=True)
class Terms:
    """What actions cost, how many reviews a day has time for."""

    costs: Costs = field(default_factory=Costs)
    reviews_a_day: int = 100

    def said(self) -> dict[str, float]:
        """Return all of it by name."""
        return {**asdict(self.costs), "reviews_a_day": self.reviews_a_day}


def tally(risks: Risks, label: Ints, early: Mask, judged: Mask, terms: Terms) -> dict[str, Any]:
    """Return for each way to act what it cost, how often it took which action, over some payments.

    label     (payments,) 1 fraud, 0 not
    early     which payments the best threshold is looked for on
    judged    which are counted

    Whether a challenge or a review works out is not drawn: its mean counts.
    """
    cost = expected_costs((label == 1).astype(np.float64), risks.amount, terms.costs)
    found: dict[str, Any] = {"assumed": terms.said(), "payments": int(judged.sum())}
    best = best_threshold(risks.chance[early], cost[early])
    for name, action in ways(risks, best, terms):
        each = np.take_along_axis(cost, action[:, None], 1)[judged, 0]
        total = float(each.sum())
        counts = {one: int((action[judged] == place).sum()) for place, one in enumerate(ACTIONS)}
        found[name] = {"cost_minor": round(total), "a_payment_minor": round(total / max(len(each), 1), 2), **counts}
    found["decline_above_best"]["threshold"] = best
    return found


def ways(risks: Risks, threshold: float, terms: Terms) -> Iterator[tuple[str, Ints]]:
    """Yield ways to act by name, with what each does about every payment."""
    reviews = Reviews(terms.reviews_a_day)
    yield "approve_all", np.full(len(risks), APPROVE)
    yield "decline_above_half", np.where(risks.chance > FIXED, DECLINE, APPROVE)
    yield "decline_above_best", np.where(risks.chance > threshold, DECLINE, APPROVE)
    yield "no_reviews", Actor(terms.costs, Reviews(0)).step(Reviews(0).start(), risks)[1].action
    yield "least_cost", Actor(terms.costs, reviews).step(reviews.start(), risks)[1].action
    yield "let_through", Actor(terms.costs, reviews, LetThrough()).step(reviews.start(), risks)[1].action
    yield "reviews_in_hindsight", in_hindsight(risks, terms)
    yield "reviews_without_limit", cheapest(risks.chance, risks.amount, terms.costs)


def best_threshold(chance: NDArray[np.float64], cost: NDArray[np.float64]) -> float:
    """Return the chance above which declining costs least; 1 where it never pays.

    cost    (payments, actions) as it turned out
    """
    order = np.argsort(-chance, kind="stable")
    more = np.cumsum((cost[:, DECLINE] - cost[:, APPROVE])[order])
    last = np.append(chance[order][1:] != chance[order][:-1], True)  # a threshold parts no equal chances
    more = np.where(last[: len(more)], more, np.inf)
    if not len(more) or more.min() >= 0:
        return 1.0
    place = int(more.argmin())
    below = chance[order][place + 1] if place + 1 < len(chance) else 0.0
    return float((chance[order][place] + below) / 2)


def in_hindsight(risks: Risks, terms: Terms) -> Ints:
    """Return the actions of whoever knew a day's payments before it began: the reviews that save most."""
    best, saving = saving_of_review(expected_costs(risks.chance, risks.amount, terms.costs))
    day = risks.us // DAY_US
    order = np.lexsort((-saving, day))
    rank = np.arange(len(day)) - np.searchsorted(day[order], day[order])
    action = best.copy()
    chosen = order[(rank < terms.reviews_a_day) & (saving[order] > 0)]
    action[chosen] = REVIEW
    return action
