"""Tuned: settings of one learner raced on the stream, within a budget of work.

Work is counted, never timed, so that a replay races alike: a guess is a quarter of what it takes to guess then learn
(of the nets here 0.23), times the candidate's cost. What it was in CPU seconds, a report shows beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import ASKED, Turns
from evercart.learners.halving import emptied
from evercart.learners.judged import LOSSES, Asked, Loss, judge, nothing_asked
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.learners.published import periods
from evercart.learners.reasons.parts import Parts, parts, stacked
from evercart.units import DAY_US

Floats = NDArray[np.float64]
GUESS: Final = 0.25  # of the work of a question that is guessed, then learned
JUDGED, ROUNDS, LEADER, SUMMED = 0, 1, 2, 3  # of `counts`
_MOST: Final = 1e300
_NEVER: Final = int(np.iinfo(np.int64).min)


class Standings(NamedTuple):
    """How the race stands."""

    counts: NDArray[np.int64]  # (4,) questions judged, rounds over, who answers, questions whose losses are summed
    day: NDArray[np.int64]  # (1,) the day of the last row
    share: Floats  # (1,) of the questions that race
    sums: Floats  # (candidates,) losses of the round's later half; infinite once one was no number
    racing: NDArray[np.bool_]  # (candidates,)
    left: NDArray[np.int64]  # (candidates, 3) questions judged, summed by then, log time of leaving; -1 while it races
    work: NDArray[np.int64]  # (candidates, 2) questions guessed, labels learned
    seen: NDArray[np.int64]  # (2,) questions, labels
    raced: NDArray[np.bool_]  # (wait,) whether a question raced, in the place of its number
    asked: Asked
    learners: tuple[Any, ...]  # the state of one who left is empty


@dataclass(frozen=True)
class Tuned:
    """The learner that leads a race of successive halving which keeps within a budget.

    candidates    whom to race; the first answers until the first day is over
    names         what is said of each in a report
    costs         of each, as a multiple of the first one's CPU; a guide, not a measurement
    budget        most work, in learners like the first one
    loss          "logistic" (log loss of a probability) or "squared"
    first         judged questions of the first round; each later round has twice those of the one before it
    wait          the oldest question still open is waited for while no more than this were asked after it
    seed          of which questions race

    While all of them together cost more than the budget, they race on a share of the questions, drawn by number: the
    same for all, the larger the fewer are left. The rest is guessed by the leader, learned by nobody. So a race is
    the slower the smaller the budget; a learner loses what it did not learn meanwhile. Whoever leads, leaves or races
    on what share is settled as a day (UTC) begins. Guesses are judged as they were made, in the order of asking. Only
    the later half of each round counts: a short race, or a long memory of its start, favours who learns fast.

    State: that of all candidates, halved with each round.

    Source: as `Halving`.

    >>> from evercart.learners.mean import Mean
    >>> Tuned((Mean(0.1), Mean(0.9)), ("low", "high"), (1.0, 1.0), budget=1.0).share_of(np.array([True, True]), 0)
    0.42857142857142855
    """

    candidates: tuple[Learner[Any], ...]
    names: tuple[str, ...]
    costs: tuple[float, ...]
    budget: float = 2.0
    loss: Loss = "logistic"
    first: int = 4096
    wait: int = 1 << 16
    seed: int = 1
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        many = len(self.candidates)
        require(many > 1, "tuned.candidates", "at least two", many)
        for name in ("names", "costs"):
            require(len(getattr(self, name)) == many, f"tuned.{name}", f"{many} of them", getattr(self, name))
        require(all(0 < one < np.inf for one in self.costs), "tuned.costs", "finite numbers above 0", self.costs)
        require(self.budget >= 1, "tuned.budget", "at least 1", self.budget)
        require(self.loss in LOSSES, "tuned.loss", "logistic or squared", self.loss)
        for name in ("first", "wait"):
            require(getattr(self, name) >= 1, f"tuned.{name}", "at least 1", getattr(self, name))

    def start(self) -> Standings:
        """Return all candidates' first states, none ahead."""
        many = len(self.candidates)
        racing = np.ones(many, np.bool_)
        return Standings(
            np.zeros(4, np.int64),
            np.array([_NEVER]),
            np.array([self.share_of(racing, 0)]),
            np.zeros(many),
            racing,
            np.full((many, 3), -1),
            np.zeros((many, 2), np.int64),
            np.zeros(2, np.int64),
            np.zeros(self.wait, np.bool_),
            nothing_asked(self.wait, many),
            tuple(learner.start() for learner in self.candidates),
        )

    def share_of(self, racing: NDArray[np.bool_], leader: int) -> float:
        """Return the share of the questions on which some, (candidates,), may race within the budget."""
        costs = np.array(self.costs)
        guessing = GUESS * costs[leader]
        return float(min(1.0, max(self.budget - guessing, 0.0) / (costs[racing].sum() - guessing)))

    def step(self, state: Standings, turns: Turns) -> tuple[Standings, Floats]:
        """Guess, then learn, day by day."""
        guesses = np.full(len(turns), np.nan)
        for begin, stop, day in periods(turns, DAY_US):
            some = turns.rows(slice(begin, stop))
            state = self._dawn(state, day, int(some.us[0]))
            state, guesses[begin:stop] = self._race(state, some)
        return state, guesses

    def peek(self, state: Standings, turns: Turns) -> Floats:
        """Return what the leader guesses, as it will be on the day of a question."""
        guesses = np.full(len(turns), np.nan)
        for begin, stop, day in periods(turns, DAY_US):
            some = turns.rows(slice(begin, stop))
            leader = int(self._dawn(state, day, int(some.us[0])).counts[LEADER])
            guesses[begin:stop] = peek(self.candidates[leader], state.learners[leader], some)
        return guesses

    def parts(self, state: Standings, turns: Turns) -> Parts:
        """Return the parts of what the leader guesses, as it will be on the day of a question."""
        found = []
        for begin, stop, day in periods(turns, DAY_US):
            some = turns.rows(slice(begin, stop))
            leader = int(self._dawn(state, day, int(some.us[0])).counts[LEADER])
            found.append(parts(self.candidates[leader], state.learners[leader], some))
        leader, _ = self.leaders(state)
        return stacked(found) if found else parts(self.candidates[leader], state.learners[leader], turns)

    def leaders(self, state: Standings) -> tuple[int, int]:
        """Return the places of the candidates that answer today, that would answer from tomorrow on."""
        return int(state.counts[LEADER]), int(self._dawn(state, int(state.day[0]) + 1, 0).counts[LEADER])

    def _dawn(self, state: Standings, day: int, us: int) -> Standings:
        """Return the state as a day begins: who leads, who leaves; the state given stays as it is."""
        if day <= state.day[0] or state.racing.sum() == 1:
            return state._replace(day=np.array([max(day, int(state.day[0]))]))
        counts, racing, left, sums = state.counts.copy(), state.racing.copy(), state.left.copy(), state.sums
        ranked = np.argsort(np.where(racing, np.minimum(state.sums, _MOST), np.inf), kind="stable")
        if counts[SUMMED]:
            counts[LEADER] = ranked[0]
        learners, asked, raced, many = state.learners, state.asked, state.raced, int(racing.sum())
        if counts[JUDGED] >= self.first * (2 ** (counts[ROUNDS] + 1) - 1):
            leaving = ranked[(many + 1) // 2 : many]
            racing[leaving], left[leaving] = False, (counts[JUDGED], counts[SUMMED], us)
            if racing.sum() > 1:
                counts[SUMMED], sums = 0, np.where(racing, 0.0, sums)
            counts[ROUNDS] += 1
            learners = tuple(emptied(one) if at in leaving else one for at, one in enumerate(learners))
            if racing.sum() == 1:
                asked, raced = nothing_asked(0, len(racing)), np.zeros(0, np.bool_)
        return state._replace(
            counts=counts,
            day=np.array([day]),
            share=np.array([self.share_of(racing, int(counts[LEADER]))]),
            sums=sums,
            racing=racing,
            left=left,
            raced=raced,
            asked=asked,
            learners=learners,
        )

    def _race(self, state: Standings, turns: Turns) -> tuple[Standings, Floats]:
        """Step whoever races over turns of one day."""
        question, leader = turns.what == ASKED, int(state.counts[LEADER])
        races = uniform(self.seed, turns.number, "tuned/race") < state.share[0]
        said, learners = np.zeros((len(turns), len(self.candidates))), list(state.learners)
        state.seen[:] += (question.sum(), len(turns) - question.sum())
        for one in np.flatnonzero(state.racing):
            given = np.flatnonzero(races | question if one == leader else races)
            said[:, one] = np.nan
            if len(given):
                learners[one], said[given, one] = self.candidates[one].step(learners[one], turns.rows(given))
            state.work[one] += (question[given].sum(), len(given) - question[given].sum())
        guesses, state = said[:, leader].copy(), state._replace(learners=tuple(learners))
        if state.racing.sum() == 1:
            return state, guesses
        said[~races] = 0.0  # of these nobody is judged
        judged = judge(state.asked, self.loss, turns, said)
        losses = judged.losses[_raced(state.raced, turns.number[question], races[question], judged.number)]
        state.counts[JUDGED] += len(losses)
        rounds = int(state.counts[ROUNDS])
        counted = int(state.counts[JUDGED]) - self.first * (2**rounds - 1) - self.first * 2**rounds // 2
        losses = losses[len(losses) - min(max(counted, 0), len(losses)) :]
        losses = np.where(state.racing, np.where(np.isfinite(losses), losses, np.inf), 0.0)
        state.counts[SUMMED] += len(losses)
        return state._replace(sums=np.cumsum(np.vstack([state.sums, losses]), axis=0)[-1]), guesses


def _raced(
    kept: NDArray[np.bool_], asked: NDArray[np.int64], races: NDArray[np.bool_], judged: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which judged questions raced; keep, in place, which of those asked now do.

    asked, judged    numbers, rising
    """
    found = kept[judged % len(kept)]
    if len(asked):
        new = judged >= asked[0]
        found[new] = races[np.searchsorted(asked, judged[new])]
        kept[asked % len(kept)] = races
    return found


class Raced(NamedTuple):
    """What became of a candidate; `left_us` is -1 while it races, `loss` the mean over the last round's later half."""

    name: str
    leads: bool
    left_us: int
    judged: int
    loss: float
    learned: int
    work: float  # in questions guessed, then learned, by the first candidate


class Ledger(NamedTuple):
    """A race as a report shows it: work done against work allowed, each in questions of the first candidate."""

    work: float
    allowed: float
    candidates: tuple[Raced, ...]


def ledger(tuned: Tuned, state: Standings) -> Ledger:
    """Return how a race went so far, the leader first, then by how long each has raced.

    >>> from evercart.learners.mean import Mean
    >>> race = Tuned((Mean(0.1), Mean(0.9)), ("low", "high"), (1.0, 1.0))
    >>> [one.name for one in ledger(race, race.start()).candidates]
    ['low', 'high']
    """
    rows = []
    for one, name in enumerate(tuned.names):
        questions, labels = (int(count) for count in state.work[one])
        judged, summed, left_us = (int(number) for number in state.left[one])
        if left_us < 0:
            judged, summed = (int(number) for number in state.counts[[JUDGED, SUMMED]])
        loss = float(state.sums[one] / summed) if summed else float("nan")
        work = tuned.costs[one] * _work(questions, labels)
        leads = one == state.counts[LEADER]
        rows.append(Raced(name, bool(leads), left_us, judged, loss, labels, work))
    rows.sort(key=lambda row: (not row.leads, row.left_us >= 0, -row.judged, row.loss))
    allowed = tuned.budget * _work(*(int(count) for count in state.seen))
    return Ledger(sum(row.work for row in rows), allowed, tuple(rows))


def _work(questions: int, labels: int) -> float:
    return GUESS * questions + (1 - GUESS) * labels
