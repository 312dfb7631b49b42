"""Twins: each task of a joint learner beside a learner of that task alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.evaluate.losses import log_loss
from evercart.evaluate.metrics import roc_auc
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.learner import with_x


class Twin(NamedTuple):
    """One task, learned with the others, learned alone; a loss in nats, an AUC from 0 to 1."""

    task: str
    questions: int  # those judged
    rate: float  # of yes among them
    loss: float
    loss_alone: float
    auc: float
    auc_alone: float


def beside_twins(
    joint: Any, alone: Sequence[Any], tasks: Sequence[str], turns: Turns, since: float = 0.25
) -> list[Twin]:
    """Return a row a task: how well the joint learner guesses it beside its twin, both tested before they train.

    joint    a learner of turns whose first column of X is the task's number (`joined`)
    alone    a learner a task, given that task's turns with the number 0
    turns    labels of 0 or 1
    since    the share of the turns, at the start, that is not judged
    """
    require(len(alone) == len(tasks), "twins.alone", f"{len(tasks)} learners", len(alone))
    _, said = joint.step(joint.start(), turns)
    first = int(since * len(turns))
    rows = []
    for task, (name, twin) in enumerate(zip(tasks, alone, strict=True)):
        own = np.flatnonzero(turns.x[:, 0] == task)
        x = turns.x[own].copy()
        x[:, 0] = 0
        _, single = twin.step(twin.start(), with_x(turns.rows(own), x))
        y, at = _judged(turns.rows(own), int(np.searchsorted(own, first)))
        both = said[own][at], single[at]
        losses = [float(log_loss.each(y, guess).mean()) for guess in both]
        rows.append(Twin(name, len(y), float(y.mean()), *losses, *(roc_auc(y, guess) for guess in both)))
    return rows


def _judged(turns: Turns, first: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the labels that settled, (judged,), with the rows of their questions, asked from a row on."""
    asked, told = np.flatnonzero(turns.what == ASKED), np.flatnonzero(turns.what == SETTLED)
    asked = asked[asked >= first]
    _, one, other = np.intersect1d(turns.number[asked], turns.number[told], return_indices=True)
    return turns.y[told[other]], asked[one]
