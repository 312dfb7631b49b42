"""Daybook: the closed days of each app, in files that go with the checkpoints."""

from __future__ import annotations

import math
from pathlib import Path

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
        self._old = {app.name: self._kept(app.name, at, files.get(app.name, 0)) for app in ring.apps}
        self._files = {name: len(kept) for name, kept in self._old.items()}

    def _kept(self, app: str, at: int, files: int) -> list[Days]:
        kept = [day_files.load(path)[0] for path in day_paths(self._folder / app) if int(path.stem) <= at]
        require(len(kept) == files, f"{self._folder / app}", f"{files} files up to offset {at}", len(kept))
        return kept

    def drop_beyond(self, at: int) -> None:
        """Remove days that closed after an offset, with files that were never finished."""
        for app in self._old:
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

    def save(self, at: int) -> None:
        """Write the days that closed since the last save."""
        for name, days in self._new.items():
            if days:
                folder = self._folder / name
                with plainly(folder):
                    make_folder(folder)
                    day_files.save(folder / f"{at:016d}.arrow", Days.concat(days), {})
                self._files[name] += 1
                self._old[name] += days
                self._new[name] = []

    def days(self, app: str) -> list[Days]:
        """Return all closed days of an app, in parts."""
        return [*self._old[app], *self._new[app]]

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
            parts = self.days(lane.app.name)
            if parts:
                loss, n = sum(part.sums[:, :, 0].sum(axis=0) for part in parts), sum(part.n.sum() for part in parts)
                last = parts[-1]
                overall[lane.app.name] = dict(zip(lane.racers, (loss / n).tolist(), strict=True))
                newest = (last.sums[-1, :, 0] / last.n[-1]).tolist()
                today[lane.app.name] = dict(zip(lane.racers, newest, strict=True))
        return overall, today


def day_paths(folder: Path) -> list[Path]:
    """Return an app's files of days, oldest first."""
    return sorted(folder.glob(f"{'[0-9]' * 16}.arrow"))
