"""Live: actions on decisions one after the other, going on from what the log holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from evercart.acting.actor import Actor, Risks
from evercart.asks.weave import DECISION
from evercart.events.batch import Events
from evercart.hashing import U64, hash_name
from evercart.log import Log
from evercart.units import DAY_US, MISSING

BACK_D: Final = 14  # days of decisions that the reviews go on from: older ones have faded to a twentieth
MOST_READ: Final = 1 << 22  # rows of the log, from its end, in which these are looked for
_STRETCH: Final = 1 << 16  # rows read at once
_COLUMNS: Final = ("app", "guess", "amount", "action")


class Acting:
    """What is done about each payment that a process answers about.

    actor    what acts
    app      the name of the app whose decisions these are

    It goes on from the log: reviews that decisions of today took, how large savings of late were. Each process that
    answers has the rest of the day's reviews to itself. Whether a payment is let through hangs on its decision's id
    with the log's key alone.
    """

    def __init__(self, actor: Actor, app: str, log: Log) -> None:
        self._actor, self._key = replace(actor, seed=log.key), log.key
        self._state = resumed(actor, app, log)

    def act(self, id: str, us: int, chance: float, amount: int | None) -> tuple[int, float]:
        """Return the action on a payment, a place in `ACTIONS`, with the chance it was drawn with.

        id        of the decision
        us        when it is made
        chance    of fraud
        amount    minor units; None counts as 0
        """
        place = np.array([hash_name(id, self._key) >> 1], np.int64)
        risks = Risks(place, np.array([us]), np.array([min(max(chance, 0.0), 1.0)]), np.array([amount or 0]))
        self._state, acted = self._actor.step(self._state, risks)
        return int(acted.action[0]), float(acted.chance[0])


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
