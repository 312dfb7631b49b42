"""Recommendation as people read it."""

from __future__ import annotations

import io

import numpy as np
from rich.console import Console

from evercart import show
from evercart.evaluate.compare import Difference
from evercart.evaluate.hits import none
from evercart.recommending import Ranked, Recommended
from evercart.show_recommend import gap_text


def test_the_blend_stands_above_its_baselines() -> None:
    hits = none().rows(np.zeros(0, np.int64))
    ranks = {"transitions": np.array([1, -1, -1, 3]), "popularity": np.array([-1, -1, -1, -1])}
    rows = {name: np.zeros(4, column.dtype) for name, column in vars(hits).items()}
    done = Recommended(
        clicks=9,
        sessions=3,
        items=7,
        hits=type(hits)(**rows),
        session=np.zeros(4, np.int64),
        blend=Ranked(np.array([0, 0, -1, 3]), 1.25),
        baselines={name: Ranked(rank, 0.5) for name, rank in ranks.items()},
        coverage=0.5,
    )
    out = io.StringIO()
    Console(file=out, width=200).print(show.backtested(done))
    said = out.getvalue()
    assert "recommend: next click, after every click; 4 questions, 9 clicks, 7 items" in said
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if line.startswith("│")]
    assert cells[0] == ["blend", "0.7500", "0.5625", "0.6077", "1.2"]
    assert [row[0] for row in cells] == ["blend", "transitions", "popularity"]
    assert "Recall@20: blend minus transitions: +0.2500 (+50.0 %)\n" in said


def test_a_gap_without_an_interval() -> None:
    nan = float("nan")
    assert gap_text(Difference(0.1, nan, nan), 0.0) == "+0.1000"
