"""Walks: sessions whose clicks go along items in a circle, so that what comes next is known."""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np
import pyarrow as pa

from evercart.events.kinds import number
from evercart.events.schema import SCHEMA, conform
from evercart.log import Log
from evercart.units import MINUTE_S, SECOND_US

KEY: Final = 11
START_US: Final = 1_800_000_000_000_000
NOW_US: Final = START_US + 40 * MINUTE_S * SECOND_US  # when 400 clicks have been made
_IDS: Final = itertools.count()


def rows(kind: str, us: list[int], **columns: list[Any]) -> pa.Table:
    """Return events of a kind, each with an id of its own."""
    about = {"id": [f"{kind} {next(_IDS)}" for _ in us], "event_us": us}
    kinds = pa.array([number(kind)] * len(us), pa.int16())
    given = {name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}
    return conform(pa.table({**about, "kind": kinds, **given}))


def click(log: Log, us: int, session: str, item: str, user: str | None = None) -> None:
    """Append one click on an item."""
    log.append(rows("view", [us], session=[session], item=[item], user=[user]), us)


def history(clicks: int = 400, items: int = 12) -> pa.Table:
    """Return sessions of five clicks that walk along items in a circle, each of a user of its own."""
    at = np.arange(clicks)
    session = at // 5
    item = (session * 5 + at % 5) % items
    us = (START_US + at * 5 * SECOND_US).tolist()
    names = {"session": [f"s{one}" for one in session], "item": [f"i{one}" for one in item]}
    return rows("view", us, **names, user=[f"u{one}" for one in session])
