"""Blocks: what networks are put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from evercart.errors import require
from evercart.learners.deep.extra import torch

SIDE: Final = 16  # floats in 64 bytes: products whose sides are multiples of it treat every row alike


def up(side: int) -> int:
    """Return the next multiple of 16.

    >>> up(16), up(17)
    (16, 32)
    """
    return side + -side % SIDE


def check_units(where: str, units: Sequence[int]) -> None:
    """Raise `UserError` unless all are multiples of 16."""
    for each in units:
        require(each >= SIDE and each % SIDE == 0, where, "multiples of 16", each)


def check_dropout(where: str, dropout: float) -> None:
    """Raise `UserError` unless it is a share below 1."""
    require(0 <= dropout < 1, where, "0 or more and less than 1", dropout)


def assembled(forward: Callable[..., Any], **parts: Any) -> Any:
    """Return a module of named parts, whose `forward` is a function of itself, then of what it is given.

    Numbers or functions among the parts are plain attributes.
    """
    kind = type("Assembled", (torch().nn.Module,), {"forward": forward})
    module = kind()
    for name, part in parts.items():
        setattr(module, name, part)
    return module


def padded(inputs: int) -> Any:
    """Return a layer that adds zeros up to the next multiple of 16."""
    return torch().nn.ZeroPad1d((0, -inputs % SIDE))


def hidden(inputs: int, units: Sequence[int], dropout: float) -> Any:
    """Return rectified layers, from (rows, inputs), a multiple of 16, to (rows, last of units)."""
    nn, layers, width = torch().nn, [], inputs
    for each in units:
        layers += [nn.Linear(width, each), nn.ReLU()] + [nn.Dropout(dropout)] * (dropout > 0)
        width = each
    return nn.Sequential(*layers)


def ending(inputs: int, outputs: int) -> Any:
    """Return a linear layer from (rows, inputs), a multiple of 16, to (rows, outputs), any number."""
    nn = torch().nn
    return nn.Sequential(nn.Linear(inputs, up(outputs)), nn.ZeroPad1d((0, outputs - up(outputs))))
