"""Settings are searched for from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("optuna")

from typer.testing import CliRunner

from evercart.cli import app
from evercart.config import create
from evercart.shop import Shop
from evercart.testing.shop import SimulatedShop


def test_tune(tmp_path: Path) -> None:
    create(tmp_path / "shop", "small")
    with Shop.open(tmp_path / "shop") as shop:
        table = SimulatedShop(seed=3, shoppers=20, items=20, days=40).table()
        shop.log.import_history("simulated", lambda skip: iter([table.slice(skip)]))
    words = ["tune", "repurchase", "--of", "continual", "--trials", "2", "--shop", str(tmp_path / "shop")]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["trials"] == 2
    assert said["early"][1] <= said["early"][0]
    assert said["paste"].startswith('[tune.repurchase]\nof = "continual"\n"learner.optimizer.alpha" = [')
    shown = CliRunner().invoke(app, words)
    assert "winner less as it is, later half" in shown.output
