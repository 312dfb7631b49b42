"""Curves are what the report's sums say, day by day."""

from __future__ import annotations

import numpy as np
import pytest
from tracked import tracked

from evercart.backtest import Backtest
from evercart.trackers.curves import Curves, curves


@pytest.fixture(scope="module")
def found() -> Backtest:
    return tracked()


def test_the_lines_are_the_sums_of_the_days(found: Backtest) -> None:
    made = curves([found])
    assert [(one.app, one.racer) for one in made] == [("spend", name) for name in found.report.racers]
    for at, one in enumerate(made):
        assert one.lines["questions"].tolist() == found.days.n.tolist()
        assert np.allclose(one.lines["loss"] * found.days.n, found.days.sums[:, at, 0])
        assert one.final["cpu_s"] == found.cpu_s[one.racer]
        assert one.final["loss"] == found.summary()[one.racer]["loss"]


def test_what_a_control_is_behind_is_summed_over_what_is_compared(found: Backtest) -> None:
    own, control = curves([found])[:2]
    assert "loss_behind" not in own.lines and "behind_low" not in own.final
    gap = found.later.sums[:, 1, 0] - found.later.sums[:, 0, 0]
    known = control.lines["loss_behind"][np.isfinite(control.lines["loss_behind"])]
    assert np.allclose(known, np.cumsum(gap)) and len(known) == len(found.later) < len(found.days)
    assert control.final["behind_mean"] == pytest.approx(known[-1] / found.compared)
    assert control.final["behind_low"] <= control.final["behind_mean"] <= control.final["behind_high"]


def test_points_leave_out_what_is_no_number() -> None:
    one = Curves("spend", "own", np.array([3, 5]), {"loss": np.array([np.nan, 2.0])}, {"auc": np.nan, "rmse": 1.5})
    assert list(one.points()) == [("loss", 2, 5 * 86_400, 2.0), ("final/rmse", 2, 5 * 86_400, 1.5)]
