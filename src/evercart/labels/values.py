"""Values: numbers along the log, as whoever watches for change takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch


@dataclass(frozen=True)
class Values(Batch):
    """One number, or one row of numbers, at each place.

    place    (rows,) int64: an offset of the log, or a question's number; it never falls
    us       (rows,) int64: the log's time there
    value    (rows,) float64, or (rows, columns) float32
    """

    place: NDArray[np.int64]
    us: NDArray[np.int64]
    value: NDArray[Any]
