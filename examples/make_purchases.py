"""Write purchases.csv: the orders of a simulated shop, as a till in New York would export them.

Run it from anywhere: python examples/make_purchases.py
"""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from evercart.events.kinds import number
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import HOUR_S, SECOND_US, THOUSANDTHS

SHOP = SimulatedShop(seed=7, shoppers=58, items=80, days=120, start_us=START_US + 5 * HOUR_S * SECOND_US)
HERE = ZoneInfo("America/New_York")
HEADER = ("Receipt", "Line", "Sold At", "Customer", "Article", "Pieces", "Paid ($)", "Saved ($)", "Store")


def dollars(cents: int) -> str:
    """Return minor units as a till prints them."""
    return f"{cents // 100}.{cents % 100:02}"


def write(file: TextIO) -> None:
    """Write the header, then one row an order line."""
    out = csv.writer(file, lineterminator="\n")
    out.writerow(HEADER)
    lines: dict[str, int] = {}
    for table in SHOP.events():
        for order in table.filter(pc.equal(table["kind"], number("order"))).to_pylist():
            receipt = order["session"].replace("s", "R")
            lines[receipt] = line = lines.get(receipt, 0) + 1
            sold = datetime.fromtimestamp(order["event_us"] // SECOND_US, UTC).astimezone(HERE)
            out.writerow(
                (
                    receipt,
                    line,
                    sold.strftime("%m/%d/%Y %H:%M:%S"),
                    order["user"].replace("u", "C"),
                    order["item"].replace("i", "A"),
                    order["quantity"] // THOUSANDTHS,
                    dollars(order["amount"]),
                    dollars(order["discount"]),
                    order["place"].replace("p", "Store "),
                )
            )


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("purchases.csv")
    with target.open("w", encoding="utf-8", newline="") as opened:
        write(opened)
