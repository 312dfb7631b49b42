"""Nightly: a net that is trained once in a while, as most shops do it.

Three ways, each a `Fit` that `Refit` calls every night: naive fine-tuning goes on from the last weights with the labels
that came since; replay shows old rows beside them; joint retraining begins anew with all labels there ever were.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.fold import Grain, clone
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.within import exchanged, net_within
from evercart.learners.learner import Learner
from evercart.learners.peeking import peek
from evercart.remember.exemplars import Exemplars
from evercart.remember.memories import Reservoir
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

Way = Literal["fine-tuned", "replayed", "joint"]
WAYS: Final[tuple[Way, ...]] = ("fine-tuned", "replayed", "joint")
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class Net(NamedTuple):
    """A trained net."""

    state: Any
    last: int  # the newest question whose label it has learned


@dataclass(frozen=True)
class Nightly:
    """A learner with a net inside, trained on settled labels in a drawn order.

    learner      as it goes round the ring
    way          "fine-tuned", "replayed" or "joint"
    passes       over the labels, each in another order
    draws        of `replayed`: old rows beside each lesson
    memory       of `replayed`: every row there ever was has the same chance to be in it, since a memory that balances
                 labels would bend the chances that are said. A net with embeddings learns a small one by heart
    seed         of the orders

    What a wrapper measures, such as the spread of a number, it measures of the questions of the labels, before the
    first pass. A label corrected later is learned again only by `joint`.
    """

    learner: Learner[Any]
    way: Way
    passes: int = 1
    draws: int = 16
    memory: Exemplars = field(default_factory=lambda: Exemplars(1 << 21, Reservoir()))
    seed: int = 1

    def __post_init__(self) -> None:
        require(self.way in WAYS, "nightly.way", "one of " + ", ".join(WAYS), self.way)
        require(self.passes >= 1, "nightly.passes", "at least 1", self.passes)
        require(net_within(self.learner) is not None, "nightly.learner", "one with a net inside", self.learner)

    @cached_property
    def _answers(self) -> Learner[Any]:
        found: Learner[Any] = exchanged(self.learner, self._net)
        return found

    @cached_property
    def _pupil(self) -> Learner[Any]:
        """Return what learns without a guess; its states are those of what answers."""
        found: Learner[Any] = exchanged(self.learner, lambda deep: Mute(self._net(deep)))
        return found

    def _net(self, deep: Deep) -> Deep | Remembering:
        return Remembering(deep, Replay(self.memory, self.draws)) if self.way == "replayed" else deep

    def ready(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return X as it is."""
        return x

    def fit(self, ready: NDArray[np.float32], rows: Rows, y: Floats, was: Net | None) -> Net:
        """Return the net trained on what is new to it, or on all rows; `was` stays as it is."""
        anew = was is None or self.way == "joint"
        state, last = (self._pupil.start(), -1) if was is None or anew else (clone(was.state), was.last)
        fresh = rows > last
        rows, y = rows[fresh], y[fresh]
        if not len(rows):
            return Net(state, last)
        state, _ = self._pupil.step(state, _turns(ASKED, ready, rows, np.full(len(rows), np.nan)))
        for number in range(self.passes):
            order = np.argsort(uniform(self.seed, rows, f"nightly/{number}"))
            state, _ = self._pupil.step(state, _turns(SETTLED, ready, rows[order], y[order]))
        return Net(state, int(rows.max()))

    def guess(self, model: Net, ready: NDArray[np.float32], rows: Rows) -> Floats:
        """Return what the net says of rows, (rows,)."""
        return peek(self._answers, model.state, _turns(ASKED, ready, rows, np.full(len(rows), np.nan)))


@dataclass(frozen=True)
class Mute:
    """A learner that is never asked."""

    learner: Deep | Remembering
    grain: ClassVar[Grain] = "tick"

    def start(self) -> Any:
        """Return the learner's first state."""
        return self.learner.start()

    def step(self, state: Any, turns: Turns) -> tuple[Any, Floats]:
        """Learn, without a guess."""
        told = turns.rows(turns.what != ASKED)
        state, _ = self.learner.step(state, told) if len(told) else (state, None)
        return state, np.full(len(turns), np.nan)


def _turns(what: int, x: NDArray[np.float32], rows: Rows, y: Floats) -> Turns:
    """Return rows of one tick."""
    count = len(rows)
    none, never = np.zeros(count, np.int64), np.full(count, np.nan)
    return Turns(
        np.full(count, what, np.int8),
        none,
        none,
        none,
        rows,
        y,
        never,
        np.ones(count),
        np.zeros(count, np.uint64),
        x[rows],
    )
