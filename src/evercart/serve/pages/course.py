"""Course: an app's closed days, so short that all of them are kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.daybook import day_paths
from evercart.errors import UserError
from evercart.evaluate import days as day_files


@dataclass(frozen=True)
class Course(Batch):
    """Closed days, oldest first.

    day     (days,) int64: days since 1970-01-01 in the shop's zone
    n       (days,) int64: questions
    loss    (days, racers) float64: summed
    """

    day: NDArray[np.int64]
    n: NDArray[np.int64]
    loss: NDArray[np.float64]

    def overall(self) -> list[float]:
        """Return each racer's mean loss over all days."""
        means: list[float] = (self.loss.sum(axis=0) / max(1, self.n.sum())).tolist()
        return means

    def last(self, racers: tuple[str, ...]) -> tuple[str, int, dict[str, float]] | None:
        """Return the last day with its questions and mean losses."""
        if not len(self):
            return None
        means = (self.loss[-1] / self.n[-1]).tolist()
        return str(self.day[-1:].astype("datetime64[D]")[0]), int(self.n[-1]), dict(zip(racers, means, strict=True))

    def lately(self, days: int, n: int, loss: NDArray[np.float64]) -> tuple[int, NDArray[np.float64]]:
        """Return the questions of the last days with their summed losses, (racers,); the newest day is given.

        n       its questions
        loss    its summed losses, (racers,)
        """
        before = self.rows(slice(max(0, len(self) - days + 1), None))
        return n + int(before.n.sum()), loss + before.loss.sum(axis=0)

    def rolled(self, over: int = 7) -> NDArray[np.float64]:
        """Return mean losses over the questions of each day with the `over - 1` rows before it, (days, racers).

        >>> Course(np.arange(2), np.array([1, 3]), np.array([[4.0], [4.0]])).rolled().tolist()
        [[4.0], [2.0]]
        """
        ends = np.arange(1, len(self) + 1)
        begins = np.maximum(ends - over, 0)
        sums = np.vstack([np.zeros((1, self.loss.shape[1])), np.cumsum(self.loss, axis=0)])
        counts = np.concatenate([[0.0], np.cumsum(self.n)])
        means: NDArray[np.float64] = (sums[ends] - sums[begins]) / (counts[ends] - counts[begins])[:, None]
        return means


class Courses:
    """The folder `days` of a shop; a file is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, Course] = {}
        self._made: dict[str, tuple[tuple[Path, ...], Course]] = {}

    def of(self, app: str, racers: int) -> Course:
        """Return an app's closed days; files of other racers, or unreadable ones, are passed over."""
        paths = tuple(day_paths(self._folder / app))
        kept = self._made.get(app)
        if kept is None or kept[0] != paths or kept[1].loss.shape[1] != racers:
            parts = [one for one in map(self._load, paths) if one.loss.shape[1] == racers]
            kept = (paths, Course.concat([_none(racers), *parts]))
            self._made[app] = kept
        return kept[1]

    def _load(self, path: Path) -> Course:
        if path not in self._read:
            try:
                days, _ = day_files.load(path)
            except UserError:  # `run` removed it just now, or it is damaged, which `run` tells
                return _none(0)
            self._read[path] = Course(days.day, days.n, days.sums[:, :, 0].copy())
        return self._read[path]


def _none(racers: int) -> Course:
    return Course(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, racers)))
