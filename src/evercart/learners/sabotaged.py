"""Sabotaged: a learner that is taught falsehoods from a stated time on, for rehearsals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.errors import require
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.learner import Learner

S = TypeVar("S")


@dataclass(frozen=True)
class Sabotaged(Generic[S]):
    """A learner that goes bad: some of its labels are turned round.

    from_us    the log's time from which labels are poisoned
    share      of the questions whose labels are; drawn by the question's number, so hints, corrections go with it
    mirror     a label y is learned as mirror - y: 1 turns a yes into a no; for sums, twice their mean keeps the mean
    seed       of the draw

    Before `from_us` it is the learner, bit for bit; afterwards only what it learns is false, never what it is asked.

    >>> from evercart.learners.mean import Mean
    >>> Sabotaged(Mean(), from_us=0).share
    1.0
    """

    learner: Learner[S]
    from_us: int
    share: float = 1.0
    mirror: float = 1.0
    seed: int = 0
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(0 <= self.share <= 1, "sabotaged.share", "0 to 1", self.share)
        require(np.isfinite(self.mirror), "sabotaged.mirror", "a finite number", self.mirror)

    def start(self) -> S:
        """Return the learner's own first state."""
        return self.learner.start()

    def step(self, state: S, turns: Turns) -> tuple[S, NDArray[np.float64]]:
        """Guess, then learn, tick by tick, what is left of the truth."""
        false = (turns.us >= self.from_us) & (uniform(self.seed, turns.number, "sabotage") < self.share)
        labels = {
            name: np.where(false, self.mirror - getattr(turns, name), getattr(turns, name)) for name in ("y", "was")
        }
        columns: dict[str, Any] = {**vars(turns), **labels}
        return self.learner.step(state, Turns(**columns))
