"""Halving: many learners race, the worse half leaves after each round, the last one stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, Turns
from evercart.learners.judged import LOSSES, Asked, Judged, Loss, judge, looks, nothing_asked
from evercart.learners.learner import Learner, tick_stop
from evercart.learners.reasons.parts import Parts, parts

Floats = NDArray[np.float64]
_JUDGED, _ROUND, _LEADER = 0, 1, 2  # of `counts`
_MOST: Final = 1e300  # whoever races stands before whoever has left
_STRETCH: Final = 4096  # rows after which those who left need not be stepped any more


class Heat(NamedTuple):
    """How the race stands."""

    counts: NDArray[np.int64]  # (3,) questions judged, rounds over, who leads
    sums: Floats  # (candidates,) losses while in the race; infinite once one was no number
    racing: NDArray[np.bool_]  # (candidates,)
    asked: Asked
    learners: tuple[Any, ...]  # the state of one who left is empty


@dataclass(frozen=True)
class Halving:
    """The learner that leads a race of successive halving.

    candidates    whom to race; the first leads until a question is judged. See `grid`
    loss          "logistic" (log loss of a probability) or "squared"
    first         judged questions of the first round; each later round has twice those of the one before it
    wait          the oldest question still open is waited for while no more than this were asked after it

    After each round those with the least summed loss stay, half of them, rounded up, until there is one. Guesses are
    judged as they were made, in the order of asking, up to the oldest open question: were they judged as they settle,
    the most hopeful candidate would win. What is judged in a tick changes who leads from the next tick on. Losses are
    summed from the beginning; more than half of what is summed is of the last round.

    CPU of n candidates: that of n learners in the first round, of n / 2 in the next one; over the `first` * (n - 1)
    questions of the race n * log2(n) / (n - 1) learners on average, afterwards of one. State: n learners', halved
    with each round; 16 + 8 n bytes for each question of `wait`, none after the race.

    It races once. A short race favours who learns fast, not who ends best: raced anew over what is remembered at
    each alarm (`Restarted(Halving(...), ...)`) it chose worse than whoever had won at first.

    Source: Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits", ICML 2013, algorithm 1;
    Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016.

    >>> from evercart.learners.mean import Mean
    >>> Halving((Mean(0.1), Mean(0.9))).start().racing.tolist()
    [True, True]
    """

    candidates: tuple[Learner[Any], ...]
    loss: Loss = "logistic"
    first: int = 2048
    wait: int = 1 << 16
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self.candidates) > 1, "halving.candidates", "at least two", len(self.candidates))
        require(self.loss in LOSSES, "halving.loss", "logistic or squared", self.loss)
        for name in ("first", "wait"):
            require(getattr(self, name) >= 1, f"halving.{name}", "at least 1", getattr(self, name))

    def start(self) -> Heat:
        """Return all candidates' first states, none ahead."""
        many = len(self.candidates)
        states = tuple(learner.start() for learner in self.candidates)
        return Heat(
            np.zeros(3, np.int64), np.zeros(many), np.ones(many, np.bool_), nothing_asked(self.wait, many), states
        )

    def step(self, state: Heat, turns: Turns) -> tuple[Heat, Floats]:
        """Guess, then learn, tick by tick."""
        guesses = np.full(len(turns), np.nan)
        for at, stop, _ in looks(turns.tick, _STRETCH, np.zeros(1, np.int64)):
            if state.racing.sum() == 1:
                state, guesses[at:] = self._alone(state, turns.rows(slice(at, None)))
                break
            state, guesses[at:stop] = self._race(state, turns.rows(slice(at, stop)))
        return state, guesses

    def parts(self, state: Heat, turns: Turns) -> Parts:
        """Return the leader's parts: questions alone do not change who leads."""
        leader = self.leader(state)
        return parts(self.candidates[leader], state.learners[leader], turns)

    def leader(self, state: Heat) -> int:
        """Return the place of the candidate that answers."""
        return int(state.counts[_LEADER])

    def _alone(self, state: Heat, turns: Turns) -> tuple[Heat, Floats]:
        one = self.leader(state)
        states = list(state.learners)
        states[one], guesses = self.candidates[one].step(states[one], turns)
        return state._replace(learners=tuple(states)), guesses

    def _race(self, state: Heat, turns: Turns) -> tuple[Heat, Floats]:
        said, states = np.zeros((len(turns), len(self.candidates))), list(state.learners)
        for one in np.flatnonzero(state.racing):
            states[one], said[:, one] = self.candidates[one].step(states[one], turns)
        judged = judge(state.asked, self.loss, turns, said)
        guesses = _lead(self.first, state.counts, state.sums, state.racing, turns.tick, turns.what, said, judged)
        return self._left(state._replace(learners=tuple(states))), guesses

    def _left(self, state: Heat) -> Heat:
        """Return the state without what was kept for those who have left: they may have done so before the last row."""
        states = [one if racing else emptied(one) for one, racing in zip(state.learners, state.racing, strict=True)]
        state.asked.guesses[:, ~state.racing] = 0.0
        over = state.racing.sum() == 1
        return state._replace(
            learners=tuple(states), asked=nothing_asked(0, len(self.candidates)) if over else state.asked
        )


@kernel
def _lead(
    first: int,
    counts: NDArray[np.int64],
    sums: Floats,
    racing: NDArray[np.bool_],
    tick: NDArray[np.int64],
    what: NDArray[np.int8],
    said: Floats,
    judged: Judged,
) -> Floats:
    """Return what the leader of each tick said; then count what was judged in it."""
    guesses = np.full(len(tick), np.nan)
    start, at = 0, 0
    while start < len(tick):
        stop = tick_stop(tick, start)
        for row in range(start, stop):
            if what[row] == ASKED:
                guesses[row] = said[row, counts[_LEADER]]
        while at < len(judged.row) and judged.row[at] < stop:
            _count(first, counts, sums, racing, judged.losses[at])
            at += 1
        start = stop
    return guesses


@kernel
def _count(first: int, counts: NDArray[np.int64], sums: Floats, racing: NDArray[np.bool_], losses: Floats) -> None:
    """Add the losses of one question; close the round that it completes; see who leads."""
    if racing.sum() == 1:
        return
    for one in range(len(sums)):
        if racing[one]:
            sums[one] = sums[one] + losses[one] if np.isfinite(losses[one]) else np.inf
    counts[_JUDGED] += 1
    ranked = np.argsort(np.where(racing, np.minimum(sums, _MOST), np.inf), kind="mergesort")
    counts[_LEADER] = ranked[0]
    if counts[_JUDGED] == first * (2 ** (counts[_ROUND] + 1) - 1):
        counts[_ROUND] += 1
        racing[ranked[(racing.sum() + 1) // 2 :]] = False


def emptied(state: Any) -> Any:
    """Return a state whose arrays hold nothing: that of one who has left."""
    if isinstance(state, np.ndarray):
        return np.zeros((0,) * state.ndim, state.dtype)
    parts = [emptied(part) for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
