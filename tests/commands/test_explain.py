"""The explain command: why a decision was what it was, as a table, as JSON; what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.shop import Shop
from evercart.testing.console import evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example, one question asked."""
    folder = example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)
    with Shop.open(folder / "shop") as opened:
        opened.decide("spend", user="C4", id="d1")
    return folder


def test_a_decision_is_explained(shop: Path) -> None:
    said = json.loads(evercart("explain", "d1", "--json", folder=shop))
    parts = sum(one["contribution"] for one in said["because"])
    assert said["base"] + parts == pytest.approx(said["answer"], abs=1e-9) and said["error"] < 1e-9
    assert (said["decision"], said["app"], said["about"], said["instead"]) == ("d1", "spend", {"user": "C4"}, "")
    text = evercart("explain", "d1", "--features", "3", folder=shop)
    assert "nothing known" in text and "further ones" in text and "user C4" in text


def test_a_question_asked_now(shop: Path) -> None:
    said = json.loads(evercart("explain", "--app", "repurchase", "--subject", "C4", "--json", folder=shop))
    assert 0 < said["answer"] < 1 and said["decision"] == ""


def test_what_cannot_be_explained(shop: Path) -> None:
    text = evercart("explain", "d2", folder=shop, code=2)
    assert text.strip() == "decision: expected the id of one in the log, got 'd2'"
    text = evercart("explain", folder=shop, code=2)
    assert text.strip() == "explain: expected a DECISION, or both --app and --subject, got 'none'"
    text = evercart("explain", "--app", "spend", folder=shop, code=2)
    assert text.strip() == "explain: expected a DECISION, or both --app and --subject, got '--app'"


def test_help(tmp_path: Path) -> None:
    said = evercart("explain", "--help", folder=tmp_path)
    assert "evercart explain back-8-3" in said and "--json" in said and "--near" in said
