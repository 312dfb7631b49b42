"""Watch: everything about one app that may drift, looked at as one stage of the ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.drift import alarms as of
from evercart.evaluate.drift import delays
from evercart.evaluate.drift.adwin import Adwin, Window
from evercart.evaluate.drift.alarms import Alarms
from evercart.evaluate.drift.delays import Asked, Delays
from evercart.evaluate.drift.estimate import Cells, Estimate, foretold, no_cells
from evercart.evaluate.drift.rolling import Rolling, Weeks
from evercart.evaluate.drift.watched import released, tame
from evercart.evaluate.losses import Loss, log_loss
from evercart.evaluate.scored import Scored
from evercart.features.columns import Column
from evercart.fold import Grain
from evercart.labels.turns import ASKED, CORRECTION, SETTLED, Turns
from evercart.labels.values import Values
from evercart.units import DAY_S, DAY_US, SECOND_US

_GUESS: Final = (Column("guesses"),)
RISE: Final = Adwin(1e-6, least=128, grace=256, side="up", least_change=0.1, lasts_us=DAY_US)
SPREAD: Final = Rolling(_GUESS)
_BEGUN, _LABELS, _CURRENT = 0, 1, 2  # of `counts`
_LOST, _DUE, _EVEN, _GUESSES, _FEATURES = 0, 1, 2, 3, 4  # places in `names`
Input = tuple[Turns, Mapping[str, NDArray[np.float64]], Scored, int]


class Watching(NamedTuple):
    """The states of all that looks."""

    counts: NDArray[np.int64]  # (3,) when the first row came, labels so far, the live model; -1 before the first
    lost: Window
    due: Window
    even: Window
    cells: Cells
    guesses: Weeks
    features: Weeks
    delays: Weeks
    asked: Asked


class _Parts(NamedTuple):
    """What looks at how columns are spread; what hands out the delays."""

    guesses: Rolling
    features: Rolling
    delays: Rolling
    asked: Delays


class _Found(NamedTuple):
    """Alarms of one detector, with the row of the turns at which each was noticed."""

    alarms: Alarms
    row: NDArray[np.int64]


@dataclass(frozen=True)
class Watch:
    """Tell what moved about an app: its live model's losses, guesses, features, how its labels come.

    app        its name
    racers     names of the guesses, in the order of the columns of `Scored.guesses`
    columns    what the columns of X are
    loss       what is watched is the loss itself; of squared ones the miss
    rise       how a mean that rose is found: of losses as they are judged; of losses expected of guesses, as they are
               made; of losses less what was expected of them. The last two where labels are 0 or 1
    spread     how a column that is spread otherwise is found: features, guesses, delays of labels; its `columns`
               are not used
    quiet_s    for so long after the first row nothing is told: in a new shop everybody is new
    remember   of the last so many questions asked it is known when that was

    In an alarm `place` and `us` are those of the row of the log at which it was noticed; `since` is the number of a
    question (of delays: how many labels came before), `since_us` when that was asked (or came). A move of `current`
    begins losses and guesses anew. Nothing is held back for a batch: alarms stand in the order of rows.
    State: 66 KiB a column of X, 1.2 MiB beside.

    ADWIN rather than Page and Hinkley's test: it dates the change, needs no guess of its size in the loss's own unit,
    takes the spread from its window.

    >>> Watch("spend", ("continual",), (Column("age"),)).names[3:]
    ('guesses of spend', 'feature age', 'delays of spend', 'corrections of spend')
    """

    app: str
    racers: tuple[str, ...]
    columns: tuple[Column, ...]
    loss: Loss = log_loss
    rise: Adwin = RISE
    spread: Rolling = SPREAD
    quiet_s: float = 56 * DAY_S
    remember: int = 1 << 16
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(bool(self.app), "watch.app", "an app's name", self.app)
        require(len(self.racers) > 0, "watch.racers", "at least one", "none")
        require(self.quiet_s >= 0, "watch.quiet_s", "at least 0", self.quiet_s)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what is watched, by `Alarms.what`; delays are in seconds."""
        lost = f"{'miss' if self.loss.name == 'squared' else 'loss'} of {self.app}"
        always = (lost, f"expected {lost}", f"{lost} at an even mix of questions", f"guesses of {self.app}")
        features = tuple(f"feature {column.name}" for column in self.columns)
        return (*always, *features, f"delays of {self.app}", f"corrections of {self.app}")

    @cached_property
    def _parts(self) -> _Parts:
        guesses, features, late = (
            replace(self.spread, columns=columns) for columns in (_GUESS, self.columns, delays.COLUMNS)
        )
        return _Parts(guesses, features, late, Delays(self.remember))

    @cached_property
    def _estimate(self) -> Estimate | None:
        return Estimate(self.racers[0], self.loss) if self.loss.kind == "binary" else None

    def start(self) -> Watching:
        """Return the states before the first row."""
        parts, windows = self._parts, (self.rise.start(), self.rise.start(), self.rise.start())
        spread = parts.guesses.start(), parts.features.start(), parts.delays.start()
        return Watching(np.array([-1, 0, -1]), *windows, no_cells(), *spread, parts.asked.start())

    def step(self, state: Watching, batch: Input) -> tuple[Watching, Alarms]:
        """Return what moved.

        batch    turns; (rows of turns,) guesses by racer; what the race said of them; the live model's column
        """
        turns, guesses, scored, current = batch
        require(0 <= current < len(self.racers), "watch.current", f"0 to {len(self.racers) - 1}", current)
        if not len(turns):
            return state, of.none(of.ADWIN)
        state = self._reigned(state, current)
        if state.counts[_BEGUN] < 0:
            state.counts[_BEGUN] = turns.us[0]
        asked = np.flatnonzero(turns.what == ASKED)
        guess = guesses[self.racers[current]][asked]
        state, found = self._judged(state, turns, asked, guess, scored, current)
        state, more = self._asked(state, turns, asked, guess)
        state, late = self._came(state, turns)
        return state, self._in_order(state, turns, [*found, *more, late])

    def _reigned(self, state: Watching, current: int) -> Watching:
        """Forget what was about another model's guesses."""
        if state.counts[_CURRENT] == current:
            return state
        state.counts[_CURRENT] = current
        return state._replace(
            lost=self.rise.start(),
            due=self.rise.start(),
            even=self.rise.start(),
            cells=no_cells(),
            guesses=self._parts.guesses.start(),
        )

    def _judged(
        self,
        state: Watching,
        turns: Turns,
        asked: NDArray[np.int64],
        guess: NDArray[np.float64],
        scored: Scored,
        current: int,
    ) -> tuple[Watching, list[_Found]]:
        """Look at losses, as they were and as they are to be."""
        row, said = released(turns, scored.number), np.ascontiguousarray(scored.guesses[:, current])
        lost = tame(self.loss, self.loss.each(scored.y, said))
        window, alarms = self.rise.step(state.lost, Values(scored.number, scored.us, lost))
        state, found = state._replace(lost=window), [_found(alarms, _LOST, scored.number, row)]
        if self._estimate:
            number, us = turns.number[asked], turns.us[asked]
            due, even = foretold(self._estimate.rule, state.cells, asked, guess, row, scored.y, said)
            window, alarms = self.rise.step(state.due, Values(number, us, due))
            state = state._replace(due=window)
            found.append(_found(alarms, _DUE, number, asked))
            window, alarms = self.rise.step(state.even, Values(scored.number, scored.us, even))
            state = state._replace(even=window)
            found.append(_found(alarms, _EVEN, scored.number, row))
        return state, found

    def _asked(
        self, state: Watching, turns: Turns, asked: NDArray[np.int64], guess: NDArray[np.float64]
    ) -> tuple[Watching, list[_Found]]:
        """Look at what was asked, what was guessed."""
        number, us = turns.number[asked], turns.us[asked]
        weeks, alarms = self._parts.guesses.step(state.guesses, Values(number, us, guess[:, None]))
        state, found = state._replace(guesses=weeks), [_found(alarms, _GUESSES, number, asked)]
        weeks, alarms = self._parts.features.step(state.features, Values(number, us, turns.x[asked]))
        return state._replace(features=weeks), [*found, _found(alarms, _FEATURES, number, asked)]

    def _came(self, state: Watching, turns: Turns) -> tuple[Watching, _Found]:
        """Look at how labels come."""
        memory, waited = self._parts.asked.step(state.asked, turns)
        row = np.flatnonzero((turns.what == SETTLED) | (turns.what == CORRECTION))
        place = state.counts[_LABELS] + np.arange(len(row))
        state.counts[_LABELS] += len(row)
        weeks, alarms = self._parts.delays.step(state.delays, Values(place, waited.us, waited.value))
        found = _found(alarms, _FEATURES + len(self.columns), place, row)
        return state._replace(asked=memory, delays=weeks), found

    def _in_order(self, state: Watching, turns: Turns, found: list[_Found]) -> Alarms:
        """Return the alarms by the row at which they were noticed."""
        found = [one for one in found if len(one.alarms)]
        if not found:
            return of.none(of.ADWIN)
        alarms, row = Alarms.concat([one.alarms for one in found]), np.concatenate([one.row for one in found])
        order = np.lexsort((alarms.what, row))
        order = order[turns.us[row[order]] >= state.counts[_BEGUN] + round(self.quiet_s * SECOND_US)]
        columns: dict[str, Any] = vars(alarms.rows(order))
        return Alarms(**{**columns, "place": turns.offset[row[order]], "us": turns.us[row[order]]})


def _found(alarms: Alarms, first: int, place: NDArray[np.int64], row: NDArray[np.int64]) -> _Found:
    """Return alarms about values at these places, rising, which stand at these rows; `what` counts from `first`."""
    if not len(alarms):
        return _Found(alarms, row[:0])
    what = (alarms.what + first).astype(np.int16)
    return _Found(Alarms(**{**vars(alarms), "what": what}), row[np.searchsorted(place, alarms.place)])
