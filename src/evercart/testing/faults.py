"""Faults: a small shop's whole life, which may be ended anywhere, begun again, compared with one never ended.

`kills` ends it by signal, `disks` by writes that fail or by power that is lost.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from evercart.clock import Clock
from evercart.config import FILE, KEY_FILE, Config, create, read_key
from evercart.daybook import day_paths
from evercart.events import runs
from evercart.events.kinds import number
from evercart.events.mapping_file import parse
from evercart.ingest import Ingest
from evercart.log import open_log
from evercart.place import FOLDER
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US

KEY: Final = 0x0123_4567_89AB_CDEF
NOW_US: Final = 1_800_000_000_000_000
AFTER_US: Final = NOW_US + 3600 * SECOND_US  # when who was ended holds no lease any more
MAPPING: Final = """
kind = "order"
id = "{id}"
[columns]
session = "session"
user = "user"
item = "item"
quantity = "quantity"
amount = "amount"
[constants]
currency = "EUR"
[units]
quantity = "thousandths"
amount = "minor"
[time]
column = "event_us"
format = "us"
"""
_FIELDS: Final = ("id", "session", "user", "item", "quantity", "amount", "event_us")
_BAD: Final = 7  # rows that may not enter


class Outcome(NamedTuple):
    """What a life comes to: equal outcomes, equal bits."""

    events: int
    names: str  # hash of all rows as they were sent, with offset and log time
    ids: int  # different ones
    states: dict[str, Any]  # as `evercart fingerprint --json` says it
    days: dict[str, list[str]]  # hashes of each app's closed days
    held: dict[str, int]  # rows in quarantine by reason


class Life(NamedTuple):
    """A shop's life: two files come in, it learns, live events come in, it learns on.

    home     where the files are
    batches  live rows, in the order they are sent
    every    events between two checkpoints
    """

    home: Path
    batches: tuple[pa.Table, ...]
    every: int = 60

    @classmethod
    def made(cls, home: Path, *, shoppers: int = 25, days: int = 40, every: int = 60) -> Life:
        """Write what will come in."""
        table = SimulatedShop(seed=5, shoppers=shoppers, items=30, days=days).table()
        orders = table.filter(pc.equal(table["kind"], number("order")))
        cut = [len(orders) * part // 10 for part in (0, 4, 8, 10)]
        for name, start, stop in (("one", cut[0], cut[1]), ("two", cut[1] - 20, cut[2])):
            rows = orders.slice(start, stop - start).select(_FIELDS)
            bad = rows.slice(0, _BAD).set_column(4, "quantity", pa.array([-1] * _BAD))
            bad = bad.set_column(0, "id", pa.array([f"bad {name} {place}" for place in range(_BAD)]))
            pa_csv.write_csv(pa.concat_tables([rows, bad]), home / f"{name}.csv")
        live = orders.slice(cut[2])
        step = max(len(live) // 12, 1)
        return cls(home, tuple(live.slice(at, step) for at in range(0, len(live), step)), every)

    def begin(self, folder: Path, log: str = FOLDER) -> None:
        """Make the shop's folder, all lives under one key."""
        if not (folder / FILE).exists():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / KEY_FILE).write_text(f"{KEY:016x}\n")
            (folder / KEY_FILE).chmod(0o600)
            create(folder, "life", log=log)
        text = (folder / FILE).read_text().replace("events = 500000", f"events = {self.every}")
        text = text.replace("share = 0.025", "share = inf")
        (folder / FILE).write_text(text)

    def live(self, folder: Path, told: Callable[[str], None], *, now_us: int = NOW_US) -> Outcome:
        """Live from the beginning, or go on; return what it came to."""
        with small(), opened(folder, told, now_us) as shop:
            for name in ("one", "two"):
                Ingest(folder, shop.log, shop.quarantine).take(
                    self.home / f"{name}.csv", parse(MAPPING), now_us, lambda step, done, total: None
                )
            if shop.log.live_from is None:  # else that turn was over: once more would be judged on another day
                shop.run()
            for place, batch in enumerate(self.batches):
                shop.log.append(batch, NOW_US + (place + 1) * DAY_US)
            shop.log.heartbeat(NOW_US + (len(self.batches) + 1) * DAY_US)
            shop.run()
            return outcome(shop)


def memory_disk() -> str | None:
    """Return a folder in memory, where there is one: who ends processes need not wait for a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@contextmanager
def opened(folder: Path, told: Callable[[str], None], now_us: int) -> Iterator[Shop]:
    """Open a shop whose segments are short, so that there is much to be ended between.

    Its CPU clock stands still, so that what a verdict says of costs is the same in every life.
    """
    config, clock = Config.read(folder), Clock(now_us=lambda: now_us, cpu_s=lambda: 0.0)
    log = open_log(config.place(folder).where, read_key(folder), segment_rows=128, tail_rows=100)
    with Shop(folder, config, log, clock, told) as shop:
        yield shop


@contextmanager
def small() -> Iterator[None]:
    """Make the runs of an import short."""
    rows = runs.ROWS
    vars(runs)["ROWS"] = 100
    try:
        yield
    finally:
        vars(runs)["ROWS"] = rows


def outcome(shop: Shop) -> Outcome:
    """Return what a shop has come to."""
    table = shop.log.names(0, shop.log.next_offset)
    digest = hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest()[:32]
    days = {app.name: _days(shop, app.name) for app in shop.apps}
    ids = len(table["id"].drop_null().unique())
    return Outcome(shop.log.next_offset, digest, ids, shop.fingerprint(), days, shop.quarantine.counts())


def _days(shop: Shop, app: str) -> list[str]:
    """Return one hash a closed day, however the days are spread over files."""
    from evercart.evaluate import days as day_files

    found = []
    for path in day_paths(shop.folder / "days" / app):
        days = day_files.load(path)[0]
        for row in range(len(days)):
            one = days.rows(slice(row, row + 1))
            parts = (getattr(one, name).tobytes() for name in ("day", "n", "y", "sums", "bucket_loss"))
            found.append(hashlib.sha256(b"|".join(parts)).hexdigest()[:16])
    return found
