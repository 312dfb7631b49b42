"""Hindsight: what acting on a model's chances would have cost over a shop's log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Actor, Risks
from evercart.acting.reviews import Reviews
from evercart.acting.tally import Terms, tally
from evercart.app import App
from evercart.asks.weave import DECISION
from evercart.evaluate.scored import Scored
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.labels.turns import ASKED, Turns
from evercart.units import MISSING

_PAYMENT: Final = kind_number("payment")


def asks_before_payments(app: App) -> bool:
    """Return whether an app is asked before payments, with their amounts."""
    return app.asks.kind == "payment" and "amount" in app.asks.reads


class Amounts:
    """What payments, decisions about them say of money, kept as a log passes by."""

    def __init__(self) -> None:
        self._offset: list[NDArray[np.int64]] = []
        self._amount: list[NDArray[np.int64]] = []

    def noted(self, batches: Iterator[Events]) -> Iterator[Events]:
        """Yield the same batches."""
        for events in batches:
            rows = np.flatnonzero((events.kind == _PAYMENT) | (events.kind == DECISION))
            self._offset.append(events.offset[rows].copy())
            self._amount.append(events["amount"][rows].copy())
            yield events

    def at(self, offset: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the amounts of rows, (rows,) minor units, 0 where there is none."""
        known, amount = np.concatenate(self._offset), np.concatenate(self._amount)
        place = np.minimum(np.searchsorted(known, offset), len(known) - 1)
        found = np.where((known[place] == offset) & (amount[place] != MISSING), amount[place], 0)
        return np.asarray(found, np.int64)


def hindsight(app: App, turns: Turns, scored: Scored, amounts: Amounts, since_us: int) -> dict[str, Any]:
    """Return the costs of ways to act on the champion's chances; see `tally`. Empty where nothing was judged.

    since_us    payments asked about later are counted; the best threshold is looked for on those before

    Where the app states no costs they are assumed: `stated` says which.
    """
    later = scored.us > since_us
    if not asks_before_payments(app) or not later.any():
        return {}
    asked = turns.rows(turns.what == ASKED)
    offset = asked.offset[np.searchsorted(asked.number, scored.number)]
    guess = np.clip(scored.guesses[:, 0], 0.0, 1.0)
    actor = app.acts or Actor()
    a_day = actor.reviews.a_day if isinstance(actor.reviews, Reviews) else Terms.reviews_a_day
    risks = Risks(scored.number, scored.us, guess, amounts.at(offset))
    found = tally(risks, (scored.y == 1).astype(np.int64), ~later, later, Terms(actor.costs, a_day))
    return {"stated": app.acts is not None, **found}
