"""Joined: the turns of several tasks as those of one learner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from evercart.errors import require
from evercart.features.columns import Column
from evercart.labels.turns import Turns

TASK: Final = Column("task")
_MOST: Final = 64  # tasks


def joined(streams: Sequence[Turns]) -> Turns:
    """Return the turns of several tasks over one log, tick by tick, with the task's number as the first column of X.

    streams    of each task, over the same columns; ticks of the same log

    Decisions are numbered anew, 64 * number + task, so that those of two tasks differ.
    """
    require(1 <= len(streams) <= _MOST, "joined.streams", f"1 to {_MOST}", len(streams))
    widths = {one.x.shape[1] for one in streams}
    require(len(widths) == 1, "joined.streams", "the same columns in all", sorted(widths))
    task = np.repeat(np.arange(len(streams)), [len(one) for one in streams])
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(one, name) for one in streams]) for name in vars(streams[0])
    }
    columns["number"] = columns["number"] * _MOST + task
    columns["x"] = np.column_stack([task.astype(np.float32), columns["x"]]).astype(np.float32)
    order = np.lexsort((task, columns["offset"], columns["tick"]))
    return Turns(**{name: column[order] for name, column in columns.items()})
