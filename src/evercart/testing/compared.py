"""A comparison of three policies with known losses, for tests of what shows it."""

from __future__ import annotations

from typing import Final

import numpy as np

from evercart.evaluate.compare import Difference
from evercart.evaluate.comparison import Comparison, Forgetting
from evercart.evaluate.losses import squared
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.evaluate.staleness import Staleness
from evercart.units import DAY_US

NAMES: Final = ("continual", "refit weekly", "frozen")


def compared(question: str = "how much?", days: int = 60) -> Comparison:
    """Return a comparison with squared losses 1, 4, 9 a question, two questions a day from 1970-01-01 on.

    >>> compared().policies
    ('continual', 'refit weekly', 'frozen')
    """
    n = 2 * days
    report = Report(NAMES, squared)
    rows = (np.arange(n), np.arange(n) * DAY_US // 2, np.zeros(n), np.arange(n).astype(np.uint64))
    scored = Scored(*rows, np.zeros(n, np.int16), np.tile([1.0, 2.0, 3.0], (n, 1)))
    return Comparison(
        "spend",
        question,
        "EUR",
        report,
        report.days(scored),
        report.days(scored.rows(slice(n // 4, n))),
        days * DAY_US // 4,
        {"continual": 0.1, "refit weekly": 10.0, "frozen": 0.05},
        2.0,
        {name: Staleness(hours, 2 * hours) for name, hours in zip(NAMES, (0.1, 80.0, 3e3), strict=True)},
        {name: Forgetting(1.0, 1.5, Difference(0.5, 0.1, 0.9)) for name in NAMES},
        30,
        {"refit weekly": 8},
        "BatchLinear (l2 1.0)",
    )
