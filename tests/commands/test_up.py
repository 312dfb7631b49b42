"""The command that keeps a shop served, with its models learning."""

from __future__ import annotations

from pathlib import Path

from evercart.commands.up import programs
from evercart.testing.console import evercart


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
