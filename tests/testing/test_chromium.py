"""A browser is found, or what to run is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart import UserError
from evercart.testing import chromium
from evercart.testing.chromium import can_install, find, main, require, wanted

NONE = (
    "browser: expected Chromium: run `apt-get install -y chromium` (Debian, as root) or `brew install --cask "
    "chromium` (macOS); name one in CHROMIUM=…, or leave the browser tests out: `make test BROWSER=0`, got {}"
)


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_one_that_is_named_comes_first(tmp_path: Path) -> None:
    named, other = program(tmp_path, "mine"), program(tmp_path, "chromium")
    assert find({"CHROMIUM": str(named), "PATH": str(tmp_path)}) == str(named)
    assert find({"PATH": str(tmp_path)}) == str(other)


def test_without_one_it_is_said_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "PLACES", ())
    for environ, got in (({"PATH": str(tmp_path)}, "'none'"), ({"CHROMIUM": "/no/such"}, "'/no/such'")):
        with pytest.raises(UserError) as told:
            require(environ)
        assert str(told.value) == NONE.format(got)


def test_one_that_is_named_is_not_replaced(tmp_path: Path) -> None:
    assert not can_install({"CHROMIUM": "/no/such"})


def test_it_may_be_left_out_or_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such")
    assert main() == 1
    assert capsys.readouterr().err == NONE.format("'/no/such'") + "\n"
    monkeypatch.setenv("BROWSER", "0")
    assert main() == 0
    assert capsys.readouterr().out == "BROWSER=0: the browser tests are left out\n"
    assert not wanted()


def test_it_is_installed_where_nobody_need_be_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On Debian, as root: with the very line that people are told."""
    ran: list[list[str]] = []

    class Done:
        returncode = 0

    def run(command: list[str], **_: object) -> Done:
        ran.append(command)
        program(tmp_path, "chromium")
        return Done()

    monkeypatch.setattr(chromium, "PLACES", ())
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("BROWSER", "")
    program(tmp_path, "apt-get")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    monkeypatch.setattr(chromium.subprocess, "run", run)
    assert main() == 0
    assert ran[0] == ["apt-get", "update", "-q"]
    assert ran[1][:3] == ["apt-get", "install", "-y"] and "chromium" in ran[1]
