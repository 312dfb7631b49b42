"""Times as senders write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events import times

DAY = 1_483_228_800_000_000  # 2017-01-01T00:00:00Z
HOUR = 3_600_000_000


def _read(values: list[Any], format: str = "iso", zone: str = "", type_: Any = None) -> list[int | None]:
    return times.micros(pa.array(values, type_), format, zone, "time").column.to_pylist()


@pytest.mark.parametrize(
    ("word", "want"),
    [
        ("2017-01-01T00:00:00Z", DAY),
        ("2017-01-01 00:00:00.000001Z", DAY + 1),
        ("2017-01-01T01:00:00+01:00", DAY),
        ("2016-12-31T19:00:00-0500", DAY),
        (" 2017-01-01T00:00:00Z ", DAY),
        ("2017-01-01T00:00:00.000001999Z", DAY + 1),
        ("2017-13-01T00:00:00Z", None),
        ("yesterday+01:00", None),
    ],
)
def test_iso_with_a_zone(word: str, want: int | None) -> None:
    assert _read([word]) == [want]


def test_times_without_a_zone_take_the_stated_one() -> None:
    words = ["2017-01-01", "2017-01-01 00:00:00", "2017-07-01T00:00:00", "2017-01-01T00:00:00Z", None, "x"]
    july = DAY + 181 * 24 * HOUR
    assert _read(words, zone="Europe/Berlin") == [DAY - HOUR, DAY - HOUR, july - 2 * HOUR, DAY, None, None]
    read = times.micros(pa.array(words), "iso", "Europe/Berlin", "time")
    assert read.bad.tolist() == [False, False, False, False, False, True]


@pytest.mark.parametrize("type_", [None, pa.timestamp("ns"), pa.date32()])
def test_times_without_zone_are_refused_if_none_is_stated(type_: Any) -> None:
    value = {None: "2017-01-01 00:00:00", pa.timestamp("ns"): datetime(2017, 1, 1), pa.date32(): date(2017, 1, 1)}  # noqa: DTZ001
    with pytest.raises(UserError) as raised:
        _read([value[type_]], type_=type_)
    assert str(raised.value) == (
        "time: expected times with a zone, or `zone` in [time] for those without, got '2017-01-01 00:00:00'"
    )


def test_clock_changes_take_the_earlier_of_two_and_the_end_of_a_gap() -> None:
    twice, never = "2017-10-29 02:30:00", "2017-03-26 02:30:00"
    assert _read([twice, never], zone="Europe/Berlin") == [
        int(datetime(2017, 10, 29, 0, 30, tzinfo=UTC).timestamp()) * 1_000_000,
        int(datetime(2017, 3, 26, 1, 0, tzinfo=UTC).timestamp()) * 1_000_000,
    ]


def test_counts_since_1970() -> None:
    assert _read([1_483_228_800], "s") == _read(["1483228800.000"], "s") == _read([1_483_228_800_000], "ms") == [DAY]
    assert _read([DAY], "us") == [DAY]
    assert _read(["1483228800.25", "x"], "s") == [DAY + 250_000, None]


def test_patterns() -> None:
    assert _read(["01.01.2017", "1/1/2017"], "%d.%m.%Y", "UTC") == [DAY, None]
    assert _read(["01.01.2017 01:00 +0100", "no"], "%d.%m.%Y %H:%M %z") == [DAY, None]
    assert _read(["00:00:00.5 2017-01-01"], "%H:%M:%S.%f %Y-%m-%d", "UTC") == [DAY + 500_000]


def test_stamps_with_a_zone_are_instants() -> None:
    assert _read([datetime(2017, 1, 1, tzinfo=UTC)], type_=pa.timestamp("ms", "Asia/Shanghai")) == [DAY]


def test_other_types_are_told() -> None:
    with pytest.raises(UserError, match=r"^time: expected times, got double$"):
        _read([1.5])


def test_one_stated_instant() -> None:
    assert times.instant("t", "2017-01-01T01:00:00+01:00") == DAY
    with pytest.raises(UserError, match=r"^t: expected a time with its zone, got '2017-01-01T00:00:00'$"):
        times.instant("t", "2017-01-01T00:00:00")
    with pytest.raises(UserError, match=r"^t: expected a time such as \"2017-01-01T00:00:00Z\", got 'soon'$"):
        times.instant("t", "soon")
    with pytest.raises(UserError, match=r"^z: expected a time zone such as .*, got 'Mars/Base'$"):
        times.check_zone("z", "Mars/Base")


@given(st.lists(st.one_of(st.none(), st.text(max_size=25), st.datetimes().map(str)), max_size=20))
def test_no_text_raises(words: list[str | None]) -> None:
    for format in ("iso", "s", "%Y-%m-%d", "%Y %z"):
        read = times.micros(pa.array(words, pa.string()), format, "UTC", "time")
        assert len(read.column) == len(words)
