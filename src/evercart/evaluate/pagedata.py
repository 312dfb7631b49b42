"""ReportData: everything the report page shows, gathered by the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evercart.errors import require
from evercart.evaluate.business import Measure
from evercart.evaluate.compare import Difference
from evercart.evaluate.days import Days
from evercart.evaluate.report import Report

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class AppData:
    """One app's race.

    name          as the shop calls it
    question      what is asked, for a reader
    unit          of the label: "chance", or money or pieces
    report        whose racers are listed; the first one is the champion
    days          its day rows, controls included
    judged        the rows of the questions that count for the headline: those asked after the first quarter
    differences   by control: its loss minus the champion's, on questions asked since then
    cpu_s         by racer: CPU seconds, learning with guessing
    live          the model that answers now; "" where nothing was ever judged
    happened      when, which model, what became of it: moves, verdicts, alarms
    races         by challenger whose settings are raced: how that stands (`Ledger`)
    earned        by model that decided live: what came of its decisions; money in minor units
    acting        of payments: what ways to act on the chances would have cost (`tally`)
    paid          of payments: what live actions came to, reasons, attacks (`Reported.summary`)
    """

    name: str
    question: str
    unit: str
    report: Report
    days: Days
    judged: Days
    differences: Mapping[str, Difference] = field(default_factory=dict)
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    live: str = ""
    happened: tuple[tuple[str, str, str], ...] = ()
    earned: tuple[tuple[str, tuple[Measure, ...]], ...] = ()
    races: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    acting: Mapping[str, Any] = field(default_factory=dict)
    paid: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.differences) - set(self.report.racers))
        require(not unknown, "app_data.differences", "names of racers", unknown)

    @property
    def champion(self) -> str:
        """Return the racer the others are held against."""
        return self.report.racers[0]


@dataclass(frozen=True)
class Quality:
    """What came in.

    kinds        names of the kinds of event
    day          (days,) int64: days since 1970-01-01
    events       (days, kinds) int64
    quarantine   field, rule, rows
    cleaning     step, rows it touched
    labels       app, what became of labels ("late", "corrected", "abandoned", …), how many
    outliers     what was flagged, rows
    """

    kinds: tuple[str, ...] = ()
    day: np.ndarray[tuple[int], np.dtype[np.int64]] = field(default_factory=lambda: np.zeros(0, np.int64))
    events: np.ndarray[tuple[int, int], np.dtype[np.int64]] = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    quarantine: tuple[tuple[str, str, int], ...] = ()
    cleaning: Counts = ()
    labels: tuple[tuple[str, str, int], ...] = ()
    outliers: Counts = ()


@dataclass(frozen=True)
class ReportData:
    """One page.

    made        when, as text
    events      rows in the log
    stages      by stage of the ring: CPU seconds
    beside      names of further pages that lie in the same folder
    """

    shop: str
    made: str
    events: int
    apps: tuple[AppData, ...]
    quality: Quality = Quality()
    stages: Mapping[str, float] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
