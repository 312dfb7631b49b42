"""Rows: alarms as events of the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from evercart.errors import require
from evercart.evaluate.drift.alarms import Alarms, records
from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform

_TYPED: Final = ("what", "since_us", "was", "now")


def alarm_rows(found: Alarms, app: str, names: Sequence[str]) -> pa.Table:
    """Return alarms as rows, in `SCHEMA`: what, since when, from which level to which; the rest in `properties`.

    names    what was watched, by `Alarms.what`

    The id says app, what, detector, place: who notices again what he had noticed before a crash adds no row.

    >>> import numpy as np
    >>> from evercart.evaluate.drift.alarms import ADWIN, alarms
    >>> found = alarms(np.array([[9, 90, 5, 50]]), np.array([[0.1, 0.4, 0.3, 0.2]]), ADWIN, 0.002)
    >>> alarm_rows(found, "spend", ["loss"]).select(["id", "event_us", "since_us", "now"]).to_pylist()
    [{'id': 'alarm/spend/loss/adwin/9', 'event_us': 90, 'since_us': 50, 'now': 0.4}]
    """
    require(bool(app), "alarm.app", "an app's name", app)
    rows = [_row(record, app) for record in records(found, names)]
    return conform(pa.Table.from_pylist(rows, schema=SCHEMA))


def _row(record: dict[str, Any], app: str) -> dict[str, Any]:
    rest = {name: value for name, value in record.items() if name not in (*_TYPED, "us")}
    return {
        "id": f"alarm/{app}/{record['what']}/{record['detector']}/{record['place']}",
        "event_us": record["us"],
        "kind": number("alarm"),
        "app": app,
        **{name: record[name] for name in _TYPED},
        "properties": json.dumps(rest, sort_keys=True),
    }
