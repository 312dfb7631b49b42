"""Recommendation as people read it."""

from __future__ import annotations

import io

import numpy as np
from rich.console import Console

from evercart import show
from evercart.evaluate.compare import Difference
from evercart.evaluate.recommended import Ranked, Recommended
from evercart.show_recommend import gap_text
from evercart.testing.ranked import invented


def _said(done: Recommended, page: str = "") -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(show.backtested(done, page))
    return out.getvalue()


def _four() -> Recommended:
    ranks = {"transitions": np.array([1, -1, -1, 3]), "popularity": np.array([-1, -1, -1, -1])}
    blend = Ranked(np.array([0, 0, -1, 3]), 1.25)
    return invented(4, blend=blend, baselines={name: Ranked(rank, 0.5) for name, rank in ranks.items()}, stale={})


def test_the_blend_stands_above_its_baselines() -> None:
    said = _said(_four())
    assert "recommend: next click, after every click; 4 questions, 8 clicks, 30 items" in said
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]
    assert cells[0] == ["blend", "0.7500", "0.7500", "0.7500", "0.5625", "0.6077", "1.2"]
    assert [row[0] for row in cells[:4]] == ["blend", "transitions", "popularity", "alone: own items"]
    assert "Recall@20: blend minus transitions: +0.2500 (+50.0 %)\n" in said


def test_slices_what_learning_is_worth_the_page() -> None:
    said = _said(invented(), "reports/backtest-recommend.html")
    for text in ("item never seen", "What learning on is worth: 45 questions", "frozen", "a list 25 % is long tail"):
        assert text in said
    assert "Half of the items were first shown within 2 hours" in said
    assert said.rstrip().endswith("The page is reports/backtest-recommend.html")


def test_a_gap_without_an_interval() -> None:
    nan = float("nan")
    assert gap_text(Difference(0.1, nan, nan), 0.0) == "+0.1000"
