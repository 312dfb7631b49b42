"""Mlp: layers of rectified units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.learners.deep.blocks import check_dropout, check_units, ending, hidden, padded, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.plan import Draft, Plan


@dataclass(frozen=True)
class Mlp:
    """A multi-layer perceptron: linear layers with rectified units between them.

    hidden     the units of each hidden layer, multiples of 16
    dropout    the share of hidden units left out while training

    Inputs and outputs are padded to multiples of 16; the pad is zero and never learned into a guess.

    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 323, 1986;
    Glorot, Bordes and Bengio, "Deep sparse rectifier neural networks", AISTATS 2011, section 3.

    >>> Mlp((64, 32)).hidden
    (64, 32)
    """

    hidden: tuple[int, ...] = (64, 64)
    dropout: float = 0.0
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        check_units("mlp.hidden", self.hidden)
        check_dropout("mlp.dropout", self.dropout)

    def module(self, inputs: int, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        layers = hidden(up(inputs), self.hidden, self.dropout)
        last = ending(self.hidden[-1] if self.hidden else up(inputs), outputs)
        return torch().nn.Sequential(padded(inputs), *layers, *last)

    def plan(self, inputs: Inputs, outputs: int) -> Plan:
        """Return the same layers without torch."""
        draft = Draft(up(inputs))
        at, width = draft.layers(0, up(inputs), self.hidden)
        draft.linear(at, draft.room(up(outputs)), width, up(outputs))
        return draft.plan(outputs)
