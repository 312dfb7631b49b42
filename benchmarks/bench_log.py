"""What the log costs: imports, reads, live appends, lookups of ids; CPU seconds, compilation apart."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from evercart.events.schema import conform
from evercart.log.ids import Run, find, hash_ids, merge, unbalanced, write_run
from evercart.log.log import Log
from evercart.log.sqlite import open_log

KEY = 7
ROWS = 1_500_000
BATCH = 1 << 18
APP = ("user", "session", "item", "place", "amount", "quantity", "discount", "currency")


def orders(first: int, rows: int) -> pa.Table:
    """Return checked order lines, like those of the sample shop."""
    rng = np.random.default_rng(first)
    number = np.arange(first, first + rows)
    basket = number // 9
    words = {
        "user": [f"{n}" for n in (basket * 7919 % 2469).tolist()],
        "session": [f"{n + 31_198_000_000}" for n in basket.tolist()],
        "item": [f"{n}" for n in rng.integers(800_000, 890_000, rows).tolist()],
        "place": [f"{n}" for n in (basket % 460).tolist()],
    }
    ids = [f"{b}/{i}/{n}" for b, i, n in zip(words["session"], words["item"], number.tolist(), strict=True)]
    numbers = {
        "event_us": 1_483_228_800_000_000 + number * 21_000_000,
        "quantity": rng.integers(1, 5, rows) * 1000,
        "amount": rng.integers(50, 5000, rows),
        "discount": rng.integers(0, 100, rows),
    }
    fixed = {"kind": pa.array(np.full(rows, 2, np.int16)), "currency": pa.array(["USD"] * rows)}
    return conform(pa.table({"id": ids, **words, **numbers, **fixed}))


def measure(what: str, rows: int, work: Callable[[], object]) -> None:
    """Run the work and print its cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{what:<44} {rows / cpu:>12,.0f} rows/CPU-s {cpu / rows * 1e6:>8.3f} us CPU/row {rows / wall:>12,.0f} rows/s"
    )


def bench_import(log: Log, tables: list[pa.Table]) -> None:
    def batches_from(skip: int) -> Iterator[pa.Table]:
        return iter(tables)

    measure("import, from checked tables", ROWS, lambda: log.import_history("sample", batches_from))
    measure("the same rows sent again, all duplicates", ROWS, lambda: log.import_history("again", batches_from))


def bench_read(log: Log) -> None:
    def read() -> int:
        return sum(int(part["amount"].sum()) + int(part["user"][-1] & 1) for part in log.read(0, columns=APP))

    def touched() -> int:
        return sum(int(part[name].view(np.uint8)[::64].sum()) for part in log.read(0, columns=APP) for name in APP)

    measure(f"read of {len(APP)} columns", ROWS, read)
    measure(f"read of {len(APP)} columns, every page touched", ROWS, touched)
    measure("read of a kind that is not there", ROWS, lambda: list(log.read(0, columns=APP, kinds={3})))


def bench_live(folder: Path) -> None:
    with_rows = [(1, 500), (100, 200), (10_000, 20)]
    for size, times in with_rows:
        log = open_log(folder / f"live-{size}", KEY)
        tables = [orders(i * size, size) for i in range(times)]
        measure(
            f"live appends of {size}",
            size * times,
            lambda log=log, tables=tables: [log.append(t, i) for i, t in enumerate(tables)],
        )
        if size == 10_000:
            measure(
                "read of the tail", log.next_offset % (1 << 17), lambda log=log: list(log.read(160_000, columns=APP))
            )
        log.close()


def bench_ids(folder: Path) -> None:
    for rows in (1_000_000, 10_000_000):
        place = folder / f"ids-{rows}"
        place.mkdir()
        runs: list[Run] = []
        for first in range(0, rows, BATCH):
            ids = hash_ids(pa.chunked_array([[f"id-{n}" for n in range(first, first + BATCH)]]), KEY)
            runs.append(write_run(place, f"{first:016d}.ids", ids, first))
            while unbalanced(runs):
                older, newer = runs[-2:]
                runs[-2:] = [merge(place, older.stored.name.replace(".ids", "+.ids"), older, newer)]
        for size, times in ((1, 2000), (100, 200), (10_000, 20), (BATCH, 2)):
            wanted = [hash_ids(pa.chunked_array([[f"new-{t}-{n}" for n in range(size)]]), KEY) for t in range(times)]
            measure(
                f"{size} ids looked up in {rows:,} ({len(runs)} runs)",
                size * times,
                lambda runs=runs, wanted=wanted: [find(runs, ids) for ids in wanted],
            )


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warm = open_log(folder / "warm", KEY, segment_rows=100)
        warm.import_history("warm", lambda skip: iter([orders(0, 1000)]))
        warm.close()
        tables = [orders(first, min(BATCH, ROWS - first)) for first in range(0, ROWS, BATCH)]
        log = open_log(folder / "log", KEY)
        bench_import(log, tables)
        bench_read(log)
        log.close()
        bench_live(folder)
        bench_ids(folder)


if __name__ == "__main__":
    main()
