"""Commands about the shop, its log."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from evercart.testing.console import COMMAND, evercart, example_shop

OWN = ["promotion", "enrolment"] * 2 + ["promotion"] + ["verdict"] * 2  # what the first turn writes about three apps
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    return example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)


def test_status(shop: Path) -> None:
    said = json.loads(evercart("status", "--json", folder=shop))
    lines = len((EXAMPLES / "purchases.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert said["events"] == lines + len(OWN)
    assert 0 < said["learned"] <= lines
    assert "events" in evercart("status", folder=shop)


def test_events(shop: Path) -> None:
    said = json.loads(evercart("events", "--start", -len(OWN) - 2, "--json", folder=shop))["events"]
    assert [row["kind"] for row in said] == ["order"] * 2 + OWN
    assert "order" in evercart("events", folder=shop)


def test_the_same_file_again_does_nothing(shop: Path) -> None:
    words = ("ingest", EXAMPLES / "purchases.csv", "--map", EXAMPLES / "purchases.toml")
    assert "nothing to do" in evercart(*words, folder=shop)
    assert json.loads(evercart(*words, "--json", folder=shop))["again"]


def test_doctor_says_what_is_wrong_then_mends_it(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    assert "Nothing is wrong." in evercart("doctor", folder=tmp_path)
    (tmp_path / "shop" / "log" / "segments" / "x.writing").touch()
    found = subprocess.run(
        [*COMMAND, "doctor", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100
    )
    assert found.returncode == 2
    (one,) = json.loads(found.stdout)["findings"]
    assert one == {
        "wrong": "shop/log/segments/x.writing: expected a file that belongs to something, got 'a stray'",
        "would": "remove it",
        "can": True,
        "mended": False,
    }
    assert "done: remove it" in evercart("doctor", "--repair", folder=tmp_path)
    assert "Nothing is wrong." in evercart("doctor", folder=tmp_path)
