"""Lifetime: a learner that is shown, beside X, how often a shopper will come, what that is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, with_x
from evercart.learners.lifetime import purchases, spending
from evercart.learners.lifetime.periods import periods, take
from evercart.learners.lifetime.purchases import chance_here, expected
from evercart.learners.lifetime.sample import BORN, LAST, PAID, VISITS, Sample, expire, sample
from evercart.learners.lifetime.simplex import Point, lowest
from evercart.learners.lifetime.spending import worth
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts
from evercart.units import DAY_S, SECOND_US

S = TypeVar("S")
SHOWN: Final = (
    Column("lifetime.here", "chance"),
    Column("lifetime.visits", "visits"),
    Column("lifetime.value"),  # in the unit of the label
)
_READ: Final = ("visits", "age", "since", "paid")
_PULL: Final = 1e-4  # towards the prior, in nats a squared unit of log parameter: what no one can tell stays finite
_MOST: Final = 1e30  # that X holds
_BOUND: Final = 12.0  # log units around the prior


class Fitted(NamedTuple):
    """What was found about all shoppers; see `purchases`, `spending`."""

    buying: NDArray[np.float64]  # (4,)
    spending: NDArray[np.float64]  # (3,) zeros until fitted


class LifetimeState(NamedTuple, Generic[S]):
    """Shoppers with what was found about them, beside the learner's own state."""

    fitted: Fitted
    period: NDArray[np.int64]  # (1,) in which it was last fitted; -1 before the first row
    sample: Sample
    learner: S


