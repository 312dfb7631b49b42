"""Commands that turn the ring."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from evercart.testing.console import evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    return example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)


def test_two_commands_make_a_report(shop: Path) -> None:
    page = (shop / "shop" / "reports" / "report.html").read_text(encoding="utf-8")
    assert "repurchase" in page
    assert "http://" not in page.replace("http://www.w3.org", "")[:5000]


def test_run_again_has_nothing_to_do(shop: Path) -> None:
    before = evercart("fingerprint", "--json", folder=shop)
    assert "Nothing new in the log" in evercart("run", folder=shop)
    assert evercart("fingerprint", "--json", folder=shop) == before


def test_a_replay_ends_in_the_same_bits(shop: Path) -> None:
    before = evercart("fingerprint", "--json", folder=shop)
    evercart("run", "--replay", folder=shop)
    assert evercart("fingerprint", "--json", folder=shop) == before


def test_backtest(shop: Path) -> None:
    said = json.loads(evercart("backtest", "repurchase", "--json", folder=shop))
    assert said["app"] == "repurchase"
    assert said["questions"] > 100
    for racer in ("continual", "frozen", "refit"):
        assert said[racer]["loss"] > 0
        assert said[racer]["cpu_s"] >= 0
    assert set(said["refit"]["difference"]) == {"mean", "low", "high"}


def test_backtest_of_recommendation(tmp_path: Path) -> None:
    evercart("ingest", EXAMPLES / "clicks.csv", "--map", EXAMPLES / "clicks.toml", folder=tmp_path)
    said = json.loads(evercart("backtest", "recommend", "--json", folder=tmp_path))
    assert said["task"] == "next click"
    assert 0 < said["blend"]["recall@20"] <= 1
    assert "blend minus" in evercart("backtest", "recommend", folder=tmp_path)


def test_compare(shop: Path) -> None:
    said = json.loads(evercart("compare", "repurchase", "--no-nightly", "--json", folder=shop))
    names = ["continual", "reacting", "published nightly", "refit weekly", "frozen"]
    assert list(said["policies"])[: len(names)] == names  # nets come after them, where there are any
    assert said["page"] == "shop/reports/compare-repurchase.html"
    page = (shop / said["page"]).read_text(encoding="utf-8")
    assert all(f"<td>{name}</td>" in page for name in names)
    shown = evercart("compare", "spend", "--no-nightly", folder=shop)
    assert "The page: shop/reports/compare-spend.html" in shown
    assert all(name in shown for name in names)


def test_the_curves_for_a_tracker(shop: Path) -> None:
    text = evercart("report", "--to", "keras", "runs", folder=shop, code=2)
    assert text.strip() == "--to: expected one of tensorboard mlflow, got 'keras'"
    text = evercart("report", "--to", "tensorboard", "runs", "--out", "report.html", folder=shop, code=2)
    assert text.strip() == "report: expected either --out or --to, got 'both'"
    to = "tensorboard"
    if find_spec(to) is None:
        text = evercart("report", "--to", to, "runs", folder=shop, code=2)
        assert "expected the extra tensorboard (pip install 'evercart[tensorboard]'), got 'no tensorboard'" in text
        return
    said = json.loads(evercart("report", "--to", to, "runs", "--json", folder=shop))
    assert all((shop / path).exists() for path in said["runs"])
    made = {Path(path).parts[1:3] for path in said["runs"]}
    assert made >= {("spend", "continual"), ("spend", "refit"), ("repurchase", "restarted")}
