"""Live: actions on decisions one after the other, going on from what the log holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Actor, Risks
from evercart.acting.bandit import Known, asked_of
from evercart.acting.learned import LEARNED, THRESHOLD, Policy, learned_from
from evercart.asks.weave import DECISION
from evercart.events.batch import Events
from evercart.features.columns import Column, chosen
from evercart.hashing import U64, hash_name
from evercart.log import Log
from evercart.units import DAY_US, MISSING

BACK_D: Final = 14  # days of decisions that the reviews go on from: older ones have faded to a twentieth
MOST_READ: Final = 1 << 22  # rows of the log, from its end, in which these are looked for
_NOTHING: Final = np.zeros(0, np.float32)
_STRETCH: Final = 1 << 16  # rows read at once
_COLUMNS: Final = ("app", "guess", "amount", "action")


class Acting:
    """What is done about each payment that a process answers about.

    actor    what acts
    app      the name of the app whose decisions these are
    columns  of the app, all of them, where a policy is learned

    It goes on from the log: reviews that decisions of today took, how large savings of late were. Each process that
    answers has the rest of the day's reviews to itself. Whether a payment is let through hangs on its decision's id
    with the log's key alone.
    """

    def __init__(self, actor: Actor, app: str, log: Log, columns: tuple[Column, ...] = ()) -> None:
        self._actor, self._key = replace(actor, seed=log.key), log.key
        self._app, self._log, self._columns = app, log, columns
        self._state = resumed(actor, app, log)
        self._context = list(chosen(columns, actor.learning.context)) if actor.learning else []
        self._day = -1
        self._policy: Policy | None = None

    def act(
        self, id: str, us: int, chance: float, amount: int | None, x: NDArray[np.float32] = _NOTHING
    ) -> tuple[int, float]:
        """Return the action on a payment, a place in `ACTIONS`, with the chance it was drawn with.

        id        of the decision
        us        when it is made
        chance    of fraud
        amount    minor units; None counts as 0
        x         (columns,) what the app's columns say
        """
        place = np.array([hash_name(id, self._key) >> 1], np.int64)
        risks = Risks(place, np.array([us]), np.array([min(max(chance, 0.0), 1.0)]), np.array([amount or 0]))
        policy = self._learned(us)
        if policy is None:
            self._state, acted = self._actor.step(self._state, risks)
        else:
            cases = asked_of(risks, x[None, self._context].astype(np.int64))
            known, found = policy.bandit.step(Known(policy.models, self._state), cases)
            self._state, acted = known.reviews, found.acted
        return int(acted.action[0]), float(acted.chance[0])

    @property
    def lives(self) -> str:
        """Return which policy acts: `THRESHOLD`, `LEARNED`."""
        return LEARNED if self._policy else THRESHOLD

    def _learned(self, us: int) -> Policy | None:
        """Return the policy that acts in the place of the threshold; learned anew as each day begins."""
        if self._actor.learning is None:
            return None
        if us // DAY_US != self._day:
            self._day = us // DAY_US
            found = learned_from(self._log, self._app, self._columns, self._actor, self._actor.learning)
            self._policy = None if found.objection else found._replace(bandit=replace(found.bandit, actor=self._actor))
        return self._policy


def resumed(actor: Actor, app: str, log: Log) -> Any:
    """Return the reviews' state after the decisions of late that the log holds."""
    found = list[Events]()
    end, name = log.next_offset, U64(hash_name(app, log.key))
    least = max(0, end - MOST_READ)
    since = log.last_us - BACK_D * DAY_US
    while end > least:
        start = max(least, end - _STRETCH)
        parts = list(log.read(start, end, columns=_COLUMNS, kinds=(DECISION,)))
        found = parts + found
        if parts and parts[0].logged_us[0] < since:
            break
        end = start
    if not found:
        return actor.start()
    rows = Events.concat(found)
    rows = rows.rows((rows["app"] == name) & np.isfinite(rows["guess"]) & (rows.logged_us >= since))
    amount = np.where(rows["amount"] == MISSING, 0, rows["amount"])
    risks = Risks(rows.offset, rows.event_us, np.clip(rows["guess"], 0.0, 1.0), amount)
    return actor.resumed(risks, rows["action"])
