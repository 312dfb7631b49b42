"""Columns read back into words."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.learners.reasons.english import ENGLISH
from evercart.learners.reasons.words import say

DAY = 86_400


@pytest.mark.parametrize(
    ("kind", "row", "text"),
    [
        ("went_on", {"next_log": np.log1p(34)}, "34 times lately people went on to it from here"),
        ("went_on", {"next_log": np.log1p(1)}, "once lately people went on to it from here"),
        ("went_on", {"next_log": 0.0}, "people look at it shortly before or after this"),
        ("neighbours", {"log_shared": 0.5 * np.log1p(1200)}, "it stood 1,200 times in recent sessions like yours"),
        ("own", {"own_log_back": 0.0}, "you looked at it just before"),
        ("own", {"own_log_back": 0.5 * np.log(3)}, "you looked at it 3 clicks ago"),
        ("popular", {"popular_now": 0.05 * 120.2}, "popular now: 120 recent clicks"),
        ("popular", {"popular_now": 0.01}, "popular with others"),
        ("lately", {"log_since": 0.15 * np.log1p(12)}, "somebody looked at it 12 seconds ago"),
        ("lately", {"log_since": 0.0}, "somebody looked at it a second ago"),
        ("new", {"log_known": 0.15 * np.log1p(2 * 3600)}, "new: first seen 2 hours ago"),
        (
            "repeat",
            {"log_times": np.log(5), "log_days_since": 0.3 * np.log1p(15), "log_days_apart": 0.3 * np.log1p(14)},
            "you bought it 5 times, about every 14 days, last 15 days ago",
        ),
        (
            "repeat",
            {"log_times": 0.0, "log_days_since": 0.3 * np.log1p(1), "log_days_apart": 0.0},
            "you bought it a day ago",
        ),
        ("two_steps", {}, "it goes with what goes with this"),
        ("repeat", {"something": 1.0}, "you bought it before"),
        ("lately", {"something": 1.0}, "suggested by lately"),
        ("ouija", {"glow": 1.0}, "suggested by ouija"),
    ],
)
def test_what_is_said(kind: str, row: dict[str, float], text: str) -> None:
    assert say(ENGLISH, kind, row) == text


def test_another_language_is_another_table() -> None:
    german = {"own": "zuvor angesehen", "own.many": "vor {n} Klicks angesehen", "other": "{name}"}
    assert say(german, "own", {"own_log_back": 0.5 * np.log(3)}) == "vor 3 Klicks angesehen"
