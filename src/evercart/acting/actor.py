"""Actor: an action for each payment, with the chance it was drawn with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.acting.costs import ACTIONS, APPROVE, CHALLENGE, DECLINE, REVIEW, Costs, expected_costs, saving_of_review
from evercart.acting.learning import Learning
from evercart.acting.reviews import Reviewing, Reviews
from evercart.batch import Batch
from evercart.chance import uniform
from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.values import Values
from evercart.units import DAY_US


@dataclass(frozen=True)
class Risks(Batch):
    """Payments in the order of the log.

    place     (payments,) int64: an offset of the log, or a question's number
    us        (payments,) int64: the log's time
    chance    (payments,) float64: of fraud
    amount    (payments,) int64: minor units
    """

    place: NDArray[np.int64]
    us: NDArray[np.int64]
    chance: NDArray[np.float64]
    amount: NDArray[np.int64]


class Acted(NamedTuple):
    """What was done."""

    action: NDArray[np.int64]  # (payments,) places in `ACTIONS`
    wished: NDArray[np.int64]  # (payments,) the same, had nothing been let through
    chance: NDArray[np.float64]  # (payments,) with which `action` was drawn


class Drawing(Protocol):
    """Says with which chance each action is drawn in place of the one wished."""

    def chances(self, cost: NDArray[np.float64], wished: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the chance of each action, (payments, actions), from what each is expected to cost, minor units."""
        ...


