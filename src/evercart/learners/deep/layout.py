"""Layout: where each parameter of a module lies in one long vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.learners.deep.extra import functional_call


class Layout(NamedTuple):
    """A module's structure, with the parameters and buffers it was born with."""

    module: Any
    names: tuple[str, ...]  # of the parameters, in the order in which they lie in the vector
    shapes: tuple[tuple[int, ...], ...]
    weights: NDArray[Any]  # (weights,)
    counted: tuple[tuple[str, tuple[int, ...]], ...]  # the name and shape of each buffer
    buffers: tuple[NDArray[Any], ...]  # of at least one axis each

    def held(self, weights: Any, buffers: Sequence[Any]) -> dict[str, Any]:
        """Return tensors by the module's own names: views of one vector of weights, beside the buffers."""
        pieces = weights.split([int(np.prod(shape)) for shape in self.shapes])
        parts = {name: one.view(shape) for name, one, shape in zip(self.names, pieces, self.shapes, strict=True)}
        for (name, shape), buffer in zip(self.counted, buffers, strict=True):
            parts[name] = buffer.view(shape)
        return parts

    def call(self, module: Any, held: dict[str, Any], x: Any) -> Any:
        """Return what the module says of x, (rows, outputs), with the tensors held in place of its own."""
        return functional_call()(module, held, (x,), strict=True)

    def named(self, weights: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return each parameter by its name, in its own shape, as views of the vector (weights,)."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        parts = zip(self.names, np.split(weights, ends), self.shapes, strict=True)
        return {name: part.reshape(shape) for name, part, shape in parts}


def layout(module: Any) -> Layout:
    """Return the layout of a module as it stands; one without parameters raises `UserError`."""
    parameters = dict(module.named_parameters())
    require(len(parameters) > 0, "network.module", "at least one parameter", "none")
    counted = dict(module.named_buffers())
    kinds = {str(one.dtype) for one in parameters.values()}
    if len(kinds) > 1:
        raise UserError(expected("network.module", "parameters of one type", " ".join(sorted(kinds))))
    return Layout(
        module,
        tuple(parameters),
        tuple(tuple(one.shape) for one in parameters.values()),
        np.concatenate([one.detach().numpy().ravel() for one in parameters.values()]),
        tuple((name, tuple(one.shape)) for name, one in counted.items()),
        tuple(np.atleast_1d(one.detach().numpy().copy()) for one in counted.values()),
    )
