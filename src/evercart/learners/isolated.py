"""Isolated: a learner whose fall stops nobody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.fold import Grain, clone
from evercart.labels.turns import ASKED, Turns
from evercart.learners.frozen import still
from evercart.learners.learner import Learner, tick_stop, unsaid

S = TypeVar("S")
Floats = NDArray[np.float64]
_STANDING: Final = -1
_MOST: Final = 200  # bytes of a reason


class Cell(NamedTuple, Generic[S]):
    """Whether a learner still stands, beside its own state."""

    fallen: NDArray[np.int64]  # (1,) the tick it fell in, or -1
    reason: NDArray[np.uint8]  # (bytes,) why, as UTF-8; nothing while it stands
    learner: S


@dataclass(frozen=True)
class Isolated(Generic[S]):
    """A learner that falls, for good, in the first tick in which it raises or says what is not finite.

    From the next tick on it says NaN; its own state is back at `start()`, so that nothing spoiled is kept. In the
    tick of the fall each question keeps its guess, as it would be alone, if that is finite: one asked before the
    fault knows nothing of it. `MemoryError` goes through, like what is no `Exception`: it is the machine's fault.

    Each batch costs a copy of the learner's state, since a step that raises has spoiled the one it took; from the
    copy the halves of the batch are tried, the halves of these, down to the tick at fault. The copy is 2 % of the CPU
    of `Linear` with 2^20 weights over 262,144 rows of 30 columns.

    >>> from evercart.learners.mean import Mean
    >>> isolated = Isolated(Mean())
    >>> why(isolated.start())
    ''
    """

    learner: Learner[S]
    grain: ClassVar[Grain] = "tick"

    def start(self) -> Cell[S]:
        """Return the learner's own first state, standing."""
        return standing(self.learner.start())

    def step(self, state: Cell[S], turns: Turns) -> tuple[Cell[S], Floats]:
        """Guess, then learn, tick by tick, while it stands."""
        if state.fallen[0] != _STANDING:
            return state, unsaid(self.learner, len(turns))
        before = clone(state.learner)
        try:
            learner, guesses = self._told(state.learner, turns)
        except MemoryError:
            raise
        except Exception as error:
            middle = _middle(turns.tick)
            if not middle:
                return self._fallen(turns.tick[0], _text(error)), self._alone(before, turns)
            state, guesses = self.step(standing(before), turns.rows(slice(0, middle)))
            state, rest = self.step(state, turns.rows(slice(middle, None)))
            return state, np.concatenate([guesses, rest])
        wild = np.flatnonzero((turns.what == ASKED) & _wild(guesses))
        if not len(wild):
            return standing(learner), guesses
        first = np.ravel(guesses[wild[0]])
        reason = f"a guess of {first[~np.isfinite(first)][0]}"
        guesses[wild] = np.nan
        guesses[tick_stop(turns.tick, int(wild[0])) :] = np.nan
        return self._fallen(turns.tick[wild[0]], reason), guesses

    def _told(self, state: S, turns: Turns) -> tuple[S, Floats]:
        learner, guesses = self.learner.step(state, turns)
        said = unsaid(self.learner, len(turns))
        said[:] = guesses  # another shape raises here
        return learner, said

    def _alone(self, before: S, tick: Turns) -> Floats:
        """Return what each question of the tick at fault would be told on its own, NaN where even that raises."""
        guesses = unsaid(self.learner, len(tick))
        for row in np.flatnonzero(tick.what == ASKED):
            try:
                guesses[row] = still(self.learner, before, tick.rows(slice(row, row + 1)))[0]
            except MemoryError:
                raise
            except Exception:
                continue
        guesses[_wild(guesses)] = np.nan
        return guesses

    def _fallen(self, tick: np.int64, reason: str) -> Cell[S]:
        text = np.frombuffer(reason.encode()[:_MOST], np.uint8).copy()
        return Cell(np.array([tick]), text, self.learner.start())


def standing(learner: S) -> Cell[S]:
    """Return the state of a learner that stands."""
    return Cell(np.array([_STANDING]), np.zeros(0, np.uint8), learner)


def own(state: Any) -> Any:
    """Return a learner's own state, whether it is isolated or not; None of one that fell."""
    if not isinstance(state, Cell):
        return state
    return state.learner if state.fallen[0] == _STANDING else None


def why(state: Cell[S]) -> str:
    """Return why a learner fell; nothing while it stands."""
    return state.reason.tobytes().decode(errors="ignore")


def _wild(guesses: Floats) -> NDArray[np.bool_]:
    """Return in which rows something is said that is not finite, or nothing."""
    each = guesses.reshape(len(guesses), guesses[:1].size or 1)
    return np.asarray(~np.isfinite(each).all(axis=1))


def _middle(tick: NDArray[np.int64]) -> int:
    """Return the first row of the tick in the middle; 0 where there is but one tick."""
    begins = np.flatnonzero(np.diff(tick)) + 1
    return int(begins[len(begins) // 2]) if len(begins) else 0


def _text(error: Exception) -> str:
    """Return what an exception says, without the addresses that differ from run to run."""
    return re.sub("0x[0-9a-fA-F]+", "0x", f"{type(error).__name__}: {error}")
