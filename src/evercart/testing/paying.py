"""Paying: a small shop that asks before each payment, made in seconds; frauds gather at two of its places."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from evercart.config import FILE
from evercart.events.schema import table_of
from evercart.shop import Shop
from evercart.testing.living import Hands
from evercart.units import DAY_US, SECOND_US

_SETTINGS: Final = """\
name = "till"
apps = ["fraud"]

[fraud]
parties = "user place device"
window_s = 2592000
known_s = 604800
"""
_DAYS, _A_DAY, _BAD = 40, 50, 2  # days of history, payments a day, places where half of the payments are frauds
_LATE_US: Final = 3 * DAY_US  # from a payment to its chargeback


def paying(folder: Path, hands: Hands, days: int = _DAYS, further: str = "") -> Shop:
    """Return the shop, opened; it has learned from payments, chargebacks of so many days before these hands.

    further    of its settings, after those of [fraud]

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, paying(Path(folder) / "shop", Hands(), days=1) as shop:
    ...     shop.config.apps
    ('fraud',)
    """
    with Shop.open(folder, create=True, clock=hands.clock):
        pass
    (folder / FILE).write_text(_SETTINGS + further)
    shop = Shop.open(folder, clock=hands.clock)
    history = table_of(history_of(hands.us - (days + 1) * DAY_US, days))
    shop.log.import_history("payments", lambda skip: iter([history.slice(skip)]))
    shop.run()
    return shop


def history_of(start_us: int, days: int) -> list[dict[str, Any]]:
    """Return payments with the chargebacks that came of them, as the log has them, in the order of time.

    >>> sorted({row["kind"] for row in history_of(0, 9)})
    [21, 22]
    """
    rng = np.random.default_rng(5)
    us = start_us + np.sort(rng.integers(0, days * DAY_US, days * _A_DAY))
    user, place = rng.integers(0, 40, len(us)), rng.integers(0, 20, len(us))
    amount = np.round(np.exp(rng.normal(8, 0.8, len(us)))).astype(np.int64)
    fraud = (place < _BAD) & (rng.random(len(us)) < 0.5)
    found: list[dict[str, Any]] = []
    for at in range(len(us)):
        paid = {"id": f"p{at}", "kind": 21, "user": f"u{user[at]}", "place": f"m{place[at]}"}
        found.append(paid | {"device": f"d{user[at]}", "amount": int(amount[at]), "event_us": int(us[at])})
        if fraud[at] and us[at] + _LATE_US < us[-1]:
            found.append({"id": f"c{at}", "kind": 22, "ref": f"p{at}", "event_us": int(us[at]) + _LATE_US})
    return sorted(found, key=lambda row: int(row["event_us"]))


def pay(shop: Shop, hands: Hands, name: str, paid: Mapping[str, Any] | None = None, **said: Any) -> None:
    """Let the shop be asked about a payment, then let it be made; its id is the name after `paid-`.

    paid    what the payment says besides, such as its currency
    said    what the question says, such as user, place, amount
    """
    asked = shop.decide("fraud", id=f"asked-{name}", **said)
    hands.us += SECOND_US
    made = {"id": f"paid-{name}", "kind": 21, "ref": asked.id, "event_us": hands.us, **said, **(paid or {})}
    shop.log.append(table_of([made]), hands.us)
    hands.us += SECOND_US
