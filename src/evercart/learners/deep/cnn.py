"""Cnn: layers that look for the same small patterns everywhere in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evercart.errors import require
from evercart.learners.deep.extra import torch
from evercart.learners.deep.inputs import Inputs


@dataclass(frozen=True)
class Cnn:
    """A convolutional network over pictures whose pixels are the inputs, row by row, channel after channel.

    shape       channels, rows, columns of a picture
    filters     of each layer of 3 x 3 patterns; after every second layer the picture is halved
    hidden      units between the last picture and the margins
    dropout     the share of these units left out while training

    Source: LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 86(11), 1998, section
    2; 3 x 3 patterns only: Simonyan and Zisserman, "Very deep convolutional networks", ICLR 2015, section 2.

    >>> Cnn((1, 8, 8)).filters
    (32, 32)
    """

    shape: tuple[int, int, int]
    filters: tuple[int, ...] = (32, 32)
    hidden: int = 128
    dropout: float = 0.0
    block: ClassVar[int] = 1

    def __post_init__(self) -> None:
        require(min(self.shape) >= 1, "cnn.shape", "channels, rows, columns of at least 1", self.shape)
        require(len(self.filters) > 0 and min(self.filters) >= 1, "cnn.filters", "at least 1 in each", self.filters)
        halved = 2 ** (len(self.filters) // 2)
        require(min(self.shape[1:]) >= halved, "cnn.shape", f"rows, columns of at least {halved}", self.shape)
        require(self.hidden >= 1, "cnn.hidden", "at least 1", self.hidden)
        require(0 <= self.dropout < 1, "cnn.dropout", "0 or more and less than 1", self.dropout)

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return the layers, (rows, inputs) to (rows, outputs); other inputs than pixels raise `UserError`."""
        channels, height, width = self.shape
        require(inputs == channels * height * width, "cnn.shape", f"{inputs} pixels in all", self.shape)
        nn = torch().nn
        layers: list[Any] = [nn.Unflatten(1, self.shape)]
        for at, filters in enumerate(self.filters):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
            if at % 2:
                layers.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
        layers += [nn.Flatten(), nn.Linear(channels * height * width, self.hidden), nn.ReLU()]
        layers += [nn.Dropout(self.dropout)] * (self.dropout > 0) + [nn.Linear(self.hidden, outputs)]
        return nn.Sequential(*layers)
