"""A service that is killed in the middle of requests."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def _killed(kills: int, seed: int) -> dict[str, float]:
    words = [sys.executable, "-m", "evercart.testing.killed", "--json", "--kills", str(kills), "--seed", str(seed)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr + done.stdout
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("kills", "seed"), [(6, 1), pytest.param(100, 2, marks=pytest.mark.slow)])
def test_what_was_acknowledged_is_in_the_log_once(kills: int, seed: int) -> None:
    found = _killed(kills, seed)
    assert (found["kills"], found["lost"], found["twice"]) == (kills, 0, 0)
    assert found["cut"] >= kills // 2  # else nothing was under way
    assert found["logged"] >= found["acknowledged"] > 100 * kills // 6
