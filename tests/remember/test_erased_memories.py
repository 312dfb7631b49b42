"""An erased shopper's rows are in no memory of a learner: as if they had never been there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import with_memories

from evercart.app import App
from evercart.clock import Clock
from evercart.config import FILE, create
from evercart.hashing import hash_name
from evercart.labels.turns import ASKED
from evercart.loop import Stopwatch, whole_ticks
from evercart.remember.exemplars import Kept
from evercart.shop import Shop
from evercart.testing.anew import learned_anew

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def evercart(*words: object, folder: Path) -> str:
    """Run a command of that shop in a process of its own; return what it printed."""
    command = [sys.executable, with_memories.__file__, *map(str, words)]
    env = {**os.environ, "COLUMNS": "400", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def opened(folder: Path, app: App) -> Shop:
    return Shop.open(folder, given=(app,), clock=Clock(now_us=lambda: 0, cpu_s=lambda: 0.0))


def owners(shop: Shop) -> dict[int, int]:
    """Return whom each decision was about, by its number."""
    ring, found = shop.ring(), dict[int, int]()
    states = ring.start()
    for events in whole_ticks(ring.read(shop.log), ring.tick):
        turns = ring.step(states, events, Stopwatch(lambda: 0.0))["spend"].turns
        asked = turns.what == ASKED
        found |= dict(zip(turns.number[asked].tolist(), turns.key[asked].tolist(), strict=True))
    return found


def kept(state: Any) -> list[Kept]:
    """Return the memories within a learner's state."""
    if isinstance(state, Kept):
        return [state]
    return [one for part in state for one in kept(part)] if isinstance(state, tuple) else []


def known(shop: Shop) -> dict[str, list[int]]:
    """Return who stands in each memory at the last checkpoint: the shopper of each row."""
    found, whose = shop.checkpoints.last(shop.ring()), owners(shop)
    assert found is not None
    memories = {name: kept(found[0][f"spend {name}"])[0] for name in with_memories.KEEPING}
    return {
        name: [whose[one] for one in memory.number[: memory.filled[0]].tolist()] for name, memory in memories.items()
    }


def test_rows_of_who_is_erased_are_in_no_memory(tmp_path: Path) -> None:
    create(tmp_path / "shop", "shop")
    (tmp_path / "shop" / FILE).write_text('apps = ["spend"]\n')
    evercart("ingest", EXAMPLES / "purchases.csv", "--map", EXAMPLES / "purchases.toml", folder=tmp_path)
    app = with_memories.memories()
    with opened(tmp_path / "shop", app) as shop:
        shop.run()
        before, folds, key = known(shop), shop.fingerprint()["folds"], shop.log.key
    every = [one for whose in before.values() for one in whose]
    named = {hash_name(f"C{number}", key): f"C{number}" for number in range(200)}
    mine = max(named, key=every.count)
    assert all(whose.count(mine) > 2 for whose in before.values())
    done = json.loads(evercart("erase", "user", named[mine], "--yes", "--json", folder=tmp_path))
    assert done["rows"]["order"] > 10
    with opened(tmp_path / "shop", app) as shop:
        after, now = known(shop), shop.fingerprint()["folds"]
        assert all(whose and mine not in whose for whose in after.values())
        assert learned_anew(shop, tmp_path / "other", lambda folder: opened(folder, app))["folds"] == now
    racers = {f"spend {name}" for name, _ in app.challengers}
    assert racers <= {name for name in now if now[name] != folds[name]}
