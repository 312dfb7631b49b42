"""Recovery: what checkpoints cost a replay at full speed, how soon a killed learner learns on."""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from evercart import apps
from evercart.app import App, columns_of
from evercart.checkpoints import Checkpoints
from evercart.clock import Clock
from evercart.commands.base import spare_pandas
from evercart.config import Checkpointing, create
from evercart.course import Course, Progress
from evercart.features import Hashed, Table
from evercart.kit import Kit
from evercart.learners.linear import Linear
from evercart.lease import SqliteLeases
from evercart.loop import Ring, warm
from evercart.publish.shelf import Shelf
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop
from evercart.turn import turn

SLOTS = 1 << 20
AFTER_S = 0.25  # from the last event that is heard of to the kill


def wide() -> App:
    """Return an app whose learner has 2^20 weights."""
    app = apps.app("repurchase")
    tables = (*app.tables, Table("shopper", ("user",), (Hashed(("user",), SLOTS),)))
    return replace(app, name="wide", tables=tables, challengers=(), champion=Linear(columns_of(tables), "logistic"))


class Timed(Course):
    """A course that knows what its checkpoints cost, in CPU seconds and seconds."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(kit)
        self.spent: list[tuple[float, float]] = []

    def save(self) -> None:
        """Make a checkpoint."""
        cpu_s, wall_s = time.process_time(), time.perf_counter()
        super().save()
        self.spent.append((time.process_time() - cpu_s, time.perf_counter() - wall_s))


def batches(events: int) -> Iterator[pa.Table]:
    """Return a simulated shop's first events."""
    left = events
    for table in SimulatedShop(seed=1, shoppers=8_000, items=2_000, days=10_000).events():
        yield table.slice(0, left)
        left -= table.num_rows
        if left <= 0:
            return


def filled(folder: Path, events: int) -> None:
    """Make a shop with one log of simulated events."""
    create(folder, "recovery")
    with Shop.open(folder) as shop:
        shop.log.import_history("simulated", lambda skip: batches(events))


def cost(folder: Path, *, control: bool) -> None:
    """Print which part of the loop's CPU the checkpoints take."""
    with Shop.open(folder) as shop:
        ring = Ring((wide(),), shop.config.tick, frozen_us=1 << 60 if control else None)
        warm(ring)
        saved = folder / f"checkpoints-{control}"
        with SqliteLeases(folder).held(shop.clock.now_us) as grant:
            places = (Checkpoints(saved), Shelf(folder / f"shelf-{control}"), folder / f"days-{control}")
            live = folder / f"live-{control}"
            course = Timed(Kit(ring, shop.log, *places, live, Checkpointing(), Clock(), grant))
            began, began_s = time.process_time(), time.perf_counter()
            turned = turn(course.kit, lambda progress: None, lambda _: course)
            cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_s
    at_intervals = course.spent[:-1] if len(course.spent) > 1 else course.spent  # the last is of the end
    spent, spent_s = (sum(part) for part in zip(*at_intervals, strict=True))
    size = max(path.stat().st_size for path in saved.glob("*.safetensors")) / 1e6
    name = "2^20 weights and a frozen control" if control else "2^20 weights"
    each = spent / len(at_intervals) * 1e3
    loop_s = cpu_s - sum(part for part, _ in course.spent)
    print(f"| checkpoint, {name}, {size:.0f} MB | {each:.0f} ms CPU, {spent_s / len(at_intervals) * 1e3:.0f} ms |")
    print(f"|   ring at {turned.events / loop_s / 1e3:,.0f} k events/CPU-s, {wall_s:.1f} s in all |")
    print(f"|   part of the loop's CPU at the default interval, {len(at_intervals)} of them | {spent / cpu_s:.1%} |")


def resumed(folder: Path) -> None:
    """Print the seconds from the start of a process to an event that the killed one had not learned."""
    words = [sys.executable, __file__, "--learn", str(folder)]
    first = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    saved = sorted((folder / "checkpoints").glob("*.safetensors"))
    for line in first.stdout:
        saved = sorted((folder / "checkpoints").glob("*.safetensors"))
        if saved and int(line) > int(saved[-1].stem):
            break
    reached = int(line)
    time.sleep(AFTER_S)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    saved = sorted((folder / "checkpoints").glob("*.safetensors"))
    began = time.perf_counter()
    second = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert second.stdout is not None
    next(line for line in second.stdout if int(line) > reached)
    seconds = time.perf_counter() - began
    second.kill()
    used = os.wait4(second.pid, 0)[2]
    second.returncode = 0
    behind = reached - int(saved[-1].stem)
    cpu_s = used.ru_utime + used.ru_stime
    print(f"| killed {behind:,} events after a checkpoint, learns on after | {seconds:.1f} s, {cpu_s:.1f} CPU-s |")


def learn(folder: Path) -> None:
    """Learn, telling how far; what a killed process is replaced by."""

    def told(progress: Progress) -> None:
        print(progress.events, flush=True)

    spare_pandas()
    with Shop.open(folder) as shop:
        shop.run(told)


def main() -> None:
    """Print both figures, over a log of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learn", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, default=2_700_000)
    args = parser.parse_args()
    if args.learn:
        learn(args.learn)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "shop"
        filled(folder, args.events)
        for control in (False, True):
            cost(folder, control=control)
        with Shop.open(folder) as shop:
            shop.compile()
        for _ in itertools.repeat(None, 3):
            resumed(folder)


if __name__ == "__main__":
    main()
