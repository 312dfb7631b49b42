"""Mlp: layers of rectified units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from evercart.errors import require
from evercart.learners.deep.extra import torch

_SIDE: Final = 16  # floats in 64 bytes: products whose sides are multiples of it treat every row alike


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
        for units in self.hidden:
            require(units >= _SIDE and units % _SIDE == 0, "mlp.hidden", "multiples of 16", units)
        require(0 <= self.dropout < 1, "mlp.dropout", "0 or more and less than 1", self.dropout)

    def module(self, inputs: int, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        nn = torch().nn
        layers: list[Any] = [nn.ZeroPad1d((0, -inputs % _SIDE))]
        width = inputs + -inputs % _SIDE
        for units in self.hidden:
            layers += [nn.Linear(width, units), nn.ReLU()] + [nn.Dropout(self.dropout)] * (self.dropout > 0)
            width = units
        layers += [nn.Linear(width, outputs + -outputs % _SIDE), nn.ZeroPad1d((0, -(-outputs % _SIDE)))]
        return nn.Sequential(*layers)
