"""The command that says what is known of a shopper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.testing.console import evercart

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example, of which nothing is learned."""
    folder = tmp_path_factory.mktemp("profile")
    evercart("ingest", EXAMPLES / "purchases.csv", "--map", EXAMPLES / "purchases.toml", folder=folder)
    return folder


def test_a_shopper_is_described(shop: Path) -> None:
    said = json.loads(evercart("profile", "C4", "--json", folder=shop))
    assert said["user"] == "C4"
    assert said["visits"] > 1
    assert said["words"][0].startswith("comes about every")
    assert said["words"][0] in evercart("profile", "C4", folder=shop)


def test_mistakes_are_told(shop: Path, tmp_path: Path) -> None:
    text = evercart("profile", "C999", folder=shop, code=2)
    assert "profile C999: expected a shopper with an order in the log, got 'C999'" in text


def test_help(tmp_path: Path) -> None:
    said = evercart("profile", "--help", folder=tmp_path)
    assert "evercart profile 1228" in said
    assert "--json" in said
