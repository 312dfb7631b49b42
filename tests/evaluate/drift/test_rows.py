"""Alarms become events that a log takes."""

import json

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.alarms import TWO_SAMPLE, alarms
from evercart.evaluate.drift.rows import alarm_rows
from evercart.events.kinds import kind
from evercart.events.schema import SCHEMA

FOUND = alarms(np.array([[9, 90, 5, 50], [9, 90, 5, 50]]), np.ones((2, 4)) * [1, 2, 3, 4.0], TWO_SAMPLE, 0.01, [1, 0])


def test_rows_stand_in_the_logs_schema():
    table = alarm_rows(FOUND, "spend", ["age", "shop"])
    assert table.schema == SCHEMA
    first, second = table.to_pylist()
    assert first["kind"] == kind("alarm").number
    assert {prop.name for prop in kind("alarm").properties} <= {
        name for name, value in first.items() if value is not None
    }
    assert (first["app"], first["what"], first["since_us"], first["was"], first["now"]) == (
        "spend",
        "shop",
        50,
        1.0,
        2.0,
    )
    rest = {"bound": 4.0, "detector": "two_sample", "level": 0.01, "place": 9, "score": 3.0, "since": 5}
    assert json.loads(first["properties"]) == rest
    assert (first["id"], second["id"]) == ("alarm/spend/shop/two_sample/9", "alarm/spend/age/two_sample/9")


def test_no_alarms_are_no_rows():
    table = alarm_rows(FOUND.rows(slice(0)), "spend", ["age", "shop"])
    assert (len(table), table.schema) == (0, SCHEMA)


def test_an_alarm_has_an_app():
    with pytest.raises(UserError) as error:
        alarm_rows(FOUND, "", ["age", "shop"])
    assert str(error.value) == "alarm.app: expected an app's name, got ''"
