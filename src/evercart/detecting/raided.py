"""Raided: frauds of a stream made again as their makers would make them to pass, asked about where they stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.detecting.reading import Payments
from evercart.detecting.reasoned import because
from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.tabling import Tabling
from evercart.fold import clone
from evercart.harden.attempts import Attempt, Others
from evercart.harden.moves import Prices
from evercart.harden.raids import Search, Strongest, Terms
from evercart.hashing import hash_name
from evercart.labels.pairs import Tick
from evercart.labels.turns import ASKED, Turns, tick_of
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.units import MINUTE_S, SECOND_US

NEVER_SEEN: Final = ("device", "address")  # parties that a fraudster makes anew; others he takes over from somebody
MINOR: Final = 100  # minor units in a major one
_TRIES: Final = 4  # other parties that he may look at
_GAP_US: Final = 5 * MINUTE_S * SECOND_US  # between the parts of one that is split


@dataclass(frozen=True)
class Raid:
    """How many frauds are made again, by what means.

    frauds    drawn among those after a share `since` of the payments
    budget    what may be spent on one, in major units of the currency
    knowing   whether another place is one where the payer paid before, rather than one where anybody did
    """

    frauds: int = 40
    budget: float = 20.0
    prices: Prices = field(default_factory=Prices)
    search: Search = field(default_factory=Strongest)
    seed: int = 7
    knowing: bool = False
    since: float = 0.25

    def __post_init__(self) -> None:
        require(self.frauds >= 0, "raid.frauds", "0 or more", self.frauds)
        require(0 <= self.budget < np.inf, "raid.budget", "0 or more and finite", self.budget)
        require(0 <= self.since < 1, "raid.since", "0 or more and less than 1", self.since)

    def drawn(self, label: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return which frauds, (at most `frauds`,) rising."""
        bad = np.flatnonzero(label == 1)
        bad = bad[bad >= int(self.since * len(label))]
        chosen: NDArray[np.int64] = np.sort(bad[np.argsort(uniform(self.seed, bad, "raid/frauds"))[: self.frauds]])
        return chosen


class Raided(NamedTuple):
    """What became of one fraud."""

    number: int  # of the payment
    clean: float  # the score it has
    score: float  # the score of the best attempt
    cost: float  # major units
    ways: tuple[str, ...]
    because: dict[str, float]  # what raised its own log odds, by reason; see `reasoned`


def parted(events: Events, victims: NDArray[np.int64], first_id: int, tick: Tick) -> Iterator[tuple[Events, int]]:
    """Cut whole ticks before each one that holds a fraud to be made again; yield it with that fraud, or -1.

    Of two in one tick the first is taken.
    """
    wanted = np.isin(events["id"], (victims + first_id).astype(np.uint64)) & (events.kind == kind_number("payment"))
    at = np.flatnonzero(wanted)
    ticks = tick_of(events.logged_us, events.offset, tick.us, tick.events)
    begins, which = np.unique(np.searchsorted(ticks, ticks[at]), return_index=True)
    chosen = events["id"][at[which]].astype(np.int64) - first_id
    if not len(begins) or begins[0] > 0:
        begins, chosen = np.append(0, begins), np.append(-1, chosen)
    for begin, end, victim in zip(begins.tolist(), [*begins[1:].tolist(), len(events)], chosen.tolist(), strict=True):
        yield events.rows(slice(begin, end)), victim


def others(found: Payments, row: int, seed: int, knowing: bool = False) -> Others:
    """Return parties that a payment could name: those of earlier payments, or such as were never seen.

    knowing    whether places are those of the payer's own earlier payments, where there are any
    """
    draws = uniform(seed, row * _TRIES + np.arange(_TRIES), "raid/others")
    made = np.array([hash_name(f"raid {seed} {row} {one}", 0) for one in range(_TRIES)], np.uint64)
    earlier = {name: keys[np.floor(draws * row).astype(np.int64)] for name, keys in found.parties.items()}
    payer = next((found.parties[name] for name in ("user", "card") if name in found.parties), None)
    if knowing and payer is not None and "place" in earlier:
        own = np.flatnonzero(payer[:row] == payer[row])
        if len(own):
            earlier["place"] = found.parties["place"][own[np.floor(draws * len(own)).astype(np.int64)]]
    return {name: made if name in NEVER_SEEN else keys for name, keys in earlier.items()}


