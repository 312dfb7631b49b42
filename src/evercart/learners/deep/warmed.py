"""Warm start: one learner begins with what another has learned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evercart.errors import UserError, expected
from evercart.learners.deep.deep import Deep, Trained


class Warmed(NamedTuple):
    """A first state with what it took over."""

    state: Trained
    names: tuple[str, ...]  # of the parameters taken over, in the module's order


def warmed(deep: Deep, source: Deep, learned: Trained, only: str = "") -> Warmed:
    """Return the first state of a learner, each parameter taken over from another where name, shape match.

    source     the learner whose state is taken from
    learned    its state
    only       the beginning of the names that are taken over; "": all

    Moments, counts, rows that wait begin anew; buffers are the learner's own. If nothing matches, or the two stand on
    different bases, `UserError` says so.
    """
    refuse = getattr(deep.layout.module, "refuse", None)
    if refuse is not None and hasattr(source.layout.module, "refuse"):
        refuse(learned.buffers)
    state, theirs = deep.start(), source.layout.named(learned.weights)
    ours = deep.layout.named(state.weights)
    alike = [name for name, one in ours.items() if name in theirs and theirs[name].shape == one.shape]
    taken = tuple(name for name in alike if name.startswith(only))
    if not taken:
        raise UserError(expected("warm start", f"parameters in common that begin with {only!r}", "none"))
    parts = [theirs[name] if name in taken else one for name, one in ours.items()]
    weights = np.concatenate([part.ravel() for part in parts]).astype(state.weights.dtype)
    return Warmed(state._replace(weights=weights), taken)
