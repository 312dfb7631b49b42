"""Living: a small shop in the midst of its life, made in seconds.

It has learned from history, answers live, learned from what came of that, holds some rows in quarantine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from evercart.clock import Clock
from evercart.events.check import check
from evercart.events.schema import table_of
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US

BEGAN_US: Final = 1_800_000_000_000_000  # Friday 15 January 2027, 08:00 UTC
_MINUTE_US: Final = 60 * SECOND_US
_DAYS: Final = 60
SPOILED: Final = (  # what a careless sender sends
    {"id": "spoiled-1", "kind": "order", "user": "u0", "item": "i1", "quantity": "1000", "amount": "12.50"},
    {"id": "spoiled-2", "kind": "order", "user": "u1", "item": "i1", "quantity": "1000", "currency": "EURO"},
    {"id": "spoiled-3", "kind": "view", "user": "<b>u2</b>", "item": "i2", "event_us": "next Tuesday"},
    {"id": "spoiled-4", "kind": "wish", "user": "u3", "item": "<script>alert(1)</script>"},
)


class Hands:
    """A clock that is turned by hand.

    >>> hands = Hands(5)
    >>> hands.us += 2
    >>> hands.now_us()
    7
    """

    def __init__(self, us: int = BEGAN_US) -> None:
        self.us = us

    def now_us(self) -> int:
        """Return what time it is."""
        return self.us

    @property
    def clock(self) -> Clock:
        """Return it as a shop takes it."""
        return Clock(now_us=self.now_us)


def living(folder: Path, hands: Hands, days: int = 9) -> Shop:
    """Return the shop, opened; its live days have passed on these hands."""
    history = SimulatedShop(seed=3, shoppers=80, items=40, days=_DAYS, start_us=hands.us - (_DAYS + 1) * DAY_US)
    table = history.table()
    users = list(dict.fromkeys(reversed(table["user"].drop_null().to_pylist())))
    shop = Shop.open(folder, create=True, clock=hands.clock)
    shop.log.import_history("simulated", lambda skip: iter([table.slice(skip)]))
    shop.run()
    for day in range(days):
        _day(shop, hands, day, users)
        hands.us += DAY_US - 12 * 3 * _MINUTE_US
    spoil(shop, hands.us)
    shop.run()
    return shop


def _day(shop: Shop, hands: Hands, day: int, users: list[str]) -> None:
    """Let some shoppers be asked about, of whom half order afterwards."""
    for at in range(12):
        user, name = users[(12 * day + at) % len(users)], f"{day}-{at}"
        hands.us += 2 * _MINUTE_US
        asked = shop.decide("repurchase", user=user, place="online", id=f"back-{name}")
        shop.decide("spend", user=user, id=f"spend-{name}")
        hands.us += _MINUTE_US
        order = {"id": f"order-{name}", "kind": 2, "user": user, "item": f"i{at}", "session": f"s-{name}"}
        order |= {"quantity": 1000, "amount": 700 + 50 * at, "currency": "EUR", "ref": asked.id if at % 2 else None}
        shop.log.append(table_of([{**order, "event_us": hands.us}]), hands.us)


def spoil(shop: Shop, us: int) -> int:
    """Let rows come that may not enter; return how many wait."""
    sent = [{"event_us": str(us), **one} for one in SPOILED]
    names = dict.fromkeys(name for one in sent for name in one)
    raw = pa.table({name: pa.array([one.get(name) for one in sent], pa.string()) for name in names})
    checked = check(raw, now_us=us, where="events")
    return shop.quarantine.add("POST /v1/events", f"spoiled {us}", checked.bad)
