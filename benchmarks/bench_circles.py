"""Circles: payments a CPU second in a graph that grows, each asked about first.

Payers with a card, a device, an address each, now and then another's, or one never seen; newcomers all the time. One
chargeback for fifty payments. Speed of each stretch of 500,000 payments, with the nodes held at its end.
"""

from __future__ import annotations

import argparse
import time
from typing import Final

import numpy as np

from evercart.asks.weave import DECISION
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.graph.circles import Circles
from evercart.units import DAY_S, MISSING, SECOND_US

STRETCH, AT_ONCE, APART_US = 500_000, 1 << 16, SECOND_US
KEYS: Final = ("user", "card", "device", "address")


def rows_of(rng: np.random.Generator, first: int, count: int, grows: float) -> Events:
    """Return so many payments, each with a question before it; `grows`: newcomers a payment."""
    payment = first + np.arange(count)
    payers = 1_000 + (payment * grows).astype(np.int64)
    user = (payers * (1 - rng.random(count) ** 2)).astype(np.int64)  # those who came lately pay more often
    said = {"user": user}
    for name in KEYS[1:]:
        lent, anew = rng.random(count) < 0.02, rng.random(count) < 0.05
        own = np.where(lent, user + 1, user)
        said[name] = np.where(anew, (1 << 40) + payment, own)
    kind = np.where(rng.random(count) < 0.02, kind_number("chargeback"), kind_number("payment"))
    twice = {name: np.repeat(values + 1, 2).astype(np.uint64) for name, values in said.items()}
    asked = np.tile([True, False], count)
    number = np.where(asked, np.repeat(payment, 2), -1)
    us = np.repeat(payment * APART_US, 2)
    return Events.of(
        **twice,
        kind=np.where(asked, DECISION, np.repeat(kind, 2)),
        logged_us=us,
        fraud=np.full(2 * count, MISSING),
        number=number,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stretches", type=int, default=10)
    parser.add_argument("--grows", type=float, default=0.3, help="newcomers a payment")
    told = parser.parse_args()
    table, rng = Circles(keep_s=400 * DAY_S, most=1 << 23), np.random.default_rng(1)
    table.step(table.start(), rows_of(rng, 0, 1_000, told.grows))  # compiles
    state = table.start()
    for stretch in range(told.stretches):
        spent_s = 0.0
        for first in range(stretch * STRETCH, (stretch + 1) * STRETCH, AT_ONCE):
            rows = rows_of(rng, first, min(AT_ONCE, (stretch + 1) * STRETCH - first), told.grows)
            began_s = time.process_time()
            state, _ = table.step(state, rows)
            spent_s += time.process_time() - began_s
        nodes = state.older.nodes.size
        print(
            f"{(stretch + 1) * STRETCH:9,d} payments: {STRETCH / spent_s:9,.0f} a CPU s, {nodes:9,d} nodes", flush=True
        )


if __name__ == "__main__":
    main()
