"""Apart: new rows do not compete with old classes that they do not show."""

from __future__ import annotations

from typing import Any

import numpy as np

from evercart.errors import require
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.extra import torch
from evercart.learners.deep.lesson import Lesson


def set_apart(margins: Any, trained: Trained, lesson: Lesson) -> Any:
    """Return a lesson's margins, (rows, outputs), those of classes learned before that it does not show far below.

    Source: Caccia et al., "New insights on reducing abrupt representation change in online continual learning", ICLR
    2022, section 4.
    """
    away = trained.seen > 0
    away[lesson.y.astype(np.int64)] = False
    away[lesson.was[~np.isnan(lesson.was)].astype(np.int64)] = False
    return margins.masked_fill(torch().from_numpy(away), -1e9)


def require_classes(where: str, deep: Deep) -> None:
    """Raise `UserError` where there are no classes to set apart."""
    require(deep.head.classes > 1, where, "a head of classes", deep.head)
