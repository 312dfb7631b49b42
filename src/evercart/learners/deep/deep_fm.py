"""DeepFm: a factorization machine over the same vectors as a perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.errors import require
from evercart.learners.deep.blocks import assembled, check_dropout, check_units, ending, hidden, padded, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.plan import Draft, Plan


@dataclass(frozen=True)
class DeepFm:
    """The sum of all weights, of the products of all pairs of vectors, of a perceptron over all vectors.

    hidden     the units of the perceptron's layers, multiples of 16
    dropout    the share of them left out while training

    The first number of a slot's vector is its weight, the others are its factors; a number column has a vector of
    its own, times its value. Needs a table of width 2 or more, a head of one output.

    Source: Guo et al., "DeepFM: a factorization-machine based neural network for CTR prediction", IJCAI 2017,
    equations 1 to 4.

    >>> DeepFm().hidden
    (64, 64)
    """

    hidden: tuple[int, ...] = (64, 64)
    dropout: float = 0.0
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        require(bool(self.hidden), "deep_fm.hidden", "at least one layer", self.hidden)
        check_units("deep_fm.hidden", self.hidden)
        check_dropout("deep_fm.dropout", self.dropout)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, 1)."""
        require(inputs.fields >= 1, "deep_fm", "slot columns with a table", f"{inputs.fields} slot columns")
        require(inputs.width >= 2, "deep_fm.table.width", "at least 2", inputs.width)
        require(outputs == 1, "deep_fm.head", "one output", outputs)
        nn = torch().nn
        width = (inputs.numbers + inputs.fields) * inputs.width
        return assembled(
            _forward,
            numbers=nn.Parameter(0.05 * torch().randn(inputs.numbers, inputs.width)),
            bias=nn.Parameter(torch().zeros(1)),
            pad=padded(width),
            deep=nn.Sequential(hidden(up(width), self.hidden, self.dropout), ending(self.hidden[-1], 1)),
            fields=(inputs.numbers, inputs.fields, inputs.width),
        )

    def plan(self, inputs: Inputs, outputs: int) -> Plan:
        """Return the same without torch."""
        numbers, slots, wide = inputs.numbers, inputs.fields * inputs.width, inputs.numbers * inputs.width
        draft, width = Draft(numbers + slots), up(wide + slots)
        vectors = draft.room(width)
        draft.times(0, vectors, numbers, inputs.width)
        draft.copied(numbers, vectors + wide, slots)
        bias = draft.bias()
        at, width = draft.layers(vectors, width, self.hidden)
        draft.linear(at, into := draft.room(up(1)), width, up(1))
        draft.pairs(vectors, into, numbers + inputs.fields, inputs.width, bias)
        return draft.plan(outputs)


def _forward(self: Any, x: Any) -> Any:
    numbers, fields, width = self.fields
    slots = x[:, numbers:].view(-1, fields, width)
    vectors = torch().cat([x[:, :numbers, None] * self.numbers, slots], 1)
    total, squares = vectors.sum(1), (vectors * vectors).sum(1)
    pairs = 0.5 * (total * total - squares)
    machine = total[:, :1] + pairs[:, 1:].sum(1, keepdim=True)
    return self.bias + machine + self.deep(self.pad(vectors.flatten(1)))