@dataclass(frozen=True)
class Lifetime(Generic[S]):
    """A learner that sees `SHOWN` after its columns: chance of coming at all, visits, value in the next `window_s`.

    learner    is made for (*columns, *SHOWN)
    columns    what the columns of X mean; those of the table named `lives` are read
    scale      of money: cents to dollars is 0.01
    size       shoppers in the sample that the parameters are fitted to
    every_s    how often they are fitted again
    keep_s     how long after the first visit a shopper is in the sample
    least      shoppers before the first fit; until then a prior speaks

    Parameters move between ticks, at the first one of a new period; each fit begins at the last one's end. The
    cost of a fit is bounded by `size`. A label's row is shown what the parameters of its own tick say of it.
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    window_s: float
    scale: float = 1.0
    lives: str = "lives"
    size: int = 1024
    every_s: float = 7 * DAY_S
    keep_s: float = 730 * DAY_S
    least: int = 100
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.window_s > 0, "lifetime.window_s", "more than 0", self.window_s)
        require(0 < self.scale < np.inf, "lifetime.scale", "more than 0 and finite", self.scale)
        require(self.size >= 1, "lifetime.size", "at least 1", self.size)
        require(self.every_s >= 1, "lifetime.every_s", "at least 1", self.every_s)
        require(self.keep_s > 0, "lifetime.keep_s", "more than 0", self.keep_s)
        require(self.least >= 1, "lifetime.least", "at least 1", self.least)
        _ = self._places

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return np.array(chosen(self.columns, [f"{self.lives}.{name}" for name in _READ]), np.int64)

    def start(self) -> LifetimeState[S]:
        """Return a prior, with the learner's first state."""
        fitted = Fitted(np.array(purchases.PRIOR), np.zeros(3))
        return LifetimeState(fitted, np.full(1, -1), sample(), self.learner.start())

    def eased(self, state: LifetimeState[S], keep: float) -> LifetimeState[S]:
        """Return the learner inside eased; the parameters stay."""
        return state._replace(learner=eased(self.learner, state.learner, keep))

    def step(self, state: LifetimeState[S], turns: Turns) -> tuple[LifetimeState[S], NDArray[np.float64]]:
        """Fit where a period begins; show, guess, learn, tick by tick."""
        shown = np.empty((len(turns), len(SHOWN)), np.float32)
        state = state._replace(sample=state.sample.roomy(self.size))
        for rows, period in periods(turns, self._every_us):
            if period != state.period[0]:
                state = self._refitted(state, period)
            shown[rows] = self._shown(state.fitted, turns.x[rows])
            take(state.sample, self.size, turns.rows(rows), self._places)
        inner, guesses = self.learner.step(state.learner, with_x(turns, np.hstack([turns.x, shown])))
        return state._replace(learner=inner), guesses

    def peek(self, state: LifetimeState[S], turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses; where a period would begin, by what would then be found."""
        return peek(self.learner, state.learner, with_x(turns, np.hstack([turns.x, self._told(state, turns)])))

    def parts(self, state: LifetimeState[S], turns: Turns) -> Parts:
        """Return the learner's parts, with what it is shown."""
        shown = self._told(state, turns)
        found = parts(self.learner, state.learner, with_x(turns, np.hstack([turns.x, shown])))
        told = {column.name: shown[:, at].astype(np.float64) for at, column in enumerate(SHOWN)}
        return found._replace(shown={**told, **found.shown})

    def _told(self, state: LifetimeState[S], turns: Turns) -> NDArray[np.float32]:
        """Return what is shown of questions, (rows, shown)."""
        shown = np.empty((len(turns), len(SHOWN)), np.float32)
        for rows, period in periods(turns, self._every_us):
            fitted = state.fitted if period == state.period[0] else self._fit(state, period)
            shown[rows] = self._shown(fitted, turns.x[rows])
        return shown

    def foretell(self, fitted: Fitted, x: NDArray[np.float32], window_s: float) -> NDArray[np.float64]:
        """Return chance of coming at all, visits, value in a window, (rows, 3), of shoppers with these columns."""
        about = np.ascontiguousarray(x[:, self._places], np.float64)
        return _foretell(fitted.buying, fitted.spending, about, window_s / DAY_S, self.scale)

    @property
    def _every_us(self) -> int:
        return round(self.every_s * SECOND_US)

    def _shown(self, fitted: Fitted, x: NDArray[np.float32]) -> NDArray[np.float32]:
        shown: NDArray[np.float32] = np.minimum(self.foretell(fitted, x, self.window_s), _MOST).astype(np.float32)
        return shown

    def _refitted(self, state: LifetimeState[S], period: int) -> LifetimeState[S]:
        fitted = self._fit(state, period)
        expire(state.sample, self._edge(period))
        state.period[0] = period
        return state._replace(fitted=fitted)

    def _edge(self, period: int) -> float:
        return (period * self.every_s - self.keep_s) / DAY_S

    def _fit(self, state: LifetimeState[S], period: int) -> Fitted:
        """Return what the sample says at the beginning of a period."""
        known = state.sample.known
        known = known[known[:, BORN] >= self._edge(period)]
        if len(known) < self.least:
            return state.fitted
        last, now = known[:, LAST] - known[:, BORN], period * self.every_s / DAY_S
        age = np.maximum(now - known[:, BORN], last)
        again, paid = known[:, VISITS] - 1.0, known[:, PAID] * self.scale
        buying = fit(lambda at: purchases.loss(at, again, last, age), purchases.PRIOR, state.fitted.buying)
        payers = paid > 0
        if np.count_nonzero(payers) < self.least:
            return Fitted(buying, state.fitted.spending)
        visits, mean = known[payers, VISITS], paid[payers]
        prior = (*spending.PRIOR[:2], spending.PRIOR[2] * float(mean.mean()))
        before = state.fitted.spending if state.fitted.spending[0] > 0 else np.array(prior)
        return Fitted(buying, fit(lambda at: spending.loss(at, visits, mean), prior, before))


def fit(of: Callable[[Point], float], prior: tuple[float, ...], start: Point) -> Point:
    """Return the positive parameters at which a loss is lowest."""
    centre = np.log(np.array(prior))

    def pulled(at: Point) -> float:
        away = np.clip(at - centre, -_BOUND, _BOUND)
        found = float(of(np.exp(centre + away))) + _PULL * float(((at - centre) ** 2).sum())
        return found if np.isfinite(found) else 1e300

    found = lowest(pulled, np.log(start), 0.3)
    best: Point = np.exp(centre + np.clip(found - centre, -_BOUND, _BOUND))
    return best


@kernel
def _foretell(
    buying: NDArray[np.float64], paying: NDArray[np.float64], about: NDArray[np.float64], days: float, scale: float
) -> NDArray[np.float64]:
    out = np.zeros((len(about), 3))
    for row in range(len(about)):
        visits, age, since, paid = about[row]
        if visits >= 1.0:
            age = max(age, 0.0)
            last = min(max(age - since, 0.0), age)
            out[row, 0] = chance_here(buying, visits - 1.0, last, age)
            out[row, 1] = expected(buying, visits - 1.0, last, age, days)
            out[row, 2] = out[row, 1] * worth(paying, visits, paid * scale)
    return out
