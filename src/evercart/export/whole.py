"""Whole: a deep learner as one module, from a row as its app has it to margins."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.export.looked import looked
from evercart.export.unwrapped import Unwrapped
from evercart.learners.deep.blocks import assembled
from evercart.learners.deep.extra import torch


def whole(one: Unwrapped) -> Any:
    """Return a module from x, float32 (rows, columns), to margins, (rows, outputs); within `calm`.

    It scales as the learner does, takes what is not finite for 0, finds the vectors of slots, asks the network. It
    shares the learner's own weights: it is to be written before the learner is asked anything else.
    """
    deep, trained = one.deep, one.trained
    deep.layout.load(trained.weights, trained.buffers)
    every = np.array_equal(deep.places, np.arange(len(deep.columns)))
    made = assembled(
        _forward,
        stages=one.stages,
        places=None if every else torch().from_numpy(deep.places.copy()),
        most=float(np.finfo(np.float32).max),
        numbers=deep.inputs.numbers,
        kind=getattr(torch(), deep.precision),
        looked=None if deep.table is None else looked(trained.rows, *deep.spaces),
        network=deep.layout.asked(training=False),
    )
    return made.eval()


def _forward(self: Any, x: Any) -> Any:
    it = torch()
    for stage in self.stages:
        x = stage.tensor(x)
    if self.places is not None:
        x = x.index_select(1, self.places)
    x = it.where(x.abs() <= self.most, x, 0.0)
    if self.looked is None:
        return self.network(x.to(self.kind))
    vectors = self.looked(x[:, self.numbers :])
    return self.network(it.cat([x[:, : self.numbers].to(self.kind), vectors], 1))
