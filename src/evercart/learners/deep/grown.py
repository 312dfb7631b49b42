"""Grown: what a learner has become, taken over by one whose network differs."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.errors import UserError, expected
from evercart.features.columns import Column
from evercart.fold import clone
from evercart.learners.deep.deep import Deep, Trained


def grown(old: Deep, state: Trained, new: Deep) -> Trained:
    """Return a state for `new`: each weight of equal name and shape as `old` had learned it, the others as born.

    So a network goes on when a task is added at the end of its tasks. Counts go on, too; buffers, vectors of slots
    and rows that wait are taken over where they fit. Two learners without a weight in common raise `UserError`.
    """
    made = new.start()
    weights, moments = made.weights, made.moments
    ours, theirs = new.layout.named(weights), old.layout.named(state.weights)
    same = [name for name in ours if name in theirs and ours[name].shape == theirs[name].shape]
    if not same:
        raise UserError(expected("grown", "weights of equal name and shape", "none"))
    remembered = min(len(moments), len(state.moments)) if new.steps == old.steps else 0
    for name in same:
        ours[name][...] = theirs[name]
    for at in range(remembered):
        into, from_ = new.layout.named(moments[at]), old.layout.named(state.moments[at])
        for name in same:
            into[name][...] = from_[name]
    kept: dict[str, Any] = {name: _fitting(getattr(made, name), getattr(state, name)) for name in ("seen", "buffers")}
    if old.inputs == new.inputs and old.table == new.table and _slots(old) == _slots(new):
        kept["rows"] = state.rows
    if np.array_equal(old.places, new.places) and old.batch == new.batch:
        kept["waiting"] = state.waiting
    return clone(made._replace(counts=state.counts, **kept))  # both may go on


def _slots(deep: Deep) -> list[Column]:
    return [deep.columns[place] for place in deep.places[deep.inputs.numbers :]]


def _fitting(made: Any, had: Any) -> Any:
    """Return what was had if it fits, else what was made."""
    shapes = [[one.shape for one in (each if isinstance(each, tuple) else (each,))] for each in (made, had)]
    return had if shapes[0] == shapes[1] else made
