"""Pruned: a network whose smallest weights are 0."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.export.onnx import package
from evercart.export.taught import taught
from evercart.export.unwrapped import Unwrapped
from evercart.fold import clone

SHARE: Final = 0.8
PASSES: Final = 2
_WORTH: Final = 3  # an index and a number take as much as three numbers


def pruned(one: Unwrapped, x: NDArray[np.float32], share: float = SHARE, passes: int = PASSES) -> Unwrapped:
    """Return the network without a share of each matrix's weights, the smallest.

    x    (rows, columns), as the app has them, on which what is left learns to say what the whole one says

    Source: Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks", NIPS
    2015, section 3; taught by the whole network in the place of labels.
    """
    require(0 < share < 1, "export.pruned", "a share of more than 0, less than 1", share)
    deep, seen = one.deep, one.seen(x)
    said = deep.margins(one.trained, seen)
    parts = [_kept(part, share).ravel() for part in deep.layout.named(one.trained.weights).values()]
    keep = np.concatenate(parts).astype(one.trained.weights.dtype)
    state = clone(one.trained)
    state = state._replace(weights=state.weights * keep)
    state = taught(deep, state, seen, said, passes, after=lambda now: now._replace(weights=now.weights * keep))
    return one._replace(trained=state)


def sparse(graph: bytes) -> bytes:
    """Return a graph whose numbers that are mostly 0 are written as those that are not, with their places."""
    onnx = package("onnx")
    model = onnx.load_model_from_string(graph)
    held = model.graph
    for one in list(held.initializer):
        body = onnx.numpy_helper.to_array(one)
        place = np.flatnonzero(body)
        if body.dtype.kind == "f" and body.ndim > 1 and _WORTH * len(place) < body.size:
            values = onnx.numpy_helper.from_array(body.ravel()[place], one.name)
            places = onnx.numpy_helper.from_array(place.astype(np.int64), f"{one.name}/places")
            held.sparse_initializer.append(onnx.helper.make_sparse_tensor(values, places, list(body.shape)))
            held.initializer.remove(one)
    written: bytes = model.SerializeToString()
    return written


def _kept(part: NDArray[Any], share: float) -> NDArray[np.bool_]:
    """Return where a parameter keeps its weights: all of one that is no matrix."""
    if part.ndim < 2:
        return np.ones(part.shape, np.bool_)
    return np.asarray(np.abs(part) > np.quantile(np.abs(part), share))
