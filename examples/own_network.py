"""A network of torch of your own as a learner: numbers of a row are read one after the other by a recurrent cell."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.prequential import prequential


class Reader(torch.nn.Module):
    """Reads a row's numbers in order, then says its margins."""

    def __init__(self, units: int, outputs: int) -> None:
        super().__init__()
        self.cell = torch.nn.GRU(1, units, batch_first=True)
        self.last = torch.nn.Linear(units, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return margins, (rows, outputs), of x, (rows, inputs)."""
        return self.last(self.cell(x[:, :, None])[0][:, -1])


@dataclass(frozen=True)
class Reading:
    """The network's name: equal fields, equal network."""

    units: int = 8
    block: ClassVar[int] = 1  # each row is guessed alone: always safe

    def module(self, inputs: int, outputs: int) -> Any:
        """Return a new module."""
        return Reader(self.units, outputs)


def main() -> None:
    """Learn whether a row's numbers rise from a stream, each row guessed before its label is learned."""
    x = np.random.default_rng(1).normal(size=(3000, 3)).astype(np.float32)
    rises = (x[:, 2] > x[:, 0]).astype(float)
    learner = Deep(tuple(Column(name) for name in "abc"), Reading(), batch=8)
    _, guesses = learner.step(learner.start(), prequential(x, rises))
    right = (guesses[::2] > 0.5) == rises
    print(f"right: {right[:300].mean():.2f} of the first 300, {right[-300:].mean():.2f} of the last 300")


if __name__ == "__main__":
    main()
