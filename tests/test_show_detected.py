"""The tables say what the JSON says."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
from rich.console import Console

from evercart.acting.tally import Terms
from evercart.detecting.costed import costed
from evercart.evaluate.detected import BOOK_WEEK_US, Detected
from evercart.show_detected import detected
from evercart.units import DAY_US


def test_the_tables_have_racers_weeks_what_was_refused() -> None:
    us = BOOK_WEEK_US - 14 * DAY_US + np.arange(2100) * DAY_US // 100
    label = (np.arange(2100) % 10 == 0).astype(np.int64)
    guesses = {"continual": label + 0.0, "amount": np.arange(2100) % 7 + 0.0}
    about = {"refused": {"amount: a number": 3}}
    one: dict[str, Any] = {"recall": 0.5, "recall_attacked": 0.25, "kept": 0.5, "kept_interval": [0.2, 0.8]}
    one |= {"ap": 0.75, "ap_attacked": 0.3, "mean_cost": 12.5, "ways": {"wait": 0.4}}
    attacked = {
        "frauds": 8,
        "budget": 20.0,
        "alert_rate": 0.01,
        "reasons": {"frauds at the place": {"log_odds": 3.456, "first": 0.75}},
        "racers": {"continual": one, "hardened": {**one, "kept": 0.7321}},
    }
    done = Detected(us, label, None, 604_800, guesses, {"fraud continual": 1.5}, about, True, attacked=attacked)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(detected(done))
    text = console.export_text()
    assert done.summary()["attacked"] == attacked
    assert "8 frauds made again for at most 20 each" in text
    assert text.count("wait 40%") == 2
    assert "0.20 to 0.80" in text
    assert "0.7321" in text
    assert "+3.46" in text
    assert "75%" in text
    for part in ("fraud: 1,575 payments scored", "1.0000", "The book's set", "2018-08-08", "amount: a number: 3 rows"):
        assert part in text


def test_costs_stand_beside_approving_everything() -> None:
    us = BOOK_WEEK_US + np.arange(2100) * DAY_US // 100
    label = (np.arange(2100) % 10 == 0).astype(np.int64)
    guesses = {"continual": 0.05 + 0.9 * label}
    done = Detected(us, label, None, 3600.0, guesses, {}, {"refused": {}})
    done = replace(done, costs=costed(done, np.full(2100, 5000), Terms()))
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(detected(done))
    text = console.export_text()
    for part in (
        "Costs of acting on the champion's chances, 1,575 payments",
        "approve all",
        "let through",
        "challenge",
    ):
        assert part in text