@dataclass(frozen=True)
class LetThrough:
    """Approve a few of the payments that would be declined or challenged, so that their labels are known.

    spend_minor    what a payment's chance to be let through may cost, on average
    least, most    of that chance

    A payment whose approval is expected to cost much more is let through more seldom: chance = spend / how much more.
    """

    spend_minor: float = 20.0
    least: float = 0.02
    most: float = 0.5

    def __post_init__(self) -> None:
        require(self.spend_minor >= 0, "let_through.spend_minor", "at least 0", self.spend_minor)
        good = 0 < self.least <= self.most < 1
        require(good, "let_through.least, most", "more than 0, least up to most, less than 1", (self.least, self.most))

    def chance(self, more: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chance to be let through.

        more    (payments,) by how much more than what is wished approval is expected to cost, minor units

        >>> LetThrough(20.0, 0.01, 0.5).chance(np.array([10.0, 200.0, 1e6])).tolist()
        [0.5, 0.1, 0.01]
        """
        return np.clip(self.spend_minor / np.maximum(more, 1e-9), self.least, self.most)

    def chances(self, cost: NDArray[np.float64], wished: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the chance of each action: see `Drawing`."""
        rows, stopped = np.arange(len(wished)), (wished == DECLINE) | (wished == CHALLENGE)
        let = np.where(stopped, self.chance(cost[:, APPROVE] - cost[rows, wished]), 0.0)
        found = np.zeros((len(wished), len(ACTIONS)))
        found[:, APPROVE] = let
        found[rows, wished] = np.where(stopped, 1 - let, 1.0)
        return found


@dataclass(frozen=True)
class Explore:
    """Draw now and then another action, so that what each one leads to can be learned.

    spend_minor    what drawing an action may cost, on average, beside the one wished
    least, most    of the chance of each; of a review always the least, as draws come on top of a day's reviews

    Declining is never drawn: what comes of it is known, nothing. Where it is wished, the others are.

    >>> Explore(20.0, 0.01, 0.1).chances(np.array([[0.0, 500.0, 90.0, 1e5]]), np.array([APPROVE])).round(3).tolist()
    [[0.95, 0.04, 0.01, 0.0]]
    """

    spend_minor: float = 20.0
    least: float = 0.01
    most: float = 0.2

    def __post_init__(self) -> None:
        require(self.spend_minor >= 0, "explore.spend_minor", "at least 0", self.spend_minor)
        good = 0 < self.least <= self.most < 1 / 3
        require(good, "explore.least, most", "more than 0, least up to most, less than 1/3", (self.least, self.most))

    def chances(self, cost: NDArray[np.float64], wished: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the chance of each action: see `Drawing`."""
        rows = np.arange(len(wished))
        more = np.maximum(cost - cost[rows, wished][:, None], 1e-9)
        found = np.clip(self.spend_minor / more, self.least, self.most)
        found[:, REVIEW], found[:, DECLINE] = self.least, 0.0
        found[rows, wished] = 0.0
        found[rows, wished] = 1.0 - found.sum(1)
        return found


@dataclass(frozen=True)
class Actor:
    """Take the action of least expected cost, within the reviews of a day, but for what is let through.

    through    what is drawn in place of the action wished; None: nothing
    seed       of what is drawn, payment by payment
    learning   how a policy is learned from what was drawn; None: none is
    """

    costs: Costs = field(default_factory=Costs)
    reviews: Reviewing = field(default_factory=Reviews)
    through: Drawing | None = None
    seed: int = 0
    learning: Learning | None = None
    grain: ClassVar[Grain] = "event"

    def start(self) -> Any:
        """Return the reviews' first state."""
        return self.reviews.start()

    def step(self, state: Any, risks: Risks) -> tuple[Any, Acted]:
        """Return what is done about each payment."""
        return self.act(state, risks.place, risks.us, expected_costs(risks.chance, risks.amount, self.costs))

    def act(
        self, state: Any, place: NDArray[np.int64], us: NDArray[np.int64], cost: NDArray[np.float64]
    ) -> tuple[Any, Acted]:
        """Return what is done about payments whose actions are expected to cost so much.

        place, us    as in `Risks`
        cost         (payments, actions) minor units
        """
        best, saving = saving_of_review(cost)
        state, reviewed = self.reviews.step(state, Values(place, us, saving))
        wished = np.where(reviewed, REVIEW, best)
        if self.through is None:
            return state, Acted(wished, wished, np.ones(len(wished)))
        chances = self.through.chances(cost, wished)
        drawn = uniform(self.seed, place, "let through")[:, None] >= np.cumsum(chances, 1)
        last = len(ACTIONS) - 1 - (chances[:, ::-1] > 0).argmax(1)  # sums that miss 1 by a rounding draw no other
        action = np.minimum(drawn.sum(1), last)
        return state, Acted(action, wished, chances[np.arange(len(action)), action])

    def unreviewed(self, chance: float, amount: int | None) -> int:
        """Return the action of least expected cost but a review on one payment, of which nothing is let through."""
        cost = expected_costs(np.array([min(max(chance, 0.0), 1.0)]), np.array([amount or 0]), self.costs)
        return int(saving_of_review(cost)[0][0])

    def resumed(self, risks: Risks, action: NDArray[np.int64]) -> Any:
        """Return the reviews' state after payments that were acted on already.

        action    (payments,) what was done: those of the last day that were reviewed have used up its reviews
        """
        saving = saving_of_review(expected_costs(risks.chance, risks.amount, self.costs))[1]
        state, _ = self.reviews.step(self.start(), Values(risks.place, risks.us, saving))
        state.now[1] = np.count_nonzero((action == REVIEW) & (risks.us // DAY_US == state.now[0]))
        return state


def label_weights(acted: Acted) -> NDArray[np.float64]:
    """Return how much each payment's label counts, (payments,): 0 where none will ever be fair, else 1 / chance.

    A declined payment has no label. One that was challenged has none either: whoever passes is no fair sample. So a
    learner's sums over labels with these weights are on average those over all labels, where each payment that is
    declined or challenged might have been let through; without `LetThrough` they are those of the rest alone.

    Source: Horvitz and Thompson, "A generalization of sampling without replacement from a finite universe", JASA
    47(260), 1952.

    >>> label_weights(Acted(np.array([APPROVE, DECLINE]), np.array([DECLINE, DECLINE]), np.array([0.1, 0.9]))).tolist()
    [10.0, 0.0]
    """
    told = (acted.action == APPROVE) | (acted.action == REVIEW)
    return np.where(told, 1.0 / acted.chance, 0.0)
