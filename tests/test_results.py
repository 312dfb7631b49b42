"""Backtests are kept with what they were made from."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from evercart.backtest import backtest, linear_opponents
from evercart.labels.pairs import Tick
from evercart.results import Results
from evercart.show import as_json
from evercart.testing.redeems import orders, redeems
from evercart.units import DAY_S


def test_a_result_comes_back_as_it_was_and_only_for_what_it_was_made_from(tmp_path: Path) -> None:
    app, events, kept = redeems(), orders(800, alike_s=DAY_S), Results(tmp_path / "reports", Tick())
    assert kept.load(app, 1600) is None
    opponents = linear_opponents(app)[:1]
    done = backtest(app, iter([events]), Tick(), int(events.logged_us[400]), lambda: 0.0, opponents=opponents)
    kept.save(app, 1600, done)
    again = kept.load(app, 1600)
    assert again is not None
    assert as_json(again.summary()) == as_json(done.summary())
    for f in fields(done.days):
        assert np.array_equal(getattr(again.days, f.name), getattr(done.days, f.name))
    assert kept.load(app, 1601) is None
    assert kept.load(replace(app, late_s=5), 1600) is None
    assert Results(kept.folder, Tick(events=5)).load(app, 1600) is None
    (kept.folder / "redeems.later.arrow").unlink()
    assert kept.load(app, 1600) is None
    kept.save(app, 1600, done)
    (kept.folder / "redeems.json").write_text("{")
    assert kept.load(app, 1600) is None
