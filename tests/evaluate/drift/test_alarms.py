"""Alarms become rows with names."""

import json

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.alarms import PAGE_HINKLEY, TWO_SAMPLE, alarms, records

PLACES, FIGURES = np.array([[9, 90, 5, 50], [8, 80, 4, 40]]), np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])


def test_records_are_plain_named_and_json():
    first, second = records(alarms(PLACES, FIGURES, TWO_SAMPLE, 0.01, [1, 0]), ["age", "shop"], {"app": "spend"})
    assert first == {
        "app": "spend",
        "place": 9,
        "us": 90,
        "since": 5,
        "since_us": 50,
        "what": "shop",
        "detector": "two_sample",
        "was": 1.0,
        "now": 2.0,
        "score": 3.0,
        "bound": 4.0,
        "level": 0.01,
    }
    assert second["what"] == "age"
    assert json.loads(json.dumps(first)) == first


def test_a_detector_without_a_level_says_none():
    rows = records(alarms(PLACES, FIGURES, PAGE_HINKLEY, np.nan), ["loss"])
    assert [row["level"] for row in rows] == [None, None]


def test_each_alarm_needs_a_name():
    with pytest.raises(UserError) as error:
        records(alarms(PLACES, FIGURES, TWO_SAMPLE, 0.01, [1, 0]), ["age"])
    assert str(error.value) == "alarms.names: expected at least 2 names, got 1"
