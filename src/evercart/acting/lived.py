"""Lived: live decisions on payments with what came of each, read off the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.acting.costs import ACTIONS, DECLINE, REVIEW, Costs, expected_costs
from evercart.asks.logged import decoded, layout
from evercart.asks.weave import DECISION
from evercart.batch import Batch
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column, chosen
from evercart.hashing import U64, hash_name
from evercart.log import Log
from evercart.units import DAY_US, MISSING, SECOND_US

MOST_READ: Final = 1 << 22  # rows of the log, from its end, in which decisions are looked for
_AT_ONCE: Final = 1 << 14  # decisions held in memory with their features
_PAYMENT, _CHARGEBACK, _RESOLVED = (kind_number(name) for name in ("payment", "chargeback", "resolved"))
_KINDS: Final = (DECISION, _PAYMENT, _CHARGEBACK, _RESOLVED)
_COLUMNS: Final = ("id", "ref", "app", "amount", "guess", "action", "chance", "fraud")


@dataclass(frozen=True)
class Lived(Batch):
    """Decisions that said what to do, in the order of the log.

    offset    (decisions,) where each stands
    us        (decisions,) int64
    guess     (decisions,) chance of fraud, as told
    amount    (decisions,) int64 minor units, 0 where there is none
    action    (decisions,) a place in `ACTIONS`
    drawn     (decisions,) the chance that this action had
    made      (decisions,) whether the payment was made
    fraud     (decisions,) 1 fraud, 0 not, as far as is known by the end of the log
    found     (decisions,) whether a reviewer said so
    closed    (decisions,) whether nothing more is waited for
    """

    offset: NDArray[np.int64]
    us: NDArray[np.int64]
    guess: NDArray[np.float64]
    amount: NDArray[np.int64]
    action: NDArray[np.int64]
    drawn: NDArray[np.float64]
    made: NDArray[np.bool_]
    fraud: NDArray[np.int64]
    found: NDArray[np.bool_]
    closed: NDArray[np.bool_]

    @property
    def day(self) -> NDArray[np.int64]:
        """Return the day of each, UTC."""
        found: NDArray[np.int64] = self.us // DAY_US
        return found

    def expected(self, costs: Costs) -> NDArray[np.float64]:
        """Return what each action was expected to lose beside declining, (decisions, actions) minor units."""
        table = expected_costs(self.guess, self.amount, costs)
        return table - table[:, DECLINE:]

    def lost(self, costs: Costs) -> NDArray[np.float64]:
        """Return what each decision lost beside declining its payment, (decisions,) minor units; see `Cases`.

        A payment that was not made, by who failed or gave up over a challenge, lost the price of what was done alone.
        So did a fraud that a review found in time. What else good payments earn, what frauds that pass cost, is as
        stated.
        """
        truth = expected_costs((self.fraud == 1).astype(np.float64), self.amount, costs)
        through = truth[:, 0] - truth[:, DECLINE]
        price = np.zeros(len(ACTIONS))
        price[1:DECLINE] = costs.challenge_minor, costs.review_s / 3600 * costs.hour_minor
        stopped = (self.action == DECLINE) | ((self.action == REVIEW) & self.found & (self.fraud == 1))
        return price[self.action] + np.where(self.made & ~stopped, through, 0.0)


def lived(log: Log, app: str, after_s: float, most: int = MOST_READ) -> Lived:
    """Return the live decisions of an app that said what to do.

    after_s    so long after a decision nothing more is waited for: silence says that it was good
    most       rows of the log that are looked at, from its end
    """
    parts = list(log.read(max(0, log.next_offset - most), columns=_COLUMNS, kinds=_KINDS))
    rows = Events.concat(parts) if parts else Events.of(**{name: [] for name in (*_COLUMNS, "kind", "offset")})
    own = (rows.kind == DECISION) & (rows["app"] == U64(hash_name(app, log.key)))
    asked = rows.rows(own & np.isfinite(rows["guess"]) & (rows["action"] != MISSING))
    paid = rows.rows((rows.kind == _PAYMENT) & (rows["ref"] != 0))
    answers = rows.rows(np.isin(rows.kind, (_CHARGEBACK, _RESOLVED)) & (rows["ref"] != 0))
    payment: dict[int, int] = dict(zip(paid["ref"].tolist(), paid["id"].tolist(), strict=True))
    said = zip(((answers.kind == _CHARGEBACK) | (answers["fraud"] == 1)).tolist(), answers.kind.tolist(), strict=True)
    told: dict[int, tuple[bool, int]] = dict(zip(answers["ref"].tolist(), said, strict=True))  # of several the last one
    ids = asked["id"].tolist()
    last = [told.get(payment.get(one, 0), told.get(one, (False, 0))) for one in ids]
    return Lived(
        asked.offset,
        asked.event_us,
        np.clip(asked["guess"], 0.0, 1.0),
        np.where(asked["amount"] == MISSING, 0, asked["amount"]),
        asked["action"],
        asked["chance"],
        np.array([one in payment for one in ids], np.bool_),
        np.array([fraud for fraud, _ in last], np.int64),
        np.array([kind == _RESOLVED for _, kind in last], np.bool_),
        log.last_us - asked.event_us > after_s * SECOND_US,
    )


def slots_known(
    log: Log, offset: NDArray[np.int64], columns: tuple[Column, ...], names: tuple[str, ...]
) -> NDArray[np.int64]:
    """Return what some slot columns said at decisions, (decisions, names); 0 where their features are gone.

    offset     (decisions,) where they stand, rising
    columns    of the app, all of them
    """
    places, mark = list(chosen(columns, names)), layout(columns)
    found = np.zeros((len(offset), len(names)), np.int64)
    for first in range(0, len(offset), _AT_ONCE):
        some = offset[first : first + _AT_ONCE]
        rows = log.names(int(some[0]), int(some[-1]) + 1, kinds=(DECISION,), columns=("offset", "x"))
        held, x = decoded(rows["x"], mark, len(columns))
        at = np.flatnonzero(np.isin(some, rows["offset"].to_numpy()[held]))
        own = np.isin(rows["offset"].to_numpy()[held], some)
        found[first + at] = x[own][:, places].astype(np.int64)
    return found
