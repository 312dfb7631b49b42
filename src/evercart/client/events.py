"""Events: what a client sends, named, with its time."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evercart.errors import require
from evercart.units import SECOND_US

Event = dict[str, Any]


def completed(event: Mapping[str, Any], id: str, now_us: int) -> Event:
    """Return an event with an id, with a time, where it has none; None is left out, so that a resend is the same.

    >>> completed({"kind": "view", "item": "i1", "user": None}, "a", 5)
    {'kind': 'view', 'item': 'i1', 'id': 'a', 'event_us': 5}
    """
    require(isinstance(event, Mapping), "event", "fields by name", event)
    said = {name: _sent(name, value) for name, value in event.items() if value is not None}
    kind = said.get("kind")
    require(isinstance(kind, str) and kind != "", "event.kind", 'a name such as "view"', kind)
    return {**said, "id": said.get("id", id), "event_us": said.get("event_us", now_us)}


def _sent(name: str, value: Any) -> Any:
    """Return a value as it is sent: a time as microseconds, further properties as JSON."""
    if isinstance(value, datetime):
        require(value.tzinfo is not None, f"event.{name}", "a time with its zone", value)
        return round(value.timestamp() * SECOND_US)
    if name == "properties" and isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    right = isinstance(value, str | int | float) and not (isinstance(value, float) and not math.isfinite(value))
    require(right, f"event.{name}", "text or a finite number", value)
    return value
