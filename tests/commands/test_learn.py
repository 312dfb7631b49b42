"""`evercart learn`, as a process that people or `up` start, stop or kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evercart.clock import Clock
from evercart.pulse import read
from evercart.shop import Shop
from evercart.testing.resting import begun

EVERCART = [sys.executable, "-c", "from evercart.cli import main; main()"]


def until(due) -> None:
    clock = Clock()
    for _ in range(1200):
        if due():
            return
        clock.rest_s(0.05)
    pytest.fail("it never came")


def started(folder: Path) -> subprocess.Popen[str]:
    words = [*EVERCART, "learn", "--shop", str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def test_it_learns_until_it_is_told_to_stop(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    live = begun(folder, days=20)
    learner = started(folder)
    try:
        with Shop.open(folder) as shop:
            shop.log.append(live.slice(0, 50), Clock().now_us())
            end = shop.log.next_offset
            until(lambda: (one := read(folder / "live")) is not None and one.offset >= end)
            second = started(folder)
            said, wrong = second.communicate(timeout=60)
            assert second.returncode == 2
            assert f"expected no other learner on this shop, got 'process {learner.pid} on " in wrong
            learner.send_signal(signal.SIGTERM)
            said, wrong = learner.communicate(timeout=60)
            assert (learner.returncode, wrong) == (0, "")
            assert shop.status()["learned"] >= end
            assert shop.leases.look().until_us == 0
    finally:
        learner.kill()
        learner.wait()
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["what"] for line in lines][:2] == ["compile", "learn"]
    assert lines[-1] == {"what": "end", "learned": lines[-1]["learned"]}
    assert any(line["what"] == "pulse" for line in lines)
    assert "user" not in said
