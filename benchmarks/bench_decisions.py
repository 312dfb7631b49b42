"""Decisions: what one takes to make, to compute again, to keep, once its features may go."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from evercart.asks.decided import Decided
from evercart.asks.weave import DECISION
from evercart.clock import Clock
from evercart.events.schema import SCHEMA
from evercart.shop import Shop
from evercart.testing import Woven
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US

START_US = 1_800_000_000_000_000
APP = "repurchase"


def size(folder: Path) -> int:
    """Return the bytes of a log's folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def decided(shop: Shop, hands: list[int], users: list[str], times: int) -> np.ndarray:
    """Return what each live decision took, (times,) milliseconds, with an event logged before each."""
    took = np.empty(times)
    for i in range(times):
        hands[0] += SECOND_US
        shop.log.heartbeat(hands[0])
        began = time.perf_counter()
        shop.decide(APP, user=users[i % len(users)], place="online")
        took[i] = 1e3 * (time.perf_counter() - began)
    return took


def many(shop: Shop, hands: list[int], decisions: int) -> None:
    """Log decisions as if they had been made, with features of the size of the app's, no two alike."""
    end = shop.log.next_offset
    one = shop.log.names(end - 2, end, kinds=(DECISION,)).select(SCHEMA.names)
    rng = np.random.default_rng(1)
    width = len(shop.app(APP).columns)
    for start in range(0, decisions, 1 << 14):
        rows = min(1 << 14, decisions - start)
        x = rng.normal(size=(rows, width)).astype("<f4")
        mark = one["x"][0].as_py()[:8]
        columns = {
            "id": pa.array([f"{start + i:032x}" for i in range(rows)]),
            "user": pa.array([f"user-{number}" for number in rng.integers(0, 100_000, rows)]),
            "guess": pa.array(rng.random(rows)),
            "x": pa.array([mark + row.tobytes() for row in x], pa.binary()),
        }
        table = pa.concat_tables([one.slice(0, 1)] * rows).combine_chunks()
        for name, column in columns.items():
            table = table.set_column(SCHEMA.get_field_index(name), name, column)
        hands[0] += SECOND_US
        shop.log.append(table, hands[0])


def parting(rows: int) -> float:
    """Return how many woven rows, without live decisions, the stage that parts the apps passes a CPU second."""
    batch = Woven(("order", "view")).draw(1, rows, (SECOND_US,))
    x = np.zeros((int(batch.asked.sum()), 40), np.float32)
    own = Decided(1)
    own.step(own.start(), (batch, x))
    began = time.process_time()
    own.step(own.start(), (batch, x))
    return len(batch) / (time.process_time() - began)


def main() -> None:
    """Print every figure of live decisions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=500)
    args = parser.parse_args()
    hands = [START_US]
    clock = Clock(now_us=lambda: hands[0])
    with tempfile.TemporaryDirectory() as scratch, Shop.open(Path(scratch) / "s", create=True, clock=clock) as shop:
        history = SimulatedShop(seed=1, shoppers=2_000, items=200, days=90).table()
        shop.log.import_history("simulated", lambda skip: iter([history.slice(skip)]))
        shop.run()
        users = list(dict.fromkeys(history["user"].drop_null().to_pylist()))
        print(f"live decisions, after {shop.log.next_offset:,} events, {len(shop.app(APP).columns)} features")
        decided(shop, hands, users, 20)
        took = decided(shop, hands, users, args.times)
        print(f"  decide, durable: {np.median(took):.2f} ms (median), {np.quantile(took, 0.99):.2f} ms (99 %)")
        found = shop.verify()
        rate = found.decisions / found.cpu_s
        print(
            f"  verify: {found.agreed} of {found.decisions} agree; {rate:,.0f} decisions, "
            f"{found.next_offset / found.cpu_s:,.0f} events a CPU second"
        )
        print(f"  parting the apps' questions: {parting(20_000):,.0f} rows a CPU second where nobody decides live")
        shop.log.seal()
        before = size(shop.folder / "log" / "segments")
        many(shop, hands, args.decisions)
        shop.log.seal()
        full = size(shop.folder / "log" / "segments")
        hands[0] += 10 * DAY_US
        shop.log.heartbeat(hands[0])
        hands[0] += DAY_US
        shop.log.heartbeat(hands[0])
        shop.run()
        for path in shop.checkpoints.paths()[:-1]:
            path.unlink()  # as if as many had been made since
        began = time.perf_counter()
        done = shop.compact()
        took_s = time.perf_counter() - began
        left = size(shop.folder / "log" / "segments")
        was, now = ((bytes_ - before) / args.decisions for bytes_ in (full, left))  # bytes each: MB a million
        print(
            f"  a million decisions: {was:.0f} MB in segments, {now:.0f} MB once compacted "
            f"({done.decisions:,} in {took_s:.1f} s)"
        )


if __name__ == "__main__":
    main()
