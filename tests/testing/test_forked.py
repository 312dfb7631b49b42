"""Commands in copies of one process: they see what they are told, nothing of each other."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evercart
from evercart.testing.forked import Forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere commands are started anew")


@pytest.fixture(scope="module")
def forked() -> Iterator[Forked]:
    started = Forked()
    yield started
    started.stop()


def test_a_command_prints_into_what_is_kept(forked: Forked, tmp_path: Path) -> None:
    assert forked.run(["--version"], tmp_path) == (0, f"{evercart.__version__}\n", "")


def test_a_mistake_has_its_code_and_its_text(forked: Forked, tmp_path: Path) -> None:
    code, out, err = forked.run(["status"], tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("shop: expected a shop")


def test_each_has_its_own_folder_environment_and_modules(
    forked: Forked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        assert forked.run(["init", "--json"], tmp_path / name).code == 0
        assert (tmp_path / name / "shop" / "shop.toml").exists()
    settings = tmp_path / "one" / "shop" / "shop.toml"
    settings.write_text(settings.read_text().replace('log = "log"', 'log = "env:EVERCART_LOG"'))
    assert "EVERCART_LOG" in forked.run(["status"], tmp_path / "one").err
    monkeypatch.setenv("EVERCART_LOG", "log")
    said = forked.run(["status", "--json"], tmp_path / "one")
    assert (said.code, json.loads(said.out)["events"]) == (0, 0), said.err
