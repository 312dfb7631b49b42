"""A whole backtest over a stream in two languages whose intents grow."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evercart.apps.classify import parts
from evercart.classifying.backtest import backtest, classified
from evercart.classifying.reading import OUT_OF_SCOPE, Messages
from evercart.remember.open_set import OpenSet
from evercart.testing.console import evercart

APP = parts("ngrams", features=128)
SAID = {
    "refund": ("I want my money back {}", "请退款 {}"),
    "parcel": ("where is parcel {}", "包裹 {} 在哪里"),
    "invoice": ("send the invoice of {}", "开发票 {}"),
    "broken": ("it arrived broken {}", "东西坏了 {}"),
    "oos": ("tell me a joke {}", "讲个笑话 {}"),
}
ROWS = [(both[n % 2].format(n), name) for n in range(60) for name, both in SAID.items() if n > 20 or name != "broken"]


def found() -> Messages:
    texts, labels = zip(*ROWS, strict=True)
    return Messages(list(texts), list(labels), None, {}, "time", OUT_OF_SCOPE)


def test_classify_beats_what_is_plain() -> None:
    said = classified(found(), APP, lambda: 0.0).summary()
    assert said["classify"]["accuracy_later"]["mean"] > 0.9
    assert said["classify"]["accuracy"]["mean"] > 2 * said["majority"]["accuracy"]["mean"]
    assert said["labels"] == 4
    assert said["out_of_scope"] == 60
    assert set(said["classify"]["recall"]) == {"refund", "parcel", "invoice", "broken"}
    assert set(said["unknown"]) == {"never_seen", "out_of_scope", "withheld"}
    assert said["unknown"]["out_of_scope"]["flagged_at_0.05"]["mean"] > 0.6


def test_one_label_alone_is_no_fault() -> None:
    only = Messages(["a", "b", "中"], ["x"] * 3, None, {}, "time", ())
    said = classified(only, replace(APP, learner=OpenSet(APP.learner.growing)), lambda: 0.0).summary()
    assert said["unknown"]["never_seen"]["messages"] == 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = ["said,intent", *(f'"{text}",{label}' for text, label in ROWS[:80])]
    (tmp_path / "said.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "said.toml").write_text('[columns]\ntext = "said"\nlabel = "intent"\n')
    return tmp_path


def test_from_a_file(folder: Path) -> None:
    done = backtest(folder / "said.csv", folder / "said.toml", APP, 1_800_000_000_000_000, lambda: 0.0)
    assert done.summary()["messages"] == 80


def test_the_command(folder: Path) -> None:
    words = ("backtest", "classify", "--data", "said.csv", "--map", "said.toml")
    said = json.loads(evercart(*words, "--json", folder=folder))
    assert said["app"] == "classify"
    assert said["order"] == "shuffled"
    assert 0 <= said["linear"]["accuracy"]["low"] <= said["linear"]["accuracy"]["high"] <= 1
    text = evercart("backtest", "classify", "--data", "said.csv", folder=folder, code=2)
    assert text == "backtest classify: expected both --data and --map, got 'one of them'\n"
