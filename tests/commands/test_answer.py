"""The command by which questions are answered in a process of their own; what it says is asked in test_apart.py."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

from evercart.commands.base import EVERCART
from evercart.testing.console import evercart


def test_it_ends_when_whoever_asks_hangs_up_and_not_before(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    ours, its = socket.socketpair()
    words = (*EVERCART, "answer", "--shop", str(tmp_path / "shop"))
    with ours, subprocess.Popen(words, stdin=its.fileno(), stderr=subprocess.PIPE) as process:
        its.close()
        ours.settimeout(60)
        assert ours.recv(1)  # it tells what answers
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        assert ours.recv(1)
        ours.close()
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")


def test_it_is_nothing_for_people(tmp_path: Path) -> None:
    commands = [line.split()[1] for line in evercart("--help", folder=tmp_path).splitlines() if len(line.split()) > 2]
    assert "serve" in commands
    assert "answer" not in commands
