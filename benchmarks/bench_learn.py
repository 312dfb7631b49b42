"""Learning for ever: how long from an event's commit to the live weights, what that costs, whether it stays so."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from evercart.asks.logged import encoded, layout
from evercart.asks.weave import DECISION
from evercart.events.schema import SCHEMA, conform
from evercart.publish.published import path_of
from evercart.publishing import FOLDER
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop

PACE_S = 0.02  # between two commits
LOOK_S = 0.01  # between two looks at what is live
SHOWN = 20  # items of a list
LEARN = "from evercart.cli import main; main()"
TICKS = os.sysconf("SC_CLK_TCK")


class Seen(NamedTuple):
    """Offsets of the live weights by time; what the learner takes, once a second."""

    live: list[tuple[float, int]]
    cost: list[tuple[float, float, float, float]]  # wall s, CPU s, MB resident, MB of the newest checkpoint


def history(folder: Path, events: int) -> None:
    """Make a shop that has learned a simulated history."""
    table = SimulatedShop(seed=1, shoppers=4_000, items=1_000, days=365).table().slice(0, events)
    with Shop.open(folder, create=True) as shop:
        shop.log.import_history("simulated", lambda skip: iter([table.slice(skip)]))
        shop.run()


class Traffic:
    """Rows like those of a shop's history, with decisions about its shoppers among them."""

    def __init__(self, shop: Shop) -> None:
        end = shop.log.next_offset
        first = max(end - (1 << 18), 0)
        self._past = shop.log.names(first, min(first + (1 << 17), end)).select(SCHEMA.names)
        self._users = self._past["user"].drop_null().unique().to_pylist()
        self._items = self._past["item"].drop_null().unique().to_pylist()
        apps = [app for app in shop.apps if not app.candidates]
        self._marks = [(app.name, layout(app.columns), len(app.columns)) for app in apps]
        self._rng, self._sent = np.random.default_rng(1), 0

    def rows(self, events: int, decisions: int, us: int) -> pa.Table:
        """Return so many rows, none of which was sent before."""
        at = self._sent % (len(self._past) - events)
        old = self._past.slice(at, events)
        old = _with(old, "id", pa.array([f"live {self._sent + i}" for i in range(events)]))
        old = _with(old, "event_us", pa.array(np.full(events, us)))
        made = [self._decision(f"made {self._sent} {i}", i, us) for i in range(decisions)]
        self._sent += events
        new = conform(pa.Table.from_pylist(made, pa.schema([SCHEMA.field(name) for name in made[0]])))
        return pa.concat_tables([old, new])

    def _decision(self, name: str, number: int, us: int) -> dict[str, object]:
        user = self._users[int(self._rng.integers(len(self._users)))]
        row = {"id": name, "event_us": us, "kind": DECISION, "user": user, "model": "m", "chance": 1.0}
        if number % 2:
            app, mark, width = self._marks[number // 2 % len(self._marks)]
            x = encoded(self._rng.random((1, width), np.float32), mark)[0]
            return row | {"app": app, "guess": 0.5, "x": x, "properties": None}
        items = [self._items[int(i)] for i in self._rng.integers(len(self._items), size=SHOWN)]
        shown = [{"item": item, "place": place, "score": 0.123456, "chance": 1.0} for place, item in enumerate(items)]
        return row | {"app": "recommend", "guess": None, "x": None, "properties": json.dumps({"shown": shown})}


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(SCHEMA.get_field_index(name), SCHEMA.field(name), values)


def append(folder: Path, seconds: float, events: int, decisions: int, out: Path) -> None:
    """Append at a constant pace; write down when each commit was made, where it ends."""
    commits: list[tuple[float, int]] = []
    with Shop.open(folder) as shop:
        traffic, began_s, due = Traffic(shop), time.time(), 0
        while (now_s := time.time()) - began_s < seconds:
            if now_s < began_s + due * PACE_S:
                time.sleep(began_s + due * PACE_S - now_s)
            behind = int((time.time() - began_s) / PACE_S) + 1 - due  # what is late is sent at once
            us = time.time_ns() // 1000
            rows = traffic.rows(round(events * PACE_S) * behind, round(decisions * PACE_S) * behind, us)
            done = shop.log.append(rows, us)
            commits.append((time.time(), done.next_offset))
            due += behind
    out.write_text(json.dumps(commits))


def offset_of(path: Path) -> int:
    """Return the next offset that a publication's header names; 0 without one."""
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        return int(header["__metadata__"]["next_offset"])
    except OSError:
        return 0


def watch(folder: Path, apps: list[str], learner: int, appender: subprocess.Popen[bytes]) -> Seen:
    """Look at what is live, at what the learner takes, until nothing comes any more."""
    seen, last = Seen([], []), 0
    until_s = float("inf")
    while time.time() < until_s:
        offset = min(offset_of(path_of(folder / FOLDER, app)) for app in apps)
        now_s = time.time()
        if offset != last:
            seen.live.append((now_s, offset))
            last = offset
        if not seen.cost or now_s - seen.cost[-1][0] >= 1:
            seen.cost.append((now_s, *_taken(learner), _saved(folder)))
        if until_s == float("inf") and appender.poll() is not None:
            until_s = now_s + 4
        time.sleep(LOOK_S)
    return seen


def _taken(pid: int) -> tuple[float, float]:
    """Return CPU seconds, resident megabytes of a process."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return (int(words[11]) + int(words[12])) / TICKS, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _saved(folder: Path) -> float:
    paths = sorted((folder / "checkpoints").glob("0*.safetensors"))
    return paths[-1].stat().st_size / 1e6 if paths else 0.0


def started(words: list[str], **more: int) -> subprocess.Popen[bytes]:
    """Start a Python process."""
    return subprocess.Popen([sys.executable, *words], **more)


def ready(folder: Path, learner: subprocess.Popen[bytes]) -> None:
    """Wait until a learner lives."""
    while not (folder / FOLDER / "pulse.json").exists():
        if learner.poll() is not None:
            sys.exit("the learner ended")
        time.sleep(0.1)


def main() -> None:
    """Print every figure of a learner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, help="a shop that has learned its history; it is copied")
    parser.add_argument("--history", type=int, default=200_000, help="events of a simulated shop, where none is named")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--events", type=int, default=500, help="a second")
    parser.add_argument("--decisions", type=int, default=1000, help="a second")
    parser.add_argument("--append", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.append:
        append(args.shop, args.seconds, args.events, args.decisions, args.append)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder, commits = Path(scratch) / "shop", Path(scratch) / "commits.json"
        if args.shop:
            shutil.copytree(args.shop, folder)
        else:
            history(folder, args.history)
        (folder / FOLDER / "pulse.json").unlink(missing_ok=True)
        with Shop.open(folder) as shop:
            apps, begun = [app.name for app in shop.apps], shop.log.next_offset
        learner = started(["-c", LEARN, "learn", "--shop", str(folder)], stdout=subprocess.DEVNULL)
        try:
            ready(folder, learner)
            pace = ["--events", str(args.events), "--decisions", str(args.decisions), "--seconds", str(args.seconds)]
            appender = started([__file__, "--shop", str(folder), "--append", str(commits), *pace])
            seen = watch(folder, apps, learner.pid, appender)
            learner.send_signal(signal.SIGTERM)
            code = learner.wait(60)
        finally:
            learner.kill()
        tell(json.loads(commits.read_text()), seen, begun, args)
        print(f"  ended by SIGTERM with exit code {code}")


def tell(commits: list[tuple[float, int]], seen: Seen, begun: int, args: argparse.Namespace) -> None:
    """Print what was measured; the first ten seconds do not count, in which the log's clock comes to now."""
    logged_s, ends = (np.array(part) for part in zip(*commits, strict=True))
    live_s, offsets = (np.array(part) for part in zip(*seen.live, strict=True))
    counts = logged_s >= logged_s[0] + 10
    at = np.searchsorted(offsets, ends[counts])
    delay_s = np.where(at < len(offsets), live_s[np.minimum(at, len(offsets) - 1)] - logged_s[counts], np.inf)
    rate = (ends[-1] - ends[0]) / (logged_s[-1] - logged_s[0])
    print(f"learning for ever, after {begun:,} events, {args.seconds:g} s at {rate:,.0f} rows a second")
    p50, p95, p99, worst = (*np.quantile(delay_s, (0.5, 0.95, 0.99), method="higher"), delay_s.max())
    print(f"  logged to live: p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s, at most {worst:.2f} s")
    wall_s, cpu_s, size, saved = (np.array(part) for part in zip(*seen.cost, strict=True))
    steady = np.flatnonzero((wall_s >= logged_s[0] + 10) & (wall_s <= logged_s[-1]))
    half = len(steady) // 2
    for name, part in (("", steady), (" first half", steady[:half]), (" second half", steady[half:])):
        share = (cpu_s[part[-1]] - cpu_s[part[0]]) / (wall_s[part[-1]] - wall_s[part[0]])
        print(f"  CPU share{name}: {share:.3f} of a core")
    first, last = steady[[0, -1]]
    kept = f"checkpoint {saved[first]:.0f} MB, then {saved[last]:.0f} MB"
    print(f"  memory {size[first]:.0f} MB, then {size[last]:.0f} MB; {kept}")


if __name__ == "__main__":
    main()
