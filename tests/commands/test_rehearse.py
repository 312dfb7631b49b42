"""Commands that rehearse on a copy of a shop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.testing.console import evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_shop(tmp_path_factory.mktemp("rehearse"), EXAMPLES)


def test_a_drift_is_rehearsed_beside_the_shop(folder: Path) -> None:
    before = evercart("fingerprint", "--json", folder=folder)
    said = json.loads(evercart("rehearse", "drift", "--every-days", 1.5, "--seed", 2, "--json", folder=folder))
    assert (said["what"], said["app"], said["seed"]) == ("drift", "repurchase", 2)
    assert said["changed"].startswith("a share of 50 % of the shoppers, drawn by seed 2, come at most every 10 days")
    assert said["page"] == "shop/reports/rehearse-drift-repurchase.html"
    assert "a rehearsal of drift" in (folder / said["page"]).read_text(encoding="utf-8")
    assert said["moves"][0]["why"] == "first"
    assert evercart("fingerprint", "--json", folder=folder) == before


def test_a_sabotage_is_told_in_words(folder: Path) -> None:
    shown = evercart("rehearse", "sabotage", "spend", "--every-days", 1.5, folder=folder)
    assert "somebody in this rehearsal makes poisoned live by force" in shown
    assert "The page: shop/reports/rehearse-sabotage-spend.html" in shown
    assert "minus what was true" in shown


def test_what_cannot_be_is_told(folder: Path) -> None:
    told = evercart("rehearse", "drift", "--every-days", 10, folder=folder, code=2)
    assert told.startswith("rehearse: expected a log whose second half is at least 16 times as long")
    assert "Example: evercart rehearse sabotage" in evercart("rehearse", "sabotage", "--help", folder=folder)
