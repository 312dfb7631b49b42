"""Evidence: what days say of an app's racers, gathered for its page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from evercart.daybook import day_paths
from evercart.errors import UserError
from evercart.evaluate import days as day_files
from evercart.evaluate.compare import Difference, difference
from evercart.evaluate.days import Days
from evercart.evaluate.pagedata import AppData
from evercart.evaluate.report import Report
from evercart.evaluate.scores import Named, by_slice, scores
from evercart.lane import Lane
from evercart.serve.pages.kept import per_service
from evercart.serve.pages.measures import lined_up
from evercart.shop import Shop
from evercart.units import DAY_US
from evercart.zones import local_us

if TYPE_CHECKING:
    from evercart.serve.service import Service


@dataclass(frozen=True)
class Evidence:
    """What days say of an app.

    data      as the report's figures want it; the live racer is the first
    scores    by racer, over the judged days
    slices    name, questions, mean losses by racer, over the judged days
    """

    data: AppData
    scores: dict[str, Named]
    slices: list[tuple[str, int, Named]]


class Gathered:
    """Gathers evidence; what was gathered is kept until further days close or another model is live."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._lock = shop, Lock()
        self._kept: dict[str, tuple[tuple[object, ...], Evidence | None]] = {}

    def of(self, lane: Lane, own: str) -> Evidence | None:
        """Return what the closed days say, with a racer in front; None before the first one closed. Blocks."""
        name, folder = lane.app.name, Path(self._shop.folder) / "days" / lane.app.name
        with self._lock:
            key = (*day_paths(folder), own)
            kept = self._kept.get(name)
            if kept is None or kept[0] != key:
                kept = (key, self._gather(lane, own, folder))
                self._kept[name] = kept
            return kept[1]

    def _gather(self, lane: Lane, own: str, folder: Path) -> Evidence | None:
        report = lane.report.fold
        if not isinstance(report, Report):
            return None
        parts = [days for days in map(_read, day_paths(folder)) if days is not None and _fits(days, report)]
        if not parts:
            return None
        report, days = fronted(report, Days.concat(parts), own)
        judged = days.rows(days.day > self._frozen_day(lane.app.time_zone))
        gaps: dict[str, Difference] = {}
        if len(judged):
            gaps = {other: difference(report, judged, other, own) for other in report.racers[1:]}
        else:
            judged = days
        data = AppData(lane.app.name, lane.app.about, lane.app.unit, report, days, judged, gaps)
        slices = by_slice(report, judged) if len(report.slices) > 1 else []
        return Evidence(data, scores(report, judged), slices)

    def _frozen_day(self, zone: str) -> int:
        """Return the day on which the control stopped learning: it is judged from the next one on."""
        frozen_us = self._shop.checkpoints.frozen_us() or 0
        return int(local_us(np.array([frozen_us]), zone)[0] // DAY_US)


def fronted(report: Report, days: Days, own: str) -> tuple[Report, Days]:
    """Return a report with its days, one racer moved to the front; the others as on all pages."""
    order = [report.racers.index(name) for name in lined_up(report.racers, own)]
    racers = replace(days, sums=days.sums[:, order], hist=days.hist[:, order])
    moved = replace(racers, slice_sums=days.slice_sums[:, :, order], bucket_loss=days.bucket_loss[:, :, order])
    return replace(report, racers=lined_up(report.racers, own)), moved


def _read(path: Path) -> Days | None:
    try:
        return day_files.load(path)[0]
    except UserError:  # `run` removed it just now, or it is damaged, which `run` tells
        return None


def _fits(days: Days, report: Report) -> bool:
    wide = (len(report.racers), len(report.measures))
    return days.sums.shape[1:] == wide and days.slice_n.shape[1] == len(report.slices)


gathered_of = per_service(lambda service: Gathered(service.shop))


def evidence_of(service: Service, lane: Lane, own: str) -> Evidence | None:
    """Return what the closed days of an app say; see `Gathered`."""
    return gathered_of(service).of(lane, own)
