"""A whole backtest of payments with numbers, from a file, as a user would run it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evercart.testing.console import evercart


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    rows = ["Time,V1,V2,Amount,Class"]
    for second in range(6000):
        v1, v2 = rng.normal(size=2)
        bad = v1 > 2 or (v2 < -2 and rng.random() < 0.5)
        rows.append(f"{20 * second},{v1:.4f},{v2:.4f},{rng.lognormal(3):.2f},{int(bad)}")
    (tmp_path / "p.csv").write_text("\n".join(rows))
    (tmp_path / "p.toml").write_text(
        '[columns]\namount = "Amount"\nfraud = "Class"\n[time]\norder = "Time"\nepoch = "2013-09-01T00:00:00Z"\n'
        '[fraud]\ndelay_s = 3600\nnumbers = ["V*"]\n'
    )
    return tmp_path


def test_numbers_of_a_table_tell_frauds(folder: Path) -> None:
    words = ("backtest", "fraud", "--data", "p.csv", "--map", "p.toml")
    said = json.loads(evercart(*words, "--json", folder=folder))
    assert said["payments"] == 6000
    assert said["numbers"] == ["V1", "V2"]
    assert said["later"]["continual"]["ap"] > 0.6 > 0.2 > said["later"]["amount"]["ap"]
    assert said["costs"]["payments"] == 4500
    assert said["costs"]["least_cost"]["cost_minor"] < said["costs"]["approve_all"]["cost_minor"]
    text = evercart(*words, folder=folder)
    assert "fraud: 4,500 payments scored" in text
    assert "Costs of acting on the champion's chances" in text
    robust = said["attacked"]["racers"]["continual"]
    assert robust["recall_attacked"] <= robust["recall"]  # no fraudster can change V1, V2
    assert set(robust["ways"]) <= {"lower", "wait", "split"}
    assert next(iter(said["attacked"]["reasons"])) == "further numbers"
    assert set(said["attacked"]["racers"]) == {"continual", "hardened"}
    unattacked = json.loads(evercart(*words, "--attacked", "0", "--json", folder=folder))
    assert "attacked" not in unattacked
    assert unattacked["later"].items() <= said["later"].items()
    other = json.loads(evercart(*words, "--attacked", "5", "--seed", "8", "--json", folder=folder))["attacked"]
    assert (other["frauds"], other["seed"]) == (5, 8)
    text = evercart("backtest", "fraud", "--map", "p.toml", folder=folder, code=2)
    assert text == "backtest fraud: expected --data beside --map, got 'none'\n"
