"""Events: what a client sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from evercart.client.events import completed
from evercart.errors import UserError


def test_id_with_time_are_filled_in_where_there_is_none() -> None:
    assert completed({"kind": "view"}, "new", 9) == {"kind": "view", "id": "new", "event_us": 9}
    said = {"kind": "view", "id": "own", "event_us": "2026-01-01T00:00:00Z"}
    assert completed(said, "new", 9) == said


def test_a_time_is_sent_as_microseconds() -> None:
    at = datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))) + timedelta(microseconds=7)
    assert completed({"kind": "view", "event_us": at}, "a", 9)["event_us"] == 7
    far = datetime(2026, 3, 2, 9, 30, 0, 123457, tzinfo=UTC)
    assert completed({"kind": "view", "event_us": far}, "a", 9)["event_us"] == 1772443800123457


def test_further_properties_are_sent_as_json() -> None:
    said = completed({"kind": "view", "properties": {"colour": "grün"}}, "a", 9)
    assert said["properties"] == '{"colour": "grün"}'


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ("view", "event: expected fields by name, got 'view'"),
        ({}, 'event.kind: expected a name such as "view", got None'),
        ({"kind": 1}, 'event.kind: expected a name such as "view", got 1'),
        ({"kind": "view", "item": ["a"]}, "event.item: expected text or a finite number, got ['a']"),
        ({"kind": "view", "value": float("nan")}, "event.value: expected text or a finite number, got nan"),
        (
            {"kind": "view", "event_us": datetime(2026, 1, 1)},  # noqa: DTZ001 (that is what is refused)
            "event.event_us: expected a time with its zone, got 2026-01-01 00:00:00",
        ),
    ],
)
def test_what_cannot_be_sent_is_told_at_once(event: Any, text: str) -> None:
    with pytest.raises(UserError) as caught:
        completed(event, "a", 9)
    assert str(caught.value) == text
