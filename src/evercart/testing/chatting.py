"""Chatting: an invented stream of messages whose labels grow in number, come at once, later or never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from evercart.chance import uniform
from evercart.events.kinds import number
from evercart.events.schema import table_of
from evercart.units import HOUR_S, SECOND_US

WORDS: Final[Mapping[str, Sequence[str]]] = {  # of each label, in the order in which they appear
    "refund": ("money", "back", "refund", "退款"),
    "delivery": ("parcel", "late", "where", "包裹"),
    "card": ("card", "declined", "pay", "付款"),
    "size": ("small", "large", "fits", "尺码"),
}
FILLING: Final = ("please", "hello", "my", "order", "the", "a", "again", "today")
START_US: Final = 1_600_000_000 * SECOND_US
_EVERY_US: Final = HOUR_S // 4 * SECOND_US  # between two messages
_LATER_US: Final = 6 * _EVERY_US  # between a message and its outcome


def chatting(messages: int, *, seed: int = 1, users: int = 40, untold: float = 0.1) -> pa.Table:
    """Return messages with the outcomes that label them, in `SCHEMA`, in order of event time.

    users     who write, "u0" and so on; 0: nobody says who he is
    untold    share of messages whose label never comes; of the others a third have it at once

    >>> chatting(30, untold=0.0).num_rows > 30
    True
    """
    rows, names = [], tuple(WORDS)
    drawn = uniform(seed, np.arange(messages * 8), "chatting").reshape(messages, 8)
    for place, draw in enumerate(drawn):
        known = min(1 + place * 2 * len(names) // max(messages, 1), len(names))
        label = names[int(draw[0] * known)]
        own = [WORDS[label][int(one * len(WORDS[label]))] for one in draw[1:3]]
        text = " ".join([*own, *(FILLING[int(one * len(FILLING))] for one in draw[3:5])])
        us, name = START_US + place * _EVERY_US, f"m{place}"
        user = f"u{int(draw[5] * users)}" if users else None
        at_once, later = (draw[6] >= untold and draw[7] < 1 / 3), (draw[6] >= untold and draw[7] >= 1 / 3)
        rows.append(message(name, us, text, user=user, label=label if at_once else None))
        if later:
            rows.append(told(f"o{place}", us + _LATER_US, name, label))
    return table_of(sorted(rows, key=lambda row: int(row["event_us"])))


def message(name: str, us: int, text: str, **more: Any) -> dict[str, Any]:
    """Return a message as a row of the log."""
    return {"id": name, "event_us": us, "kind": number("message"), "text": text, **more}


def told(name: str, us: int, ref: str, label: str) -> dict[str, Any]:
    """Return an outcome that labels a message, or a decision."""
    return {"id": name, "event_us": us, "kind": number("outcome"), "ref": ref, "label": label}
