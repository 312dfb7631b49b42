"""Window: the last things somebody did, one slot column each, the oldest first."""

from __future__ import annotations

from typing import Any, NamedTuple

from evercart.errors import require
from evercart.learners.deep.blocks import assembled, ending, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs


class Window(NamedTuple):
    """How a row is made up: numbers, then a vector a step, then the vector of what is asked about, if anything is."""

    numbers: int
    steps: int
    width: int
    target: bool

    def parts(self, x: Any) -> tuple[Any, Any, Any, Any]:
        """Return numbers, (rows, numbers); steps, (rows, steps, width); where there are any; targets, (rows, width).

        A step whose slot is missing, or was never learned, is not there. Without a target its vectors are empty.
        """
        end = self.numbers + self.steps * self.width
        steps = x[:, self.numbers : end].reshape(len(x), self.steps, self.width)
        return x[:, : self.numbers], steps, (steps != 0).any(2), x[:, end:]


def window(where: str, inputs: Inputs, outputs: int, target: bool) -> Window:
    """Return the window that inputs make, with the last slot column as the target or not; `UserError` if none."""
    steps = inputs.fields - target
    what = "2 slot columns, with a table" if target else "a slot column, with a table"
    require(steps >= 1, where, f"at least {what}", f"{inputs.fields} slot columns")
    require(not target or outputs == 1, f"{where}.head", "one output, with a target", outputs)
    return Window(inputs.numbers, steps, inputs.width, target)


def closing(given: Window, units: int, outputs: int) -> Any:
    """Return a module from a state, (rows, units), with numbers, targets, to margins, (rows, outputs).

    With a target, the margin is the product of its vector with a linear map of the state, plus a linear map of state
    and numbers; else the latter alone.
    """
    nn, told = torch().nn, units + given.numbers
    return assembled(
        _close,
        pad=nn.ZeroPad1d((0, up(told) - told)),
        last=ending(up(told), outputs),
        match=ending(units, given.width) if given.target else None,
    )


def _close(self: Any, state: Any, numbers: Any, target: Any) -> Any:
    margins = self.last(self.pad(torch().cat([state, numbers], 1)))
    if self.match is None:
        return margins
    return margins + (self.match(state) * target).sum(1, keepdim=True)
