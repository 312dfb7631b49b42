"""Pairs: hold each question until what came of it is known.

Silence is a label too, but only once the window has closed. A "yes" comes at once, a sum at the close. What
is logged up to `late_s` after the close, about a time within the window, is a correction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.actions import STOPS
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64, mix_columns
from evercart.labels.answers import Answer
from evercart.labels.book import TURN, Book, Counts, book, with_room
from evercart.labels.settle import Out, Rows, Rule, settle
from evercart.labels.turns import Turns, tick_of
from evercart.units import DAY_S, MISSING, SECOND_US

CENTURY_S: Final = 36_525 * DAY_S


@dataclass(frozen=True)
class Tick:
    """The stretch of log after which weights move, whichever ends first."""

    us: int = SECOND_US
    events: int = 4096

    def __post_init__(self) -> None:
        require(self.us > 0, "tick.us", "more than 0", self.us)
        require(self.events > 0, "tick.events", "more than 0", self.events)


@dataclass(frozen=True)
class Pairs:
    """Turn questions, with their features, into guesses that are due and labels to learn.

    The window is (asked, asked + window_s]; it closes at the first row logged after it. An event counts at
    its own time, or at the log's where that is earlier: nothing is known before it is logged. From
    `provisional_s` on, silence is learned with `provisional_weight`, and the rest of the weight at the close.
    A question about nobody (key 0) is guessed, then abandoned: silence would not mean no. So is a decision that
    stopped what it is about: a payment that was declined is never charged back.
    """

    answers: tuple[Answer, ...]
    window_s: float
    late_s: float = 0.0
    provisional_s: float | None = None
    provisional_weight: float = 0.5
    tick: Tick = Tick()
    width: int = 0  # of X
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.answers) > 0, "pairs.answers", "at least one", self.answers)
        first = self.answers[0]
        for answer in self.answers:
            same = replace(answer, kind=first.kind, column=first.column, says=first.says) == first
            require(same, "pairs.answers", "answers alike but for kind, column, whether they say", answer)
        require(0 < self.window_s <= CENTURY_S, "pairs.window_s", "more than 0, at most a century", self.window_s)
        require(0 <= self.late_s <= CENTURY_S, "pairs.late_s", "at least 0, at most a century", self.late_s)
        if self.provisional_s is not None:
            require(
                0 < self.provisional_s < self.window_s, "pairs.provisional_s", "within the window", self.provisional_s
            )
            require(first.at_once, "pairs.provisional_s", "answers that say yes at once", first)
        require(0 < self.provisional_weight < 1, "pairs.provisional_weight", "between 0 and 1", self.provisional_weight)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        about = ["about"] if self.answers[0].apart else []
        columns = [a.column for a in self.answers if a.column]
        named = ["id", "action"] if self.by == "ref" else []
        return tuple(dict.fromkeys([self.by, *named, *columns, *about, "live"]))

    @property
    def by(self) -> str:
        """Return the column that says whom a question is about."""
        return self.answers[0].by

    def start(self) -> Book:
        """Return the state before the first row."""
        return book(self.width)

    def step(self, state: Book, batch: tuple[Events, NDArray[np.float32]]) -> tuple[Book, Turns]:
        """Return what is due, in the order of the log: (woven events, X of their questions) -> Turns."""
        woven, x = batch
        questions = woven["number"] >= 0
        state = with_room(state, int(np.count_nonzero(questions)))
        rows = Rows(
            woven.logged_us,
            np.minimum(woven.event_us, woven.logged_us),
            woven["number"],
            self._keys(woven),
            *self._answers(woven),
            (woven["live"] == 1) & ~questions,
        )
        out = Out(np.zeros(1, np.int64), np.empty(4 * (len(woven) + state.held), TURN))
        at = 0
        while (at := settle(self._rule(), state, rows, np.ascontiguousarray(x, np.float32), out, at)) < len(woven):
            out = out._replace(turns=np.concatenate([out.turns, np.empty_like(out.turns)]))
        return state, self._turns(state, woven, out.turns[: out.size[0]])

    def counts(self, state: Book) -> dict[str, int]:
        """Return how many questions and labels there were, by what became of them."""
        return {name: int(state.counts[place]) for name, place in Counts.__members__.items()}

    def _keys(self, woven: Events) -> NDArray[np.uint64]:
        """Return whom each row is about; where answers are apart, together with the kind that is asked about."""
        if self.by == "ref":  # a logged decision goes by its id, an implied question by that of what it is about
            decided = (woven["number"] >= 0) & (woven["id"] != 0)
            keys = np.where(decided, woven["id"], woven["ref"])
            return np.where(decided & np.isin(woven["action"], STOPS), U64(0), keys)
        if not self.answers[0].apart:
            return woven[self.by]
        kind = np.where(woven["number"] >= 0, woven["about"], woven.kind)
        return mix_columns(woven[self.by], np.maximum(kind, 0).astype(np.uint64))

    def _rule(self) -> Rule:
        def us(seconds: float) -> int:
            return round(seconds * SECOND_US)

        first = self.answers[0]
        hint_us = us(self.provisional_s) if self.provisional_s is not None else -1
        hint = self.provisional_weight
        revised = any(answer.says for answer in self.answers)
        return Rule(
            us(self.window_s), us(self.late_s), hint_us, hint, not first.at_once, first.scale, first.most, revised
        )

    def _answers(self, woven: Events) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Return which rows answer, and what each adds to a total."""
        is_answer = np.zeros(len(woven), np.bool_)
        adds = np.zeros(len(woven), np.int64)
        for answer in self.answers:
            of_kind = (woven.kind == kind_number(answer.kind)) & (woven[self.by] != 0)
            if answer.column:
                of_kind &= woven[answer.column] != MISSING
            adds += np.where(of_kind, woven[answer.column] if answer.column else 1, 0)
            is_answer |= of_kind
        return is_answer, adds

    def _turns(self, state: Book, woven: Events, due: NDArray[np.void]) -> Turns:
        row, number = due["row"], due["number"].copy()
        held = number & (len(state.rows.x) - 1)  # rings were given room: rows dropped in this batch still stand
        offset, us = woven.offset[row], woven.logged_us[row]
        tick = tick_of(us, offset, self.tick.us, self.tick.events)
        y, was, weight = (due[name].copy() for name in ("y", "was", "weight"))
        key, x = state.rows.about["key"][held], state.rows.x[held]
        return Turns(due["what"].astype(np.int8), tick, offset, us, number, y, was, weight, key, x)
