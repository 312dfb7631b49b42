"""Killed at random instants while it ingests or learns, a shop ends in the same bits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evercart.testing import kills
from evercart.testing.faults import Life, Outcome


def test_fifteen_kills_change_nothing() -> None:
    words = [sys.executable, "-m", "evercart.testing.kills", "--kills", "15", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["kills"] == 15
    assert found["alike"] == found["lives"] >= 3
    assert found["told"] == []


def test_a_life_that_differs_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = Outcome(5, "a", 5, {}, {}, {})
    whole = iter([(same, []), (same, []), (same._replace(names="b"), []), (same, ["damage"])])
    monkeypatch.setattr(kills, "_to_the_end", lambda life, folder: next(whole))
    monkeypatch.setattr(kills, "_kill", lambda life, folder, after_s: True)
    found = kills.killed(8, 1, tmp_path)
    assert (found.kills, found.lives, found.alike, found.told) == (8, 2, 1, ("damage",))


def test_a_kill_is_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is told apart by how it ended; nothing of it runs here."""
    ended: list[int] = []
    monkeypatch.setattr(os, "fork", lambda: 7)
    monkeypatch.setattr(os, "kill", lambda pid, number: ended.append(number))
    monkeypatch.setattr(kills.time, "sleep", lambda seconds: None)
    for status, found in ((signal.SIGKILL, True), (0, False)):
        monkeypatch.setattr(os, "waitpid", lambda pid, options, status=status: (pid, int(status)))
        assert kills._kill(Life(tmp_path, ()), tmp_path, 0.1) is found
    assert ended == [signal.SIGKILL] * 2
    monkeypatch.setattr(os, "waitpid", lambda pid, options: (pid, 70 << 8))
    with pytest.raises(RuntimeError, match="a life that was begun again failed"):
        kills._kill(Life(tmp_path, ()), tmp_path, 0.1)
