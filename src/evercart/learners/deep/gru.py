"""Gru: a state that is carried from step to step of a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.learners.deep.blocks import assembled, check_units, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.window import closing, window


@dataclass(frozen=True)
class Gru:
    """A gated recurrent unit over a window of slot columns, the oldest first; a missing step leaves the state as it is.

    units     numbers of the state, a multiple of 16
    target    the last slot column is no step but what is asked about: its vector is multiplied with the state

    Needs a table; columns that name the same space share their vectors. Numbers come in after the last step.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014, section 2.3; over
    sessions: Hidasi et al., "Session-based recommendations with recurrent neural networks", ICLR 2016, section 3.1.

    >>> Gru(32).target
    False
    """

    units: int = 32
    target: bool = False
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        check_units("gru.units", (self.units,))

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        given, nn = window("gru", inputs, outputs, self.target), torch().nn
        return assembled(
            _forward,
            window=given,
            pad=nn.ZeroPad1d((0, up(given.width) - given.width)),
            given=nn.Linear(up(given.width), 3 * self.units),
            carried=nn.Linear(self.units, 3 * self.units),
            close=closing(given, self.units, outputs),
        )


def _forward(self: Any, x: Any) -> Any:
    numbers, steps, here, target = self.window.parts(x)
    came = self.given(self.pad(steps.transpose(0, 1).flatten(0, 1))).unflatten(0, (self.window.steps, len(x)))
    state = x.new_zeros(len(x), self.carried.in_features)
    for step in range(self.window.steps):
        reset, keep, fresh = came[step].chunk(3, 1)
        reset_too, keep_too, fresh_too = self.carried(state).chunk(3, 1)
        reset, keep = (reset + reset_too).sigmoid(), (keep + keep_too).sigmoid()
        fresh = (fresh + reset * fresh_too).tanh()
        state = torch().where(here[:, step : step + 1], fresh + keep * (state - fresh), state)
    return self.close(state, numbers, target)
