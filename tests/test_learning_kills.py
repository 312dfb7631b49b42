"""Killed at random instants while another process appends, a learner loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import numpy as np

from evercart.clock import Clock
from evercart.shop import Shop
from evercart.testing.resting import begun, turned
from evercart.units import DAY_US, SECOND_US

KILLS = 6
SPEED = 24 * 3600


def forked(work) -> int:
    """Let a child do some work; return its number."""
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
            os._exit(70)
        os._exit(0)
    return pid


def test_killed_over_again_it_ends_in_the_same_states(tmp_path: Path) -> None:
    folder, clock, rng = tmp_path / "shop", Clock(), np.random.default_rng(1)
    live = begun(folder, days=40)
    with Shop.open(folder) as shop:
        began = shop.checkpoints.next_offset()
    origin_us, since_us = 1_800_000_000_000_000, clock.now_us()
    fast = Clock.at_speed(SPEED, origin_us, since_us)  # days pass, so that labels settle, days close
    toml = folder / "shop.toml"
    toml.write_text(toml.read_text().replace("seconds = 30", "seconds = 0.2"))

    def append() -> None:
        with Shop.open(folder, clock=fast) as shop:
            for at in range(0, len(live), 10):
                shop.log.append(live.slice(at, 10), fast.now_us())
                fast.rest_s(0.2)

    def learn() -> None:
        with Shop.open(folder, clock=fast) as shop:
            shop.learn(lambda: False)

    appender = forked(append)
    for _ in range(KILLS):
        learner = forked(learn)
        clock.rest_s(0.3 + 2.5 * rng.random())
        os.kill(learner, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(learner, 0)[1])
    assert os.waitpid(appender, 0)[1] == 0
    told: list[str] = []
    with Shop.open(folder, clock=fast, told=told.append) as shop:
        assert began < shop.checkpoints.next_offset()  # some came far enough to save something
        end = shop.log.next_offset
        shop.learn(lambda: shop.checkpoints.next_offset() >= end)
    assert told == []
    after_us = fast.now_us() + DAY_US + SECOND_US
    again = turned(folder, tmp_path / "again", after_us)
    with again, Shop.open(folder, clock=again.clock) as shop:
        shop.run()
        assert shop.log.next_offset == again.log.next_offset
        assert shop.fingerprint() == again.fingerprint()
    shutil.rmtree(folder)
