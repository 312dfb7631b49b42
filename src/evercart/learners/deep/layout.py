"""Layout: where each parameter of a module lies in one long vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.learners.deep.extra import torch


class Layout(NamedTuple):
    """A module's structure, with the parameters and buffers it was born with."""

    module: Any
    parameters: tuple[Any, ...]  # the module's own, which `load` writes over
    counters: tuple[Any, ...]  # its own buffers, likewise
    names: tuple[str, ...]  # of the parameters, in the order in which they lie in the vector
    shapes: tuple[tuple[int, ...], ...]
    weights: NDArray[Any]  # (weights,)
    buffers: tuple[NDArray[Any], ...]  # of at least one axis each
    sizes: tuple[int, ...]  # of the parameters
    flat: tuple[Any, ...]  # the parameters as vectors, over the same memory
    parts: tuple[dict[str, Any], ...]  # what the modules in it are made of; none: one of them has a `train` of its own
    loaded: list[Any]  # one weak reference to the weights that the module holds; none: nobody knows

    def load(self, weights: NDArray[Any], buffers: Sequence[NDArray[Any]]) -> None:
        """Write weights, (weights,), and buffers over whatever the module holds; those of another raise `UserError`.

        Weights that are the very array loaded last are not written again: an array, once loaded, never changes.
        """
        it = torch()
        if hasattr(self.module, "refuse"):
            self.module.refuse(buffers)
        require(len(weights) == len(self.weights), "state.weights", f"{len(self.weights):,} numbers", len(weights))
        with it.no_grad():
            if not (self.loaded and self.loaded[0]() is weights):
                pieces = it.from_numpy(weights).split(self.sizes)
                it._foreach_copy_(self.flat, pieces)
                self.loaded[:] = [ref(weights)]
            for own, buffer in zip(self.counters, buffers, strict=True):
                own.copy_(it.from_numpy(buffer).view(own.shape))

    def now(self) -> tuple[NDArray[Any], ...]:
        """Return the module's buffers as they stand, of at least one axis each."""
        return tuple(np.atleast_1d(one.detach().cpu().numpy().copy()) for one in self.counters)

    def tensors(self, buffers: Sequence[NDArray[Any]]) -> tuple[Any, ...]:
        """Return buffers as tensors of the module's own shapes, over copies."""
        pairs = zip(self.counters, buffers, strict=True)
        return tuple(torch().from_numpy(buffer.copy()).view(own.shape) for own, buffer in pairs)

    def called(self, module: Any, weights: Any, buffers: Sequence[Any], x: Any) -> Any:
        """Return what the module says of x with weights, a tensor (weights,) that may be differentiated."""
        pieces = weights.split(self.sizes)
        held = {name: one.view(shape) for name, one, shape in zip(self.names, pieces, self.shapes, strict=True)}
        held |= dict(zip((name for name, _ in module.named_buffers()), buffers, strict=True))
        return torch().func.functional_call(module, held, (x,))

    def asked(self, training: bool) -> Any:
        """Return the module, set to learn or to guess."""
        if self.module.training != training:
            if self.parts:
                for part in self.parts:
                    part["training"] = training
            else:
                self.module.train(training)
        return self.module

    def named(self, weights: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return each parameter by its name, in its own shape, as views of the vector (weights,)."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        parts = zip(self.names, np.split(weights, ends), self.shapes, strict=True)
        return {name: part.reshape(shape) for name, part, shape in parts}


def layout(module: Any) -> Layout:
    """Return the layout of a module as it stands; one without parameters raises `UserError`."""
    parameters = dict(module.named_parameters())
    require(len(parameters) > 0, "network.module", "at least one parameter", "none")
    counters = tuple(module.buffers())
    kinds = {str(one.dtype) for one in parameters.values()}
    if len(kinds) > 1:
        raise UserError(expected("network.module", "parameters of one type", " ".join(sorted(kinds))))
    own = {type(part).train for part in module.modules()}
    return Layout(
        module,
        tuple(parameters.values()),
        counters,
        tuple(parameters),
        tuple(tuple(one.shape) for one in parameters.values()),
        np.concatenate([one.detach().cpu().numpy().ravel() for one in parameters.values()]),
        tuple(np.atleast_1d(one.detach().cpu().numpy().copy()) for one in counters),
        tuple(one.numel() for one in parameters.values()),
        tuple(one.detach().view(-1) for one in parameters.values()),
        tuple(vars(part) for part in module.modules()) if own == {torch().nn.Module.train} else (),
        [],
    )
