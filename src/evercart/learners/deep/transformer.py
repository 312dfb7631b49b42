"""Transformer: each step of a window looks at those before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.errors import require
from evercart.learners.deep.blocks import SIDE, assembled, check_dropout, check_units, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.window import closing, window


@dataclass(frozen=True)
class Transformer:
    """Self-attention over a window of slot columns, the oldest first; what the last step has gathered is read.

    units      numbers of a step's state, a multiple of 16 times heads
    layers     how often steps look at those before them
    heads      in how many ways they look at a time
    dropout    the share of states left out while training
    target     the last slot column is no step but what is asked about: its vector is multiplied with the state

    Needs a table; columns that name the same space share their vectors. A missing step is looked at by nobody. Numbers
    come in after the last layer.

    Source: Kang and McAuley, "Self-attentive sequential recommendation", ICDM 2018, section III; layers are brought to
    mean 0, variance 1 before each part, as there.

    >>> Transformer(layers=1).heads
    1
    """

    units: int = 32
    layers: int = 2
    heads: int = 1
    dropout: float = 0.0
    target: bool = False
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        require(self.layers >= 1, "transformer.layers", "at least 1", self.layers)
        require(self.heads >= 1, "transformer.heads", "at least 1", self.heads)
        check_units("transformer.units", (self.units,))
        require(self.units % (SIDE * self.heads) == 0, "transformer.units", "a multiple of 16 times heads", self.units)
        check_dropout("transformer.dropout", self.dropout)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        given, nn = window("transformer", inputs, outputs, self.target), torch().nn
        spare = up(given.steps) - given.steps
        return assembled(
            _forward,
            window=given,
            pad=nn.ZeroPad2d((0, up(given.width) - given.width, spare, 0)),
            unseen=nn.ConstantPad1d((spare, 0), False),
            enter=nn.Linear(up(given.width), self.units, bias=False),
            place=nn.Parameter(0.05 * torch().randn(up(given.steps), self.units)),
            leave_out=nn.Dropout(self.dropout),
            layers=nn.ModuleList(looking(self.units, self.heads, self.dropout) for _ in range(self.layers)),
            level=nn.LayerNorm(self.units),
            close=closing(given, self.units, outputs),
        )


def looking(units: int, heads: int, dropout: float) -> Any:
    """Return a layer from states, (rows, steps, units), with who may look at whom, (rows, steps, steps), to states."""
    nn = torch().nn
    return assembled(
        _look,
        heads=heads,
        before=nn.LayerNorm(units),
        ask=nn.Linear(units, 3 * units),
        gather=nn.Linear(units, units),
        between=nn.LayerNorm(units),
        think=nn.Sequential(nn.Linear(units, units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(units, units)),
        leave_out=nn.Dropout(dropout),
    )


def _look(self: Any, states: Any, seen: Any) -> Any:
    rows, steps, units = states.shape
    parts = self.ask(self.before(states)).view(rows, steps, 3, self.heads, units // self.heads)
    query, key, value = parts.permute(2, 0, 3, 1, 4).contiguous()  # each (rows, heads, steps, units a head)
    scores = query @ key.transpose(2, 3) / (units / self.heads) ** 0.5
    shares = scores.masked_fill(~seen[:, None], -torch().inf).softmax(3)
    states = states + self.leave_out(self.gather((shares @ value).transpose(1, 2).reshape(rows, steps, units)))
    return states + self.leave_out(self.think(self.between(states)))


def _forward(self: Any, x: Any) -> Any:
    it = torch()
    numbers, steps, here, target = self.window.parts(x)
    here = self.unseen(here)
    side = here.shape[1]
    earlier = it.ones(side, side, dtype=it.bool).tril()
    seen = here[:, None] & earlier | it.eye(side, dtype=it.bool)  # itself always: a look at nothing is not a number
    states = self.leave_out(self.enter(self.pad(steps)) + self.place)
    for layer in self.layers:
        states = layer(states, seen)
    return self.close(self.level(states[:, -1]), numbers, target)
