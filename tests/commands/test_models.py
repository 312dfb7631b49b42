"""Commands about which model is live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evercart.testing.console import evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    return example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)


def test_versions(shop: Path) -> None:
    said = json.loads(evercart("versions", "--json", folder=shop))["apps"]
    assert [one["app"] for one in said] == ["repurchase", "spend", "recommend"]
    for one in said:
        live = [model for model in one["models"] if model["live"]]
        assert [model["name"] for model in live] == ["continual"]
        assert live[0]["versions"][0]["scores"]["loss"] > 0
        assert live[0]["earned"] == []  # nothing was decided live
    assert "continual" in evercart("versions", "spend", folder=shop)


def test_mistakes(shop: Path) -> None:
    text = evercart("rollback", "spend", folder=shop, code=2)
    assert "rollback spend: expected a model that reigned before, got 'none'" in text
    assert "model: expected one of the models continual" in evercart("promote", "spend", "nobody", folder=shop, code=2)
    assert "app: expected one of repurchase spend" in evercart("versions", "fruad", folder=shop, code=2)


def test_diff(shop: Path) -> None:
    said = json.loads(evercart("versions", "--json", folder=shop))["apps"]
    one, other = (app["models"][0]["versions"][0]["address"][:12] for app in said[:2])
    found = json.loads(evercart("diff", one, other, "--json", folder=shop))
    assert found["about"]["app"] == ["repurchase", "spend"]
    assert "about app: repurchase | spend" in evercart("diff", one, other, folder=shop)
    assert "nothing differs" in evercart("diff", one, one, folder=shop)


def test_help(tmp_path: Path) -> None:
    for command in ("versions", "promote", "rollback", "diff"):
        said = evercart(command, "--help", folder=tmp_path)
        assert "Example: evercart " + command in said
        assert "--json" in said
