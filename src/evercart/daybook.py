"""Daybook: the closed days of each app, in files that go with the checkpoints."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from evercart.durable import WRITING, make_folder
from evercart.errors import require
from evercart.evaluate import days as day_files
from evercart.evaluate.days import Days
from evercart.log.faults import plainly
from evercart.loop import Ring, Said


class Daybook:
    """The closed days of each app.

    files    how many of each app the checkpoint at this offset goes with
    """

    def __init__(self, folder: Path, ring: Ring, at: int, files: dict[str, int]) -> None:
        self._folder, self._ring = folder, ring
        self._new: dict[str, list[Days]] = {app.name: [] for app in ring.apps}
        self._sums = {app.name: Sums() for app in ring.apps}
        self._files = {app.name: self._kept(app.name, at, files.get(app.name, 0)) for app in ring.apps}

    def _kept(self, app: str, at: int, files: int) -> int:
        """Sum up the files of an app; return how many there are."""
        paths = [path for path in day_paths(self._folder / app) if int(path.stem) <= at]
        require(len(paths) == files, f"{self._folder / app}", f"{files} files up to offset {at}", len(paths))
        for path in paths:
            self._sums[app].add(day_files.load(path)[0])
        return files

    def drop_beyond(self, at: int) -> None:
        """Remove days that closed after an offset, with files that were never finished."""
        for app in self._files:
            for path in (self._folder / app).glob("*"):
                if path.name.endswith(WRITING) or int(path.stem) > at:
                    path.unlink()

    def files(self) -> dict[str, int]:
        """Return how many files each app has."""
        return dict(self._files)

    def add(self, said: dict[str, Said]) -> None:
        """Take the days that closed in a batch."""
        for name, one in said.items():
            if len(one.days):
                self._new[name].append(one.days)
                self._sums[name].add(one.days)

    def save(self, at: int) -> None:
        """Write the days that closed since the last save."""
        for name, days in self._new.items():
            if days:
                folder = self._folder / name
                with plainly(folder):
                    make_folder(folder)
                    day_files.save(folder / f"{at:016d}.arrow", Days.concat(days), {})
                self._files[name] += 1
                self._new[name] = []

    def by_stage(self) -> dict[str, float]:
        """Return the mean loss over all closed days, by the stage of the racer."""
        overall, _ = self.losses()
        return {
            lane.racers[racer].name: loss
            for lane in self._ring.lanes()
            for racer, loss in overall.get(lane.app.name, {}).items()
            if math.isfinite(loss)
        }

    def losses(self) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
        """Return the mean loss over all closed days and over the last one, by app and racer."""
        overall: dict[str, dict[str, float]] = {}
        today: dict[str, dict[str, float]] = {}
        for lane in self._ring.lanes():
            sums = self._sums[lane.app.name]
            if sums.n:
                overall[lane.app.name] = dict(zip(lane.racers, (sums.loss / sums.n).tolist(), strict=True))
                today[lane.app.name] = dict(zip(lane.racers, sums.last.tolist(), strict=True))
        return overall, today


class Sums:
    """What is told of an app's closed days, which are many: questions, each racer's losses, its mean of the last."""

    def __init__(self) -> None:
        self.n, self.loss, self.last = 0, np.zeros(0), np.zeros(0)

    def add(self, days: Days) -> None:
        """Take days that closed after those before."""
        loss = days.sums[:, :, 0].sum(axis=0)
        self.loss = self.loss + loss if self.n else loss
        self.n += int(days.n.sum())
        self.last = days.sums[-1, :, 0] / days.n[-1]


def day_paths(folder: Path) -> list[Path]:
    """Return an app's files of days, oldest first."""
    return sorted(folder.glob(f"{'[0-9]' * 16}.arrow"))
