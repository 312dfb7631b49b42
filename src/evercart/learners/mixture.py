"""Mixture: guesses of several learners, weighed by how well each has guessed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain, packed, unpacked
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, working_order
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts
from evercart.remembered import filled, spread

_SURE = 1e-6  # no probability counts as nearer to 0 or 1 where it is judged
_NEAREST = 1e-15  # nor as nearer than this where log odds are averaged


class Trust(NamedTuple):
    """How far each learner is trusted, with what each guessed about the questions still remembered."""

    shares: NDArray[np.float64]  # (learners,) positive; they sum to 1
    numbers: NDArray[np.int64]  # (remember,) the question in each place, or -1
    guesses: NDArray[np.float64]  # (remember, learners)
    learners: tuple[Any, ...]

    def packed(self) -> Trust:
        """Return it with the questions that are there alone."""
        numbers, guesses = filled(self.numbers, self.guesses)
        return self._replace(numbers=numbers, guesses=guesses, learners=packed(self.learners))

    def unpacked(self) -> Trust:
        """Return it with its learners unpacked; the next step makes room for questions."""
        return self._replace(learners=unpacked(self.learners))


@dataclass(frozen=True)
class Mixture:
    """The mean of the learners' guesses, or of their log odds; a share falls with exp(-rate * loss) as labels settle.

    learners      what to mix
    loss          "logistic" (log loss of a probability) or "squared"
    rate          1 is Bayes' rule for `logistic`; for `squared` 1 / (2 * range of labels squared) is safe
    share         what all give up for an even spread at each label, so that one can come back
    remember      the last so many questions asked are remembered; a label that comes later moves no share
    mean_of       "guesses", or "log odds" of chances: then whoever is sure says more, and the parts of a guess stay
                  exact on the scale of the log odds where the learners' own are

    A learner is judged by the guess it made when asked, never by one made again. Hints and corrections teach the
    learners, not the shares, and so does what bears a number below 0.

    Source: Herbster and Warmuth, "Tracking the best expert", Machine Learning 32, 1998, "fixed share"; for the mean of
    log odds Genest and Zidek, "Combining probability distributions", Statistical Science 1, 1986, "logarithmic pool".
    """

    learners: tuple[Learner[Any], ...]
    loss: Literal["logistic", "squared"] = "logistic"
    rate: float = 1.0
    share: float = 1e-4
    remember: int = 1 << 16
    mean_of: Literal["guesses", "log odds"] = "guesses"
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(len(self.learners) > 0, "mixture.learners", "at least one", "none")
        require(self.loss in ("logistic", "squared"), "mixture.loss", "logistic or squared", self.loss)
        good = self.mean_of == "guesses" or (self.mean_of == "log odds" and self.loss == "logistic")
        require(good, "mixture.mean_of", "guesses or, of chances, log odds", self.mean_of)
        require(self.rate > 0, "mixture.rate", "more than 0", self.rate)
        require(0 < self.share < 1, "mixture.share", "more than 0 and less than 1", self.share)
        require(self.remember >= 1, "mixture.remember", "at least 1", self.remember)

    def start(self) -> Trust:
        """Return even shares, with the learners' first states."""
        many = len(self.learners)
        shares, numbers = np.full(many, 1.0 / many), np.full(self.remember, -1, np.int64)
        states = tuple(learner.start() for learner in self.learners)
        return Trust(shares, numbers, np.zeros((self.remember, many)), states)

    def eased(self, state: Trust, keep: float) -> Trust:
        """Return the learners inside eased, each of which must be able to; the shares stay."""
        pairs = zip(self.learners, state.learners, strict=True)
        return state._replace(learners=tuple(eased(learner, inner, keep) for learner, inner in pairs))

    def step(self, state: Trust, turns: Turns) -> tuple[Trust, NDArray[np.float64]]:
        """Guess, then learn, tick by tick."""
        pairs = zip(self.learners, state.learners, strict=True)
        states, guesses = zip(*(learner.step(inner, turns) for learner, inner in pairs), strict=True)
        order = working_order(turns.tick, turns.what)
        numbers, made = spread(self.remember, state.numbers, state.guesses)
        rule = (self.loss == "logistic", self.mean_of == "log odds", self.rate, self.share)
        remembered, said = (state.shares, numbers, made), np.stack(guesses, 1)
        out = _mix(rule, remembered, order, turns.what, turns.number, turns.y, said)
        return Trust(state.shares, numbers, made, states), out

    def peek(self, state: Trust, turns: Turns) -> NDArray[np.float64]:
        """Return the mean of the learners' guesses by the shares so far."""
        pairs = zip(self.learners, state.learners, strict=True)
        said = np.stack([peek(learner, inner, turns) for learner, inner in pairs], 1)
        odds = self.mean_of == "log odds"
        return np.array([_mean(odds, state.shares, one) for one in said])

    def parts(self, state: Trust, turns: Turns) -> Parts:
        """Return the sum of the learners' parts by the shares so far, on the scale that is averaged."""
        pairs = zip(self.learners, state.learners, state.shares.tolist(), strict=True)
        odds = self.mean_of == "log odds"
        each = (parts(learner, inner, turns).on(odds).times(share) for learner, inner, share in pairs)
        return reduce(Parts.plus, each)


@kernel
def _mix(
    rule: tuple[bool, bool, float, float],
    remembered: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]],
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    y: NDArray[np.float64],
    said: NDArray[np.float64],
) -> NDArray[np.float64]:
    shares, numbers, guesses = remembered
    out = np.full(len(what), np.nan)
    for row in order:
        place, known = number[row] % len(numbers), number[row] >= 0
        if what[row] == ASKED:
            if known:
                numbers[place] = number[row]
                guesses[place] = said[row]
            out[row] = _mean(rule[1], shares, said[row])
        elif what[row] == SETTLED and known and numbers[place] == number[row]:
            _trust(rule, shares, guesses[place], y[row])
    return out


@kernel
def _mean(odds: bool, shares: NDArray[np.float64], guesses: NDArray[np.float64]) -> float:
    if not odds:
        return float(np.sum(shares * guesses))
    margin = 0.0
    for i in range(len(shares)):
        p = min(max(guesses[i], _NEAREST), 1.0 - _NEAREST)
        margin += shares[i] * np.log(p / (1.0 - p))
    return float(1.0 / (1.0 + np.exp(-margin)))


@kernel
def _trust(
    rule: tuple[bool, bool, float, float], shares: NDArray[np.float64], guesses: NDArray[np.float64], y: float
) -> None:
    logistic, _, rate, share = rule
    losses = np.empty(len(shares))
    for i in range(len(shares)):
        if logistic:
            p = min(max(guesses[i], _SURE), 1.0 - _SURE)
            losses[i] = -(y * np.log(p) + (1.0 - y) * np.log(1.0 - p))
        else:
            losses[i] = (guesses[i] - y) ** 2
    least = losses.min()  # so that one share at least does not vanish
    total = 0.0
    for i in range(len(shares)):
        shares[i] *= np.exp(-rate * (losses[i] - least))
        total += shares[i]
    for i in range(len(shares)):
        shares[i] = (1.0 - share) * shares[i] / total + share / len(shares)
