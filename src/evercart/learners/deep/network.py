"""Network: what builds a torch module from its own fields."""

from __future__ import annotations

from typing import Any, Protocol

from evercart.learners.deep.inputs import Inputs


class Network(Protocol):
    """A frozen dataclass that names a torch module by its fields.

    The module takes a float tensor (rows, inputs), returns one of (rows, outputs): margins, before any sigmoid or
    softmax. It treats its rows alike, each for itself, when not training. What it draws at birth follows the
    learner's seed. `inputs` says where the numbers end, how many embedded slots follow; as an int, it is the width of
    a row. Everything it learns is a parameter; what it counts while training is a buffer.
    A module with a method `refuse(buffers)` may raise `UserError` before a state's buffers are loaded into it.
    """

    @property
    def block(self) -> int:
        """Return how many rows are asked in one call, padded with zeros; 1: each row alone, which is always safe.

        More is faster, but then a row's bits may not depend on its place among the others. Products of matrices
        promise that only where all sides are multiples of 16, as `Mlp`'s are; `check_fold` finds out.
        """
        ...

    def module(self, inputs: Inputs, outputs: int) -> Any:
        """Return a new `torch.nn.Module`."""
        ...
