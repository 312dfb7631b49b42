"""Stages: what is done to a row before a deep learner sees it, in numpy as the learner has it, again in torch."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.features.columns import Column
from evercart.learners.deep.extra import torch
from evercart.learners.deep.numbered import Numbered
from evercart.learners.scaled import Scaled

X = NDArray[np.float32]


class Stage(Protocol):
    """A step between a row as the app has it, (columns,), with the row that the learner inside sees."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what the columns of the rows it is given mean."""
        ...

    def rows(self, x: X) -> X:
        """Return rows as the learner inside sees them, by the learner's own code."""
        ...

    def tensor(self, x: Any) -> Any:
        """Return the same of a tensor of float32, by what a graph may hold."""
        ...

    def raw(self, x: X) -> X:
        """Return rows that would be seen as x or nearly so: fresh inputs are drawn where the learner lives."""
        ...


class Rescale(NamedTuple):
    """The scale of `Scaled`, its statistics now constants."""

    scaled: Scaled[Any]
    seen: NDArray[np.float64]  # (numbers, 3)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns: scaling leaves them where they are."""
        return self.scaled.columns

    def rows(self, x: X) -> X:
        """Return rows scaled by the statistics."""
        return self.scaled.scaled(self.seen, x)

    def tensor(self, x: Any) -> Any:
        """Return rows scaled in float64, as the learner does; columns that are not scaled by 0 of 1."""
        it, most = torch(), self.scaled.most
        mean, deviation, known = (it.from_numpy(one) for one in self._every())
        away = ((x.double() - mean) / deviation).clamp(-most, most) * known
        return it.where(it.from_numpy(self._mine()), away.float(), x)

    def raw(self, x: X) -> X:
        """Return rows that are x once scaled."""
        mean, deviation, _ = self._every()
        return np.where(self._mine(), x * deviation + mean, x).astype(np.float32)

    def _mine(self) -> NDArray[np.bool_]:
        return np.isin(np.arange(len(self.columns)), self.scaled.places)

    def _every(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the mean, the deviation, 1 where there is one, else 0; each (columns,)."""
        mean, deviation, known = np.zeros(len(self.columns)), np.ones(len(self.columns)), np.ones(len(self.columns))
        count, middle, squares = self.seen.T
        spread = squares > 0
        mean[self.scaled.places] = np.where(spread, middle, 0.0)
        deviation[self.scaled.places] = np.sqrt(np.where(spread, squares, 1.0) / np.where(spread, count, 1.0))
        known[self.scaled.places] = spread
        return mean, deviation, known


class Number(NamedTuple):
    """The slot of `Numbered` as a number before all other columns."""

    numbered: Numbered[Any]

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the columns before the number joins them."""
        return self.numbered.columns

    def rows(self, x: X) -> X:
        """Return rows with the number first."""
        return self.numbered.widened(x)

    def tensor(self, x: Any) -> Any:
        """Return the same of a tensor."""
        place = self.numbered.place
        return torch().cat([x[:, place : place + 1] - 1, x], 1)

    def raw(self, x: X) -> X:
        """Return rows without their first number."""
        return x[:, 1:]
