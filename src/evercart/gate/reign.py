"""Reign: which racer of an app is live, what has been gathered against it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.losses import Loss
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.gate.evidence import Evidence
from evercart.gate.trial import Gathered, Trial
from evercart.units import DAY_S

_PAIR: Final = ("current", "challenger")
N, TOTAL = 0, 1  # of `measured`


class Reigning(NamedTuple):
    """What a reign remembers."""

    current: NDArray[np.int64]  # (1,) place of the racer that is live
    since: NDArray[np.int64]  # (1,) offset of the event by which it is; -1 before the first
    live: NDArray[np.uint64]  # (1,) the model that the event named, whether it races here or not; 0 before the first
    lines: NDArray[np.uint64]  # (racers,) the model that each racer is
    order: NDArray[np.int64]  # (racers,) 1 for the challenger enrolled first in this reign, then 2, ...; 0: not yet
    enrolled: NDArray[np.int64]  # (1,) challengers enrolled in this reign, those included that race no more
    silent: NDArray[np.int64]  # (racers,) questions of this reign that it did not answer with a number
    measured: NDArray[np.float64]  # (2,) questions, their losses: what the live racer lost before the first bet
    trials: tuple[Gathered, ...]  # of each racer against the live one


@dataclass(frozen=True)
class Reign:
    """The racers of an app, one of them live, the others its challengers.

    racers      names, the declared champion first; the columns of `Scored.guesses` begin with them
    lines       the model that each is at the beginning of the log, 16 hexadecimal digits
    clip        the most that one question's difference may count, in mean losses of the live racer
    measure     questions from which the unit of the clip is taken, at the beginning of each reign
    window_s, likely, keep_s, slices    see `Trial`

    A move or an enrolment is told by `crown` or `enrol`, between two batches. Each pair has a trial of its own,
    so that one who comes later starts with nothing, the others keep what they have.

    >>> from evercart.evaluate.losses import log_loss
    >>> reign = Reign(("continual", "hyper"), ("0" * 16, "1" * 16), log_loss, window_s=604_800)
    >>> reign.current(reign.start())
    'continual'
    """

    racers: tuple[str, ...]
    lines: tuple[str, ...]
    loss: Loss
    window_s: float
    clip: float = 2.0
    likely: float | None = None
    keep_s: float = 91 * DAY_S
    slices: tuple[str, ...] = ("all",)
    measure: int = 256

    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.racers) > 0, "reign.racers", "at least one racer", self.racers)
        require(len(set(self.racers)) == len(self.racers), "reign.racers", "names that differ", self.racers)
        require(len(self.lines) == len(self.racers), "reign.lines", f"{len(self.racers)} models", self.lines)
        _ = self._trial(1.0)

    def _trial(self, unit: float) -> Trial:
        clip = self.clip * unit
        return Trial(_PAIR, self.loss, clip, self.window_s, self.likely, max(self.keep_s, self.window_s), self.slices)

    def start(self) -> Reigning:
        """Return the reign of the declared champion, before anybody is enrolled."""
        racers = len(self.racers)
        return Reigning(
            current=np.zeros(1, np.int64),
            since=np.full(1, -1),
            live=np.zeros(1, np.uint64),
            lines=np.array([int(line, 16) for line in self.lines], np.uint64),
            order=np.zeros(racers, np.int64),
            enrolled=np.zeros(1, np.int64),
            silent=np.zeros(racers, np.int64),
            measured=np.zeros(2),
            trials=tuple(self._trial(1.0).start() for _ in self.racers),
        )

    def step(self, state: Reigning, batch: Scored) -> tuple[Reigning, NDArray[np.int64]]:
        """Gather evidence from judged questions; return (rows,) the place of the racer that is live."""
        live, lives = int(state.current[0]), np.full(len(batch), state.current[0])
        guesses = batch.guesses[:, : len(self.racers)]
        said = np.isfinite(guesses)
        state.silent[:] += (~said).sum(axis=0)
        bets = self._measure(state, batch, live) if len(batch) else 0
        if bets == len(batch):
            return state, lives
        trial, trials = self._trial(_unit(state)), list(state.trials)
        for place in range(len(self.racers)):
            if place != live:
                both = np.flatnonzero(said[bets:, live] & said[bets:, place]) + bets
                pair = replace(batch.rows(both), guesses=np.ascontiguousarray(guesses[both][:, [live, place]]))
                trials[place], _ = trial.step(trials[place], pair)
        return state._replace(trials=tuple(trials)), lives

    def _measure(self, state: Reigning, batch: Scored, live: int) -> int:
        """Take the unit of the clip from the first questions; return how many of the batch went into it."""
        rows = min(max(self.measure - int(state.measured[N]), 0), len(batch))
        for y, guess in zip(batch.y[:rows], batch.guesses[:rows, live], strict=True):  # one by one: cuts move no bit
            loss = float(self.loss.each(np.array([y]), np.array([guess]))[0])
            state.measured[TOTAL] += loss if np.isfinite(loss) else 0.0
        state.measured[N] += rows
        return rows

    def current(self, state: Reigning) -> str:
        """Return the name of the racer that is live."""
        return self.racers[int(state.current[0])]

    def line(self, state: Reigning, racer: str) -> str:
        """Return the model that a racer is now, 16 hexadecimal digits."""
        return f"{int(state.lines[self.racers.index(racer)]):016x}"

    def racer(self, state: Reigning, line: str) -> str | None:
        """Return which racer a model is now, or None."""
        found = np.flatnonzero(state.lines == np.uint64(int(line, 16)))
        return self.racers[int(found[0])] if len(found) else None

    def crown(self, state: Reigning, line: str, offset: int, anew: str = "") -> Reigning:
        """Begin the reign of a model with the event at an offset; the others are enrolled in the order they were.

        The first event only names who has been live since the beginning of the log: what was gathered stays.

        line    the model; for one that races no more, the declared champion stands in
        anew    the racer that is this model from now on, as it starts anew from an older revision; "": as they were
        """
        if anew:
            state.lines[self.racers.index(anew)] = int(line, 16)
        found, before = self.racer(state, line), int(state.current[0])
        place, first = self.racers.index(found) if found else 0, state.since[0] < 0
        state.since[0], state.live[0] = offset, int(line, 16)
        if first and found and place == before and not anew:
            return state  # it was live without being named
        last = np.iinfo(np.int64).max
        ranks = np.where(state.order > 0, state.order, last)
        ranks[before], ranks[place] = last - 1, last  # who steps down is enrolled last
        queue = [at for at in np.argsort(ranks, kind="stable") if ranks[at] < last]
        order = np.zeros_like(state.order)
        order[queue] = 1 + np.arange(len(queue))
        state.current[0], state.enrolled[0] = place, len(queue)
        state.silent[:], state.measured[:] = 0, 0
        return state._replace(order=order, trials=tuple(self._trial(1.0).start() for _ in self.racers))

    def enrol(self, state: Reigning, racer: str | None, *, anew: bool) -> Reigning:
        """Let a challenger into this reign; None: one that races no more, but has had its share of the level.

        anew    whether its evidence begins here; else it has been gathered from the beginning of the reign
        """
        state.enrolled[0] += 1
        if racer is None:
            return state
        place, trials = self.racers.index(racer), list(state.trials)
        state.order[place] = state.enrolled[0]
        if anew:
            trials[place] = self._trial(1.0).start()
            state.silent[place] = 0
        return state._replace(trials=tuple(trials))

    def enrolled(self, state: Reigning) -> Sequence[str]:
        """Return the challengers that may be judged, in the order in which they were enrolled."""
        return [self.racers[at] for at in np.argsort(state.order, kind="stable") if state.order[at] > 0]

    def evidence(
        self, state: Reigning, racer: str, *, behind: int | None = None, guess_us: float | None = None
    ) -> Evidence:
        """Return what is known about a challenger, both named by their models; see `Trial.evidence`."""
        place = self.racers.index(racer)
        found = self._trial(_unit(state)).evidence(state.trials[place], _PAIR[1], behind=behind, guess_us=guess_us)
        return replace(
            found,
            champion=self.line(state, self.current(state)),
            challenger=self.line(state, racer),
            enrolled=max(int(state.order[place]), 1),
            silent=int(state.silent[place]),
        )


def _unit(state: Reigning) -> float:
    """Return the mean loss that was measured; 1 where it was nothing."""
    n, total = state.measured
    return float(total / n) if n and total > 0 else 1.0
