"""The command that keeps a shop served, with its models learning."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from evercart.commands.up import programs
from evercart.testing.console import COMMAND, evercart

PATIENCE_S = 30


class _Up:
    """An `up` of which every line is read."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "up", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []

    def until(self, *parts: str) -> dict[str, str]:
        """Read up to a line that holds all these parts; return it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if all(part in line for part in parts):
                return dict(json.loads(line))
        raise AssertionError("".join(self.lines))

    def end(self) -> str:
        self.process.terminate()
        return self.process.communicate(timeout=PATIENCE_S)[0]


@contextmanager
def _up(folder: Path, *words: str) -> Iterator[_Up]:
    one = _Up(folder, *words)
    try:
        yield one
    finally:
        one.process.kill()
        one.process.communicate()


def _pid_of(parent: int, word: str) -> int:
    """Return the child of a process whose command line holds a word."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            its_parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            words = (path / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if its_parent == parent and word in words:
            return int(path.name)
    raise AssertionError(word)


def test_what_is_killed_is_back_then_both_end(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    with _up(tmp_path, "--port", "0") as up:
        where = up.until('"address"')["address"]
        assert httpx.get(f"{where}/healthz").text == "alive\n"
        up.until('"process": "learn"', '"learn"')
        for killed in ("learn", "serve"):
            os.kill(_pid_of(up.process.pid, killed), signal.SIGKILL)
            assert up.until(f"{killed} ended")["message"] == f"{killed} ended by SIGKILL; it starts again in 0.5 s"
        where = up.until('"address"')["address"]
        assert httpx.get(f"{where}/healthz").text == "alive\n"
        children = [_pid_of(up.process.pid, one) for one in ("serve", "learn")]
        up.end()
        assert up.process.returncode == 0
        assert not any(Path(f"/proc/{one}").exists() for one in children)


def test_they_die_with_it(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    with _up(tmp_path, "--port", "0") as up:
        up.until('"address"')
        up.until('"process": "learn"', '"learn"')
        children = [_pid_of(up.process.pid, one) for one in ("serve", "learn")]
        up.process.kill()
    ends = time.monotonic() + PATIENCE_S
    while any(Path(f"/proc/{one}").exists() for one in children):
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_wrong_setting_is_told_once_by_one_of_them(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    path = tmp_path / "shop" / "shop.toml"
    path.write_text(path.read_text().replace("apps = [", 'apps = ["horoscope", '))
    with _up(tmp_path, "--port", "0") as up:
        up.process.wait(PATIENCE_S)
        assert up.process.stdout is not None
        said = up.process.stdout.read()
    assert up.process.returncode == 2
    assert "cannot start (see above); all stop" in said
    assert "horoscope" in said


def test_without_a_shop_there_is_nothing_to_run(tmp_path: Path) -> None:
    said = evercart("up", folder=tmp_path, code=2)
    assert said == "shop: expected a shop (a folder with shop.toml); see `evercart init`, got 'none'\n"


def test_a_shop_does_not_stream_into_itself(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    said = evercart("up", "--simulated", "shop", folder=tmp_path, code=2)
    assert said == "--simulated: expected another folder than --shop, got 'shop'\n"


def test_both_get_the_shop_with_its_clock() -> None:
    serve, learn = programs(Path("x"), ["--port", "5"], ["--speed", "2"])
    assert serve.words[3:] == ("serve", "--shop", "x", "--speed", "2", "--port", "5", "--json")
    assert learn.words[3:] == ("learn", "--shop", "x", "--speed", "2", "--json")
