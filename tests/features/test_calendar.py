"""The wall clock, right in the hours when it is put forward or back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features import DayOfWeek, HourOfDay, HourOfWeek


def question(*when: int) -> dict[str, Any]:
    return {"at": datetime(*when, tzinfo=UTC).timestamp(), "kind": "decision", "user": 1}  # type: ignore[misc]


def test_hours_put_forward_and_back(say: Any) -> None:
    berlin = HourOfDay("Europe/Berlin")
    march = [question(2024, 3, 31, 0, 59, 59), question(2024, 3, 31, 1, 0, 0)]
    october = [question(2024, 10, 27, hour, 30) for hour in (0, 1, 2)]
    assert say(berlin, *march).ravel().tolist() == [1, 3]
    assert say(berlin, *october).ravel().tolist() == [2, 2, 3]


def test_days_and_hours_of_the_week_start_on_monday(say: Any) -> None:
    features = (DayOfWeek("Asia/Shanghai"), HourOfWeek("Asia/Shanghai"), HourOfDay())
    sunday_evening, monday = question(2024, 7, 7, 15, 59), question(2024, 7, 7, 16, 0)
    assert say(features, sunday_evening, monday).tolist() == [[6, 167, 15], [0, 0, 16]]


def test_circles_close(say: Any) -> None:
    midnight, morning, almost = question(2024, 7, 8), question(2024, 7, 8, 6), question(2024, 7, 8, 23, 59, 59)
    x = say(HourOfDay(form="circle"), midnight, morning, almost)
    np.testing.assert_allclose(x, [[0, 1], [1, 0], [0, 1]], atol=1e-4)
    assert [column.name for column in HourOfDay(form="circle").outputs] == ["hour_of_day_sin", "hour_of_day_cos"]
    assert all(column.is_number for column in HourOfWeek(form="circle").outputs)


def test_unknown_zones_are_refused() -> None:
    text = "^zone: expected an IANA time zone such as 'Europe/Paris', got 'Mars/Olympus'$"
    with pytest.raises(UserError, match=text):
        HourOfDay("Mars/Olympus")


def test_unknown_form_is_refused() -> None:
    with pytest.raises(UserError, match=r"^day_of_week.form: expected slots or circle, got 'square'$"):
        DayOfWeek(form="square")  # type: ignore[arg-type]
