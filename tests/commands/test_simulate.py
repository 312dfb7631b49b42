"""The command that lets a simulated shop live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.testing.console import evercart


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--speed", "fast"), "--speed: expected how many times faster, such as 100x, got 'fast'\n"),
        (("--speed", "0x"), "--speed: expected above 0x, at most 100000x, got '0x'\n"),
        (("--for", "-1"), "--for: expected minutes above 0, got -1.0\n"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    assert evercart("simulate", *words, folder=tmp_path, code=2) == text


def test_no_shop_of_yours_is_touched(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    said = evercart("simulate", "--shop", "shop", folder=tmp_path, code=2)
    assert said == "--shop: expected a new folder, or a simulated shop's, got 'shop (a shop)'\n"
    assert "shop" in evercart("status", folder=tmp_path)


def test_it_lives_then_leaves_nothing(tmp_path: Path) -> None:
    words = ("--shoppers", "60", "--days", "9", "--speed", "3000x", "--for", "0.1", "--port", "0", "--json")
    said = [json.loads(line) for line in evercart("simulate", *words, folder=tmp_path).splitlines()]
    assert said[0]["address"].startswith("http://127.0.0.1:")
    played = said[-1]
    assert played["what"] == "played"
    assert played["troubles"] == 0, played
    assert played["events"] > 0
    assert not list(tmp_path.iterdir())


def test_payments_are_written_in_place_of_a_shop(tmp_path: Path) -> None:
    words = ("--payments", "pays", "--shoppers", "50", "--days", "8")
    told = json.loads(evercart("simulate", *words, "--json", folder=tmp_path))
    assert told["payments"] > 100 and len(told["ways"]) == 2
    files = {path.name for path in (tmp_path / "pays").iterdir()}
    assert files == {"payments.parquet", "backtest.toml", "events.parquet", "events.toml", "shop.toml"}
    said = evercart("simulate", *words, folder=tmp_path, code=2)
    assert said == "--payments: expected a new folder, got 'pays'\n"
