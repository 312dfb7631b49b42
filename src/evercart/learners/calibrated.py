"""Calibrated: a learner's chances bent to how often they came true, by isotonic regression as labels come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.labels.turns import ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, working_order
from evercart.learners.peeking import peek

_SURE: Final = 12.0  # log odds: nothing is told apart beyond
_BINS: Final = 96  # of log odds, each 0.25 wide
_WIDE: Final = 2.0 * _SURE / _BINS
_OFTEN: Final = 256  # labels after which the line is drawn anew
_OWN: Final = 1e-3  # what is left of the learner's own log odds, so that its order stays where the line is flat
_SETTLED, _HINT, _CORRECTION, _ASKED = SETTLED, HINT, CORRECTION, ASKED

Floats = NDArray[np.float64]


class Bent(NamedTuple):
    """How often what was said came true, with what was said of the questions still remembered."""

    numbers: NDArray[np.int64]  # (remember,) the question in each place, or -1
    said: NDArray[np.float32]  # (remember,) log odds
    sums: Floats  # (2, bins) labels, labels that are yes; fading
    line: Floats  # (bins,) log odds that stand for each bin
    fresh: NDArray[np.int64]  # (1,) labels since the line was drawn
    learner: Any


@dataclass(frozen=True)
class Calibrated:
    """The chances of a learner of yes and no, each as often true as such chances were of late.

    span        labels after which a label counts for a third: ten days of a shop of 10,000 payments a day; too long a
                span keeps how the learner erred in its first days
    worth       labels that each bin of chances has in favour of the learner's own word
    remember    the last so many questions asked are remembered; a label that comes later moves nothing

    A label counts for the chance that was said when it was asked for, never for one made again. The order of chances
    stays as it is, of two alike to a thousandth. State: 12 bytes for each of `remember`.

    Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD
    2002, section 4: isotonic regression by pooling adjacent violators, here over bins whose sums fade.
    """

    learner: Learner[Any]
    span: float = 1e5
    worth: float = 2.0
    remember: int = 1 << 20
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(self.span >= 1, "calibrated.span", "at least 1", self.span)
        require(self.worth > 0, "calibrated.worth", "more than 0", self.worth)
        require(self.remember >= 1, "calibrated.remember", "at least 1", self.remember)

    def start(self) -> Bent:
        """Return a line that changes nothing, with the learner's first state."""
        line = np.array([_middle(at) for at in range(_BINS)], np.float64)
        numbers, said = np.full(self.remember, -1, np.int64), np.zeros(self.remember, np.float32)
        return Bent(numbers, said, np.zeros((2, _BINS)), line, np.zeros(1, np.int64), self.learner.start())

    def eased(self, state: Bent, keep: float) -> Bent:
        """Return the learner inside eased; the line stays."""
        return state._replace(learner=eased(self.learner, state.learner, keep))

    def step(self, state: Bent, turns: Turns) -> tuple[Bent, Floats]:
        """Guess, then learn, tick by tick."""
        learner, said = self.learner.step(state.learner, turns)
        order, labels = working_order(turns.tick, turns.what), (turns.y, turns.was, turns.weight)
        kept = (state.numbers, state.said, state.sums, state.line, state.fresh)
        rule = (float(np.exp(-_OFTEN / self.span)), self.worth)
        return state._replace(learner=learner), _bend(rule, kept, order, turns.what, turns.number, labels, said)

    def peek(self, state: Bent, turns: Turns) -> Floats:
        """Return the learner's chances by the line that would be drawn."""
        line, said = state.line.copy(), peek(self.learner, state.learner, turns)
        if state.fresh[0] >= _OFTEN:
            _draw(self.worth, state.sums, line)
        return np.array([_bent(line, _odds(one)) for one in said])


@kernel
def _bend(
    rule: tuple[float, float],
    kept: tuple[NDArray[np.int64], NDArray[np.float32], Floats, Floats, NDArray[np.int64]],
    order: NDArray[np.int64],
    what: NDArray[np.int8],
    number: NDArray[np.int64],
    labels: tuple[Floats, Floats, Floats],
    chances: Floats,
) -> Floats:
    """Go through the rows in their working order: in a tick all questions come before all labels."""
    numbers, said, sums, line, fresh = kept
    y, was, weight = labels
    out = np.full(len(what), np.nan)
    for row in order:
        place = number[row] % len(numbers)
        if what[row] == _ASKED:
            if fresh[0] >= _OFTEN:
                _draw(rule[1], sums, line)
                sums *= rule[0] ** (fresh[0] / _OFTEN)
                fresh[0] = 0
            odds = _odds(chances[row])
            numbers[place], said[place] = number[row], odds
            out[row] = _bent(line, odds)
        elif numbers[place] == number[row] and what[row] in (_SETTLED, _HINT, _CORRECTION) and not np.isnan(y[row]):
            at, first = _bin(said[place]), np.isnan(was[row])
            sums[0, at] += weight[row] if first else 0.0
            sums[1, at] += weight[row] * (y[row] - (0.0 if first else was[row]))
            fresh[0] += 1
    return out


@kernel
def _odds(chance: float) -> float:
    odds = np.log(max(chance, 1e-300)) - np.log(max(1.0 - chance, 1e-300))
    return float(min(max(odds, -_SURE), _SURE))


@kernel
def _bin(odds: float) -> int:
    return min(max(int((odds + _SURE) / _WIDE), 0), _BINS - 1)


@kernel
def _bent(line: Floats, odds: float) -> float:
    """Return a chance, between those of the bins on either side."""
    at = min(max((odds + _SURE) / _WIDE - 0.5, 0.0), _BINS - 1.0)
    low = min(int(at), _BINS - 2)
    bent = line[low] + (at - low) * (line[low + 1] - line[low])
    return float(1.0 / (1.0 + np.exp(-((1.0 - _OWN) * bent + _OWN * odds))))


@kernel
def _draw(worth: float, sums: Floats, line: Floats) -> None:
    """Draw the line anew: pool adjacent bins until shares rise; where nothing was said, as on either side."""
    share, weight, ends = np.empty(_BINS), np.empty(_BINS), np.empty(_BINS, np.int64)
    told = np.flatnonzero(sums[0] >= 1.0)
    blocks = 0
    for place in range(len(told)):
        at = told[place]
        own = 1.0 / (1.0 + np.exp(-_middle(at)))
        weight[blocks] = sums[0, at] + worth
        share[blocks], ends[blocks] = (max(sums[1, at], 0.0) + worth * own) / weight[blocks], place + 1
        blocks += 1
        while blocks > 1 and share[blocks - 2] >= share[blocks - 1]:
            both = weight[blocks - 2] + weight[blocks - 1]
            share[blocks - 2] = (share[blocks - 2] * weight[blocks - 2] + share[blocks - 1] * weight[blocks - 1]) / both
            weight[blocks - 2], ends[blocks - 2] = both, ends[blocks - 1]
            blocks -= 1
    if not blocks:
        return
    shift, first = np.empty(len(told)), 0
    for block in range(blocks):
        for place in range(first, ends[block]):
            shift[place] = _odds(share[block]) - _middle(told[place])
        first = ends[block]
    for at in range(_BINS):
        line[at] = _middle(at) + np.interp(at, told, shift)


@kernel
def _middle(at: int) -> float:
    return (at + 0.5) * _WIDE - _SURE
