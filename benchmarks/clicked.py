"""Clicked: a shop of many sessions, learned from once, copied for each benchmark that changes it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from bench_answers import EPOCH_US, table
from bench_recommend import simulated
from evercart.config import FILE
from evercart.shop import Shop
from evercart.units import DAY_US
from loading import cache

COMMIT = 1 << 18  # clicks
CLICKS = 5  # a session
ITEMS = 10  # sessions an item


def items_of(sessions: int) -> int:
    """Return how many items such a shop has; they are named i0, i1, ..."""
    return max(sessions // ITEMS, 100)


def learned(sessions: int, clicks: int) -> Path:
    """Return a shop's folder in the cache; learned again where the code of today reads no state that is there."""
    made = cache() / "shops" / f"{sessions}-{clicks}"
    if not made.exists():
        shutil.copytree(_logged(sessions, clicks), fresh := made.with_name(f"{made.name}-{os.getpid()}"))
        fresh.rename(made)
    with Shop.open(made) as shop:
        if shop.checkpoints.last(shop.ring()) is None:
            shop.compile()
            began = time.process_time()
            shop.run()
            print(f"(learned {shop.log.next_offset:,} events, {time.process_time() - began:.0f} CPU s)", flush=True)
    return made


def _logged(sessions: int, clicks: int) -> Path:
    """Return a shop whose log holds the clicks of thirty days that end yesterday."""
    made = cache() / "shops" / f"{sessions}-{clicks}-log"
    if not made.exists():
        fresh = made.with_name(f"{made.name}-{os.getpid()}")
        drawn = simulated(sessions, clicks, items_of(sessions), 1)
        with Shop.open(fresh, create=True) as shop:
            told = fresh / FILE
            told.write_text(re.sub(r"^apps = \[.*\]", 'apps = ["recommend"]', told.read_text(), flags=re.MULTILINE))
            first_us = shop.clock.now_us() - 31 * DAY_US - EPOCH_US

            def batches(skip: int) -> Iterator[pa.Table]:
                for start in range(skip, clicks, COMMIT):
                    us, session, item = (column[start : start + COMMIT] for column in drawn)
                    yield table(us + EPOCH_US + first_us, session, item, start)

            shop.log.import_history("simulated", batches)
        fresh.rename(made)
    return made


@contextmanager
def copied(sessions: int, clicks: int) -> Iterator[Path]:
    """Hand out a shop that may be changed."""
    with tempfile.TemporaryDirectory(prefix="evercart-shop-") as scratch:
        yield Path(shutil.copytree(learned(sessions, clicks), Path(scratch) / "shop"))
