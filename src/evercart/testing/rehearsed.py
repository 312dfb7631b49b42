"""A rehearsal of known outcome, for tests of what shows it."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.losses import squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.rehearsal.plan import Plan
from evercart.rehearsal.rehearsed import Judged, Moved, Noticed, Rehearsed
from evercart.units import DAY_US

_EARLY = "labels: expected at least 1,000, got 20"
_EVEN = "evidence: expected at least 5.10 nats that it loses less, got '0.00 nats'"


def rehearsed(what: str = "drift", *, answered: bool = True, question: str = "how much?") -> Rehearsed:
    """Return a rehearsal of 40 days from 1970-01-01 on, two questions a day; the change comes with day 20.

    Squared losses a question: "continual" 1, from day 20 on 9; "other" 1, from day 20 on 4; "frozen" 16. A sabotage
    has the losses of the first two exchanged. "other" goes live with day 25 of a drift, is forced with day 15 of a
    sabotage, then taken back with day 25.

    >>> [move.why for move in rehearsed("sabotage").moves]
    ['first', 'force', 'turned']
    """
    n, names = 80, ("continual", "other", "frozen")
    day = np.arange(n) // 2
    guesses = np.stack([np.where(day < 20, 1.0, 3.0), np.where(day < 20, 1.0, 2.0), np.full(n, 4.0)], axis=1)
    moves = [Moved(9 * DAY_US, "", "continual", "first", "evercart", "")]
    back = Moved(_evening(24), "continual", "other", "gate", "evercart", "9.00 nats that it loses less")
    if what == "sabotage":
        guesses = guesses[:, [1, 0, 2]]
        moves.append(Moved(_evening(14), "continual", "other", "force", "somebody", ""))
        back = Moved(_evening(24), "other", "continual", "turned", "evercart", "settled evidence: 4.00 nats")
    report = Report(names, squared)
    rows = (np.arange(n), np.arange(n) * DAY_US // 2, np.zeros(n), np.arange(n).astype(np.uint64))
    scored = Scored(*rows, np.zeros(n, np.int16), guesses)
    verdicts = [
        Judged(_evening(day), "continual", "other", False, (text,), nats, 5.1, 20 * day)
        for day, text, nats in ((10, _EARLY, 0.1), (12, _EVEN, 0.2), (14, _EVEN, 0.0))
    ]
    return Rehearsed(
        what=what,
        app="spend",
        question=question,
        unit="EUR",
        seed=3,
        changed="nobody comes",
        plan=Plan(10 * DAY_US, 20 * DAY_US, 40 * DAY_US),
        report=report,
        days=report.days(scored),
        moves=(*moves, back) if answered else tuple(moves),
        verdicts=tuple(verdicts),
        noticed=(Noticed(_evening(21), "alarm", "loss moved from 1 to 9"),) if answered else (),
        events=600,
    )


def _evening(day: int) -> int:
    return (day + 1) * DAY_US - 60_000_000
