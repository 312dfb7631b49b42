"""A small backtest, for the tests of what is written about one."""

from __future__ import annotations

import numpy as np

from evercart.backtest import Backtest
from evercart.evaluate.losses import squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.units import DAY_US


def tracked(rows: int = 400, days: int = 20) -> Backtest:
    """Return a backtest of three racers over so many days, compared after the first quarter."""
    rng = np.random.default_rng(7)
    us = np.sort(rng.integers(0, days * DAY_US, rows))
    y = rng.normal(10, 3, rows)
    guesses = y[:, None] + rng.normal(0, [1.0, 2.0, 1.5], (rows, 3))
    key, slices = rng.integers(1, 50, rows).astype(np.uint64), np.zeros(rows, np.int16)
    scored = Scored(number=np.arange(rows), us=us, key=key, slice=slices, y=y, guesses=guesses)
    report, since = Report(("continual", "frozen", "refit"), squared), days // 4 * DAY_US
    later = scored.rows(us > since)
    return Backtest(
        app="spend",
        unit="USD",
        report=report,
        days=report.days(scored),
        later=report.days(later),
        since_us=since,
        questions=rows,
        compared=len(later),
        cpu_s={"continual": 0.5, "frozen": 0.25, "refit": 4.0},
        stages={},
        fits=3,
        opponent="BatchLinear",
        counts={},
    )
