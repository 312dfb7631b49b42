"""The whole ring: from the log to the day rows, one app over the whole sample; then its cost as history grows."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from evercart import apps
from evercart.labels.pairs import Tick
from evercart.loop import Ring, Stopwatch, warm, whole_ticks
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

RUNS = 3
EVENTS = 10_000_000
TENTH = EVENTS // 10


def once(ring: Ring, shop: Shop) -> tuple[int, float, dict[str, float]]:
    """Return events, CPU seconds in all (reading included), CPU seconds by stage."""
    watch, states, events = Stopwatch(time.process_time), ring.start(), 0
    began = time.process_time()
    for batch in whole_ticks(shop.log.read(0, columns=ring.reads), ring.tick):
        ring.step(states, batch, watch)
        events += len(batch)
    return events, time.process_time() - began, watch.spent


def ingested(folder: Path) -> float:
    """Take the sample into a new shop; return events per CPU second, from Parquet to the last commit."""
    with Shop.open(folder, create=True, sample=True) as shop:
        began = time.process_time()
        done = shop.ingest_sample()
        return done.added / (time.process_time() - began)


def sample(folder: Path) -> None:
    """Print the speed of ingest, then of each app's ring on the sample, compilation apart."""
    cold = ingested(folder / "cold")
    warm_speed = max(ingested(folder / f"warm{i}") for i in range(2))
    print(f"| ingest of the sample, checked, committed | {warm_speed / 1e3:,.0f} k events/CPU-s |")
    print(f"|   with compilation | {cold / 1e3:,.0f} k events/CPU-s |")
    with Shop.open(folder / "cold") as shop:
        for name in shop.config.apps:
            ring = Ring((shop.app(name),), shop.config.tick)
            warm(ring)
            runs = [once(ring, shop) for _ in range(RUNS)]
            events, cpu_s, stages = min(runs, key=lambda run: run[1])
            print(f"| ring, log to report, {name}, {events:,} events | {events / cpu_s / 1e3:,.0f} k events/CPU-s |")
            for stage, seconds in stages.items():
                print(f"|   {' '.join(stage.split()[:2])} | {seconds:.2f} CPU-s |")


def flat() -> None:
    """Print what an event costs in each tenth of ten million, with customers coming and going."""
    ring = Ring((apps.app("repurchase"),), Tick())
    warm(ring)
    states, watch = ring.start(), Stopwatch(time.process_time)
    costs, sizes, days, tenth, seen, counted = [], [], [], 0, 0, 0
    shop = SimulatedShop(seed=1, shoppers=4_000, items=5_000, days=3_650)
    begin_us, spent = 0, 0.0
    for batch in whole_ticks(shop.stream(rows=EVENTS + TENTH // 10, columns=ring.reads), ring.tick):
        began = time.process_time()
        ring.step(states, batch, watch)
        spent += time.process_time() - began
        begin_us = int(batch.logged_us[0]) if not seen else begin_us
        seen += len(batch)
        if seen >= (tenth + 1) * TENTH:
            days.append((batch.logged_us[-1] - begin_us) // DAY_US)
            costs.append(spent / (seen - counted) * 1e6)
            counted = seen
            sizes.append(sum(array.nbytes for array in ring.pack(states).values()) / 1e6)
            tenth, spent = tenth + 1, 0.0
    print("| tenth | " + " | ".join(str(i + 1) for i in range(len(costs))) + " |")
    print("| day of the log | " + " | ".join(f"{day}" for day in days) + " |")
    print("| µs CPU an event | " + " | ".join(f"{cost:.2f}" for cost in costs) + " |")
    print("| packed states, MB | " + " | ".join(f"{size:.1f}" for size in sizes) + " |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| last tenth against second tenth | {costs[-1] / costs[1]:.2f} | peak memory {peak:,.0f} MB |")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sample(Path(scratch))
    flat()
