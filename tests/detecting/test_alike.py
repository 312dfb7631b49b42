"""The nearest earlier case by contributions, never one that was asked about later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evercart.detecting.alike import similar, usual_of
from evercart.events.schema import table_of as rows
from evercart.labels.precedents import LATELY, SILENT, TOLD, Cases
from evercart.log import open_log
from evercart.units import DAY_US

US = 1_800_000_000_000_000


def cases(*kept: tuple[int, int, int, float, list[float]]) -> Cases:
    """Return cases of (group, offset, day, label, features)."""
    shape = (3, 4)
    x = np.zeros((*shape, 2), np.float32)
    made = Cases(np.full(shape, -1), np.zeros(shape, np.int64), np.zeros(shape), x, np.zeros(3, np.int64))
    for at, (group, offset, day, y, said) in enumerate(kept):
        made.offset[group, at], made.us[group, at], made.y[group, at] = offset, US + day * DAY_US, y
        made.x[group, at] = said
    return made


def parts(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float64) * [1.0, 0.0]  # the second column counts for nothing


def test_the_most_alike_of_those_before(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=7)
    made = [{"kind": 21, "id": f"p{at}", "amount": 100 + at, "currency": "EUR", "event_us": US} for at in range(4)]
    log.append(rows(made), US)  # after the row that begins the live log
    kept = cases(
        (TOLD, 1, 1, 1.0, [3.0, 9.0]),
        (SILENT, 2, 2, 0.0, [-2.0, 0.0]),
        (TOLD, 3, 8, 1.0, [2.0, 0.0]),  # later
        (LATELY, 4, 1, np.nan, [2.0, 0.0]),  # not answered
    )
    row = {"event_us": US + 5 * DAY_US}
    found = similar(log, kept, parts, np.array([2.0, 0.0]), row)
    assert found._replace(alike=0) == ("p0", "payment", US + DAY_US, True, True, 0, 100, "EUR")
    assert found.alike == pytest.approx(1 - 1 / 5)
    good = similar(log, kept, parts, np.array([-2.0, 0.0]), row)
    assert (good.id, good.fraud, good.told, good.alike) == ("p1", False, False, 1.0)
    assert similar(log, kept, parts, np.zeros(2), {"event_us": US}) is None
    log.close()


def test_the_usual_is_the_mean_of_late_ones() -> None:
    xs = ([1.0, 5.0], [3.0, 5.0], [9.0, 9.0])
    kept = cases(*((LATELY, at, day, np.nan, x) for at, day, x in zip(range(3), (1, 2, 9), xs, strict=True)))
    assert usual_of(kept, parts, US + 5 * DAY_US).tolist() == [2.0, 0.0]
    assert usual_of(kept, parts, US) is None
