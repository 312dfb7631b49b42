"""A profile as people read it."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from evercart import show_profile
from evercart.profiled import Expected, Interested, Scores, profiled
from evercart.units import DAY_US


def test_words_come_first_then_figures_then_interests() -> None:
    about = [12.0, 100.0, 9.0, 2000.0, 500.0, 6.0, 0.3]
    ahead = (Expected(28, 4.0, 80.0),)
    one = profiled("u1", about, 19_000 * DAY_US, 0.9, ahead, "weekly, big baskets", Scores(1, 2, 3), "EUR", 0.01)
    out = io.StringIO()
    shown = replace(one, interests=(Interested("category", "tea", 0.25),))
    Console(file=out, width=160).print(show_profile.profile(shown))
    said = out.getvalue()
    assert said.startswith("comes about every 6 days, last 9 days ago: rather late\n")
    assert "u1, as of 2022-01-08 00:00 UTC" in said
    assert "12 since 2021-09-30, last 2021-12-30" in said
    assert "1-2-3 of 5-5-5" in said
    assert "tea" in said
    assert "25 %" in said


def test_a_visit_beyond_any_calendar_is_far_off() -> None:
    one = profiled("u1", [2.0, 1e5, 9.0, 1.0, 1.0, 1e6, 0.3], 19_000 * DAY_US, 0.9, (), "", None, "EUR", 0.01)
    out = io.StringIO()
    Console(file=out, width=160).print(show_profile.profile(one))
    assert "years ahead" in out.getvalue()
