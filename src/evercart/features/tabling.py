"""Tabling: what an app asks of a table, however it remembers."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.features.columns import Column
from evercart.fold import Grain


class Tabling(Protocol):
    """A fold of event grain from woven events to X, (questions, width); `Table`, `Lives`, `Interests` are such."""

    @property
    def name(self) -> str:
        """Return the name that its columns begin with."""
        ...

    @property
    def grain(self) -> Grain:
        """Return "event"."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        ...

    def start(self) -> Any:
        """Return the state before the first row."""
        ...

    def step(self, state: Any, woven: Events) -> tuple[Any, NDArray[np.float32]]:
        """Return the state after the rows; X of the questions among them."""
        ...

    def peek(self, state: Any, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, each as if it were the next row; the state stays as it is."""
        ...