class World(NamedTuple):
    """All that is known just before a payment."""

    tables: tuple[Tabling, ...]
    states: tuple[Any, ...]  # of the tables
    question: Events  # (1,) the question that is woven in before it
    payment: Events  # (1,)
    learner: Learner[Any]
    learned: Any  # the learner's state, as of the payment's tick

    def scores(self, attempts: Sequence[Attempt]) -> NDArray[np.float64]:
        """Return what the learner says of payments in the place of this one, (attempts,)."""
        whole = [one for one in attempts if one.parts == 1]
        at_once = iter(self._asked(self.states, whole) if whole else ())
        rows = [self._split(one) if one.parts > 1 else next(at_once)[None] for one in attempts]
        ends = np.cumsum([len(one) for one in rows])
        said: NDArray[np.float64] = np.maximum.reduceat(self._guesses(np.concatenate(rows)), np.append(0, ends[:-1]))
        return said

    def _asked(self, states: Sequence[Any], attempts: Sequence[Attempt]) -> NDArray[np.float32]:
        asked = _changed(self.question, attempts)
        return np.hstack([table.peek(state, asked) for table, state in zip(self.tables, states, strict=True)])

    def _split(self, attempt: Attempt) -> NDArray[np.float32]:
        """Return what stands at each part, (parts, columns), the parts before it made: on a copy of the tables."""
        states = [clone(state) for state in self.states]
        amount, x = attempt.says["amount"] // attempt.parts, []
        for part in range(attempt.parts):
            waits_us = attempt.waits_us + part * _GAP_US
            one = attempt._replace(says={**attempt.says, "amount": amount}, waits_us=waits_us)
            x.append(self._asked(states, [one]))
            named = {"id": np.array([hash_name(f"part {part}", 0)], np.uint64)}
            paid = Events({**_changed(self.payment, [one]).columns, **named})
            states = [table.step(state, paid)[0] for table, state in zip(self.tables, states, strict=True)]
        return np.concatenate(x)

    def because(self) -> dict[str, float]:
        """Return what raised the log odds of this payment, by reason."""
        x = [table.peek(state, self.question) for table, state in zip(self.tables, self.states, strict=True)]
        return because(self.learner, self.learned, self._turns(np.hstack(x)))

    def _guesses(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        return peek(self.learner, self.learned, self._turns(x))

    def _turns(self, x: NDArray[np.float32]) -> Turns:
        rows, us = len(x), int(self.question.logged_us[0])
        nothing, never = np.zeros(rows, np.int64), np.full(rows, np.nan)
        return Turns(
            what=np.full(rows, ASKED, np.int8),
            tick=nothing,
            offset=nothing,
            us=np.full(rows, us),
            number=np.arange(rows),
            y=never,
            was=never,
            weight=np.ones(rows),
            key=np.ones(rows, np.uint64),
            x=x,
        )


def _changed(row: Events, attempts: Sequence[Attempt]) -> Events:
    """Return one row as each attempt has it, (attempts,)."""
    columns = dict(row.rows(np.zeros(len(attempts), np.int64)).columns)
    for name in attempts[0].says:
        columns[name] = np.array([one.says[name] for one in attempts], columns[name].dtype)
    waits = np.array([one.waits_us for one in attempts], np.int64)
    return Events({**columns, "logged_us": columns["logged_us"] + waits, "event_us": columns["event_us"] + waits})


def raided(raid: Raid, world: World, found: Payments, number: int) -> Raided:
    """Return what becomes of a fraud that is made again to look good to a learner."""
    parties = [name for name in found.parties if (found.parties[name] != 0).any()]
    begin = Attempt({name: int(world.question[name][0]) for name in (*parties, "amount")})
    terms = Terms(
        raid.prices.moves(parties, MINOR), raid.budget * MINOR, others(found, number, raid.seed, raid.knowing)
    )
    best = raid.search(begin, terms, world.scores, raid.seed + number)
    return Raided(number, best.clean, best.score, best.attempt.cost / MINOR, best.attempt.ways, world.because())
