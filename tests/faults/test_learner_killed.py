"""A learner that is killed beside a service: answers go on, the page says so, it catches up once it is back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from evercart import Shop
from evercart.testing.serving import served
from evercart.testing.shop import SimulatedShop
from evercart.testing.visits import events_of

PATIENCE_S = 60


@contextmanager
def _learner(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "evercart", "learn", "--shop", str(folder), "--json"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _gauge(site: httpx.Client, name: str) -> float:
    lines = site.get("/metrics").text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"evercart_{name} "))


def _grow_old(path: Path) -> None:
    """Set back what the learner said last, rather than wait."""
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "us": said["us"] - 20_000_000}))


def test_answers_go_on_without_a_learner(tmp_path: Path) -> None:
    table = SimulatedShop(seed=4, shoppers=40, items=30, days=12).table()
    half = len(table) // 2
    with Shop.open(tmp_path / "shop", create=True) as shop, served(shop) as url, httpx.Client(base_url=url) as site:
        shop.log.import_history("half", lambda skip: iter([table.slice(skip, half - skip)]))
        shop.compile()  # which the learner need not wait for then
        pulse = shop.folder / "live" / "pulse.json"
        with _learner(shop.folder) as learner:
            _until(lambda: pulse.exists() and _gauge(site, "pulse_age_seconds") < 2)
            assert 'data-shown="stale" hidden' in site.get("/").text
            learner.kill()
        _grow_old(pulse)
        assert _gauge(site, "pulse_age_seconds") > 20
        _until(lambda: "The learner was last heard of 2" in site.get("/").text)
        assert 'data-shown="stale" hidden' not in site.get("/").text
        rest = events_of(table.slice(half, 400))
        assert site.post("/v1/events", json=rest).json()["accepted"] == len(rest)
        assert site.get("/readyz").status_code == 200
        with _learner(shop.folder):
            _until(lambda: _gauge(site, "pulse_age_seconds") < 2)
            _until(lambda: _gauge(site, "learner_offset") >= half + len(rest))
