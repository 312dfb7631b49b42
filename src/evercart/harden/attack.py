"""Attack: what moves a network's inputs, a little, to make it wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.extra import aligned, torch

X = NDArray[np.float32]
Rows = NDArray[np.int64]
Harm = Callable[[Any, Rows], Any]  # from margins (rows, outputs) of those rows to a tensor (rows,) to make large


class Struck(NamedTuple):
    """Rows after an attack."""

    x: X  # (rows, inputs)
    part: str = ""  # the part of the network whose output is moved; "" for none
    shift: NDArray[Any] | None = None  # by what, (rows, ...) as that output


class Attack(Protocol):
    """Says what to give a network so that harm comes of it."""

    def __call__(self, target: Target, x: X, seed: int) -> Struck:
        """Return rows, (rows, inputs), each near its own clean one; the same seed, the same rows."""
        ...


@dataclass(frozen=True)
class Target:
    """A network as it stands, with what an attack is to make large.

    Good until the learner is asked for anything else: the weights lie in its module.
    """

    deep: Deep
    trained: Trained
    harm: Harm
    y: NDArray[np.float64] | None = None  # (rows,) where a wrong guess counts for more than any harm

    def __post_init__(self) -> None:
        require(
            self.deep.table is None, "attack.deep", "a learner that reads numbers alone", "one with a table of slots"
        )
        self.deep.layout.load(self.trained.weights, self.trained.buffers)

    def harms(self, x: X, rows: Rows) -> NDArray[np.float64]:
        """Return the harm, (rows,), that x (rows, inputs) does in the place of these rows."""
        with torch().no_grad():
            return self.judged(self.deep.layout.asked(training=False)(self.given(x)), rows)

    def judged(self, margins: Any, rows: Rows) -> NDArray[np.float64]:
        """Return the harm of margins, (rows, outputs), with rows that are guessed wrong before all others, (rows,)."""
        harm: NDArray[np.float64] = self.harm(margins, rows).detach().numpy().astype(np.float64)
        harm = np.nan_to_num(harm, nan=0.0, posinf=1e30, neginf=-1e30)
        if self.y is None or self.deep.head.outputs == 1:
            return harm
        wrong = self.deep.head.guess(margins.detach().numpy(), self.trained.seen) != self.y[rows]
        return np.asarray(harm + 1e6 * wrong)

    def slope(self, x: X) -> X:
        """Return the slope of every row's harm in its own x, (rows, inputs); 0 where it is no number."""
        it, given = torch(), self.given(x).requires_grad_()
        harm = self.harm(self.deep.layout.asked(training=False)(given), np.arange(len(x))).sum()
        slope: X = it.autograd.grad(harm, given, materialize_grads=True)[0].numpy().astype(np.float32)
        return np.nan_to_num(slope, nan=0.0, posinf=0.0, neginf=0.0)

    def given(self, x: X) -> Any:
        """Return a tensor of rows in the network's own precision."""
        return aligned(x).to(getattr(torch(), self.deep.precision))


@contextmanager
def moved(deep: Deep, part: str, shift: Any) -> Iterator[None]:
    """Let a part of the network say what it says plus a shift, a tensor of its output's shape; "" changes nothing."""
    if not part:
        yield
        return
    hook = part_of(deep, part).register_forward_hook(lambda _, given, said: said + shift)
    try:
        yield
    finally:
        hook.remove()


def part_of(deep: Deep, part: str) -> Any:
    """Return the named part of a learner's module; one that is not there raises `UserError`."""
    parts = dict(deep.layout.module.named_modules())
    named = " ".join(name for name in parts if name)
    require(part in parts and part != "", "attack.part", f"one of {named}", part)
    return parts[part]


def wrong(deep: Deep, y: NDArray[np.float64]) -> Harm:
    """Return the harm of a loss at labels y, (rows,)."""
    return lambda margins, rows: deep.head.loss(margins, torch().from_numpy(y[rows]))


def other(deep: Deep, said: NDArray[Any]) -> Harm:
    """Return the harm of saying something else than margins that were said, (rows, outputs)."""
    return lambda margins, rows: deep.head.apart(margins, torch().from_numpy(said[rows]))


class Best(NamedTuple):
    """The worst that several tries have done to each row."""

    x: X  # (rows, inputs)
    harm: NDArray[np.float64]  # (rows,)

    def take(self, x: X, harm: NDArray[np.float64]) -> None:
        """Keep other rows where they do more harm."""
        more = harm > self.harm
        self.x[more], self.harm[more] = x[more], harm[more]
