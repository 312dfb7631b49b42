"""Doubly robust: what another policy would have lost, from actions that were drawn with known chances."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TIGHTEST: Final = 60  # groups at which the bound that holds at all times lies closest


class Drawn(NamedTuple):
    """What was done, with the chance it had, and what it lost."""

    action: Ints  # (rows,)
    chance: Floats  # (rows,) above 0 to 1
    lost: Floats  # (rows,)


class Average(NamedTuple):
    """A mean over rows in groups that hang together, such as days, with its standard error."""

    mean: float
    error: float
    groups: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return where the mean lies with that confidence, looked at once, by Student's t with groups - 1.

        >>> [round(one, 3) for one in Average(1.0, 0.1, 31).interval()]
        [0.796, 1.204]
        """
        half = _student(0.5 + level / 2, self.groups - 1) * self.error
        return self.mean - half, self.mean + half

    def always_above(self, chance: float) -> float:
        """Return what the mean lies above; ever to be wrong has about this chance, however often asked.

        It holds as groups grow many; with few it is too bold.

        Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
        confidence sequences", Ann. Stat. 52(6), 2024, the one-sided sequence.

        >>> round(Average(1.0, 0.1, 60).always_above(0.01), 3)
        0.664
        """
        wide = -2 * math.log(2 * chance)
        scale = self.groups * (wide + math.log(wide + 1)) / _TIGHTEST  # n rho^2 there
        half = math.sqrt(2 * (scale + 1) / scale * math.log1p(math.sqrt(scale + 1) / (2 * chance)))
        return self.mean - half * self.error


def scores(drawn: Drawn, guess: Floats, target: Ints) -> Floats:
    """Return (rows,) numbers whose mean is what the target would have lost a row, without bias.

    guess     (rows, actions) what each action was expected to lose, by a model that had not seen the row's outcome:
              of past rows alone, or of other folds
    target    (rows,) what the other policy would have done, told by no outcome of the row

    Without bias whatever the guesses are, where every action of the target had a chance, or its guess is exact; the
    better they are, the narrower. Chances may follow what was learned meanwhile.

    Source: Dudik, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011, equation 2; guesses of
    the past alone, with chances that follow the data: Bibaut et al., "Post-contextual-bandit inference", NeurIPS 2021.

    >>> drawn = Drawn(np.array([0, 1]), np.array([0.5, 0.5]), np.array([3.0, 9.0]))
    >>> scores(drawn, np.array([[2.0, 8.0], [2.0, 8.0]]), np.array([0, 0])).tolist()
    [4.0, 2.0]
    """
    good = (drawn.chance > 0) & (drawn.chance <= 1)
    require(bool(good.all()), "doubly_robust.chance", "above 0 to 1", drawn.chance[~good][:1])
    rows = np.arange(len(target))
    beyond = (drawn.lost - guess[rows, drawn.action]) / drawn.chance
    found: Floats = guess[rows, target] + np.where(drawn.action == target, beyond, 0.0)
    return found


def average(scores: Floats, group: Ints) -> Average:
    """Return the mean of all rows, whose error is told by how groups differ.

    group    (rows,) rows of one group may hang together, as payments of a day that share its reviews

    Source: the ratio of two sums over clusters: Cochran, "Sampling techniques", 3rd edition, 1977, section 2.11.

    >>> average(np.array([1.0, 3.0, 2.0, 4.0]), np.array([5, 5, 6, 6]))
    Average(mean=2.5, error=0.5, groups=2)
    """
    require(len(scores) > 0, "doubly_robust.rows", "at least one", len(scores))
    _, at = np.unique(group, return_inverse=True)
    count, total = np.bincount(at).astype(np.float64), np.bincount(at, scores)
    mean, groups = float(total.sum() / count.sum()), len(count)
    if groups == 1:
        return Average(mean, math.inf, 1)
    rest = (total - mean * count) / count.mean()
    return Average(mean, float(math.sqrt((rest @ rest) / (groups * (groups - 1)))), groups)


def _student(level: float, freedom: int) -> float:
    """Return a quantile of Student's t; 0.3 % too small with 4 degrees of freedom, 0.01 % with 9.

    Source: Abramowitz and Stegun, "Handbook of mathematical functions", 26.7.5, the first three corrections.
    """
    x, n = NormalDist().inv_cdf(level), max(freedom, 1)
    first, second = (x**3 + x) / 4, (5 * x**5 + 16 * x**3 + 3 * x) / 96
    third = (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384
    return x + first / n + second / n**2 + third / n**3


def gain(drawn: Drawn, guess: Floats, champion: Ints, challenger: Ints, group: Ints) -> Average:
    """Return how much less a row the challenger would have lost than the champion: see `scores`, `average`.

    Rows on which both do the same count as 0, so only where they differ has chance a say.
    """
    return average(scores(drawn, guess, champion) - scores(drawn, guess, challenger), group)
