"""Folds that ask, act or clean, each with input that hurts."""

from __future__ import annotations

from typing import Any

import numpy as np
from keeping import Check, Parted, of

from evercart.acting.actor import Actor, Explore, LetThrough
from evercart.acting.bandit import Bandit
from evercart.acting.q_reviews import QReviews
from evercart.acting.reviews import Reviews
from evercart.asks.arrival import Arrival
from evercart.asks.daily import Daily
from evercart.asks.decided import Decided
from evercart.asks.each import After, Before
from evercart.asks.messages import Messages
from evercart.asks.outcomes import Outcomes
from evercart.asks.session import SessionEnd
from evercart.asks.undecided import Undecided
from evercart.events.batch import Events
from evercart.events.last import Last
from evercart.events.outliers import Outliers
from evercart.events.rooted import Rooted
from evercart.hashing import hash_name
from evercart.testing import Logged, Valued
from evercart.testing.cased import Cased
from evercart.units import DAY_S, HOUR_S


def asks(fold: Any) -> Check:
    return of(fold, Logged(("order", "view", "heartbeat", "decision"), own=fold.own))


def cleans(fold: Any) -> Check:
    return of(fold, Logged(("order", "view")))


class Thinned(Logged):
    """A log of which not every row is handed on."""

    def said(self, batch: Any, out: Any) -> Any:
        """Return how many rows had been read when each was handed on."""
        return np.searchsorted(batch.offset, out.offset) + 1


class Shown(Decided):
    """A fold of questions with their features, whose output is one table."""

    def step(self, state: Any, batch: Any) -> Any:
        state, (woven, x) = super().step(state, batch)
        shown = np.full((len(woven), x.shape[1]), np.nan)
        shown[woven.asked] = x
        return state, Events({"offset": woven.offset, "number": woven["number"], "user": woven["user"], "x": shown})


DECIDED = of(Shown(hash_name("app-0", 1), keep_s=HOUR_S), Parted(2, ("order", "view", "decision")))
HEARD = Messages("view")


CHECKS: dict[type[Any], list[Check]] = {
    Actor: [
        of(Actor(reviews=Reviews(3), through=LetThrough()), Cased(told=False)),
        of(Actor(reviews=QReviews(3), through=Explore()), Cased(told=False)),
    ],
    After: [asks(After("view"))],
    Arrival: [asks(Arrival(gap_s=600, pause_s=HOUR_S)), asks(Arrival("view", session="place"))],
    Bandit: [
        of(Bandit((3, 2), Actor(reviews=Reviews(3), through=Explore())), Cased((3, 2))),
        of(Bandit((), Actor(reviews=QReviews(2)), ridge=0.1), Cased()),
    ],
    Before: [asks(Before("order", columns=("user", "amount"))), asks(Before("order", ("user",), named=True))],
    Daily: [asks(Daily("order", by="item", hour=2, alive_s=3 * DAY_S))],
    Decided: [DECIDED],
    Last: [cleans(Last("place", "user", keep_s=HOUR_S)), cleans(Last("amount", "item", keep_s=HOUR_S))],
    Messages: [of(HEARD, Logged(("order", "view", "heartbeat", "decision"), own=HEARD.own[:-1]))],
    Outcomes: [asks(Outcomes(After("view"), ("order", "cart"))), asks(Outcomes(After("order"), ("view",)))],
    Outliers: [cleans(Outliers("amount", "user", k=5, least=2, keep_s=HOUR_S))],
    QReviews: [of(QReviews(4), Valued()), of(QReviews(0), Valued())],
    Reviews: [of(Reviews(), Valued()), of(Reviews(1), Valued())],
    Rooted: [
        of(Rooted("order", ("view",), HOUR_S), Logged(("order", "view"))),
        of(Rooted("order", ("view",), HOUR_S, ("user",)), Logged(("order", "view"))),
    ],
    SessionEnd: [
        asks(SessionEnd("order", gap_s=0, unnamed="user")),
        asks(SessionEnd("view", by="user", gap_s=1800, carries=())),
    ],
    Undecided: [of(Undecided(), Thinned(("order", "view", "decision")))],
}
