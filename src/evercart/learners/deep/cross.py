"""Cross: products of inputs of ever higher degree, beside a perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.errors import require
from evercart.learners.deep.blocks import assembled, check_dropout, check_units, ending, hidden, padded, up
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.plan import Draft, Plan


@dataclass(frozen=True)
class Cross:
    """A deep and cross network, both parts side by side: each cross layer is first * (W last + b) + last.

    crosses    cross layers: their products have a degree up to crosses + 1
    hidden     the units of the perceptron's layers, multiples of 16; none: crosses alone
    dropout    the share of the perceptron's units left out while training

    Source: Wang et al., "DCN V2: improved deep & cross network and practical lessons for web-scale learning to rank
    systems", WWW 2021, section 3.

    >>> Cross(crosses=2).hidden
    (64,)
    """

    crosses: int = 2
    hidden: tuple[int, ...] = (64,)
    dropout: float = 0.0
    block: ClassVar[int] = 32

    def __post_init__(self) -> None:
        require(self.crosses >= 1, "cross.crosses", "at least 1", self.crosses)
        check_units("cross.hidden", self.hidden)
        check_dropout("cross.dropout", self.dropout)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs)."""
        nn, width = torch().nn, up(inputs)
        deep = hidden(width, self.hidden, self.dropout) if self.hidden else None
        return assembled(
            _forward,
            pad=padded(inputs),
            crosses=nn.ModuleList(nn.Linear(width, width) for _ in range(self.crosses)),
            deep=deep,
            last=ending(width + (self.hidden[-1] if self.hidden else 0), outputs),
        )

    def plan(self, inputs: Inputs, outputs: int) -> Plan:
        """Return the same layers without torch; the last products lie before the perceptron's last units."""
        width, units = up(inputs), self.hidden
        draft = Draft(width)
        products = [0, *(draft.room(width) for _ in range(self.crosses - 1))]
        layers = [0, *(draft.room(each) for each in units[:-1])]
        products += [draft.room(width)]
        layers += [draft.room(each) for each in units[-1:]]
        for at in range(self.crosses):
            draft.crossed(products[at], products[at + 1], width)
        for at, (read, written) in enumerate(zip((width, *units), units, strict=False)):
            draft.linear(layers[at], layers[at + 1], read, written, rectified=True)
        read = width + (units[-1] if units else 0)
        draft.linear(products[-1], draft.room(up(outputs)), read, up(outputs))
        return draft.plan(outputs)


def _forward(self: Any, x: Any) -> Any:
    first = self.pad(x)
    crossed = first
    for layer in self.crosses:
        crossed = first * layer(crossed) + crossed
    return self.last(crossed if self.deep is None else torch().cat([crossed, self.deep(first)], 1))
