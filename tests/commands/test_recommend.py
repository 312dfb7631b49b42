"""The command that recommends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.testing.console import evercart

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose shop has taken in the example's clicks, nothing more."""
    folder = tmp_path_factory.mktemp("clicks")
    evercart("ingest", EXAMPLES / "clicks.csv", "--map", EXAMPLES / "clicks.toml", folder=folder)
    return folder


def test_a_session_is_told_what_comes_next_and_why(shop: Path) -> None:
    said = json.loads(evercart("recommend", "--session", "1002", "-k", "3", "--why", "--json", folder=shop))
    assert [one["place"] for one in said["items"]] == [1, 2, 3]
    assert all(one["item"].startswith("50") for one in said["items"])
    assert all(one["why"][0]["text"] for one in said["items"])
    assert (said["empty"], said["next_offset"]) == ("", 200)
    table = evercart("recommend", "--session", "1002", "-k", "3", "--why", folder=shop)
    assert said["items"][0]["item"] in table
    assert said["items"][0]["why"][0]["text"] in table


def test_somebody_unknown_is_told_what_is_popular(shop: Path) -> None:
    unknown = [evercart("recommend", "--json", *who, folder=shop) for who in ((), ("--session", "?", "--user", "?"))]
    assert unknown[0] == unknown[1]
    assert len(json.loads(unknown[0])["items"]) == 10


@pytest.mark.parametrize(("k", "got"), [("0", "0"), ("-3", "-3")])
def test_a_list_has_at_least_one_place(shop: Path, k: str, got: str) -> None:
    assert evercart("recommend", f"-k{k}", folder=shop, code=2) == f"recommend.k: expected at least 1, got {got}\n"


def test_help_says_how(shop: Path) -> None:
    said = evercart("recommend", "--help", folder=shop)
    assert "evercart recommend --session s17 -k 5 --why" in said
