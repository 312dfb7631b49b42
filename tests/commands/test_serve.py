"""The command that answers over HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from evercart.testing.console import COMMAND, evercart


def _served(folder: Path, *words: str) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, "serve", "--port", "0", *words], cwd=folder, text=True, **pipes)  # type: ignore[call-overload]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_then_ends_well(tmp_path: Path, how: signal.Signals) -> None:
    evercart("init", folder=tmp_path)
    with _served(tmp_path, "--json") as process:
        assert process.stdout is not None
        where = json.loads(process.stdout.readline())["address"]
        assert httpx.get(f"{where}/healthz").text == "alive\n"
        with pytest.raises(AssertionError, match=r"--port: expected a free port, got \d+ \(in use\)"):
            evercart("serve", "--port", where.rpartition(":")[2], folder=tmp_path)
        process.send_signal(how)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert [json.loads(line)["route"] for line in err.splitlines()] == ["/healthz"]


def test_people_are_told_in_words(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    with _served(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Serving shop at http://127.0.0.1:")
        process.terminate()
    assert process.returncode == 0


def test_without_a_shop_there_is_nothing_to_serve(tmp_path: Path) -> None:
    said = evercart("serve", folder=tmp_path, code=2)
    assert "expected a shop (a folder with shop.toml); see `evercart init`" in said


def test_without_keys_it_listens_to_this_machine_alone(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    said = evercart("serve", "--host", "0.0.0.0", folder=tmp_path, code=2)
    text = "--host: expected a loopback address while the shop has no key; see evercart key create, got '0.0.0.0'"
    assert text in said
