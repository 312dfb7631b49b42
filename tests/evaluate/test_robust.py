"""Recall, average precision under attack are those of the frauds drawn, were all frauds as they."""

from __future__ import annotations

import numpy as np

from evercart.evaluate.metrics import average_precision
from evercart.evaluate.robust import Robust, bars


def test_recall_precision_before_after() -> None:
    clean, struck, good = np.array([0.9, 0.8, 0.2]), np.array([0.9, 0.3, 0.1]), np.array([0.85, 0.5, 0.15, 0.0])
    ways = ((), ("lower", "lower"), ("wait",))
    cost = np.array([0.0, 6, 3])
    said = Robust(clean, struck, np.full(3, 0.6), good, 3, cost, ways).summary()
    y = np.append(np.ones(3), np.zeros(4))
    assert said == {
        "recall": 0.6667,
        "recall_attacked": 0.3333,
        "kept": 0.5,
        "kept_interval": [0.0, 1.0],
        "ap": round(average_precision(y, np.append(clean, good)), 4),
        "ap_attacked": round(average_precision(y, np.append(struck, good)), 4),
        "mean_cost": 3.0,
        "ways": {"lower": 0.3333, "wait": 0.3333},
    }


def test_a_bar_is_that_of_the_day() -> None:
    day = np.repeat([3, 4], 100)
    guess = np.append(np.arange(100.0), 1000 + np.arange(100.0))
    guess[0] = np.nan
    assert bars(day, guess, np.array([120, 5]), 0.1).round(1).tolist() == [1089.1, 89.2]


def test_many_frauds_have_a_narrow_interval() -> None:
    clean, struck = np.ones(400), np.tile([1.0, 1.0, 1.0, 0.0], 100)
    said = Robust(clean, struck, np.full(400, 0.5), np.zeros(4), 400, np.zeros(400), ((),) * 400).summary()
    low, high = said["kept_interval"]
    assert 0.70 < low < said["kept"] == 0.75 < high < 0.80
    none = Robust(clean, struck, np.full(400, 2.0), np.zeros(4), 400, np.zeros(400), ((),) * 400).summary()
    assert none["kept"] is none["kept_interval"] is None
